"""Errors of backups and of their restoration."""

from joindin.errors import DomainError


class BackupError(DomainError):
    """The archive cannot be written, read or restored."""


class DamagedArchive(BackupError):
    """The archive is incomplete, was changed, or was not written by ``joindin backup``."""


class NotEmpty(BackupError):
    """The restoration would replace data."""
