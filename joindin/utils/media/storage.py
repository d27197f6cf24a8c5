"""Interface of a storage of image files.

A file has a name like ``flyers/0123.jpg``. It is written as a whole and becomes visible when it is complete. Every method raises
:class:`StorageUnavailable` if the storage does not answer or refuses the access; its cause is a :class:`StorageFailure`.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from joindin.errors import ServiceUnavailable

# File systems allow 255 bytes for a part of a name, of which a temporary name needs some. Object storages allow 1,024 in all.
MAX_NAME_PART_BYTES = 220
MAX_NAME_BYTES = 900

MSG_UNAVAILABLE = "Images are temporarily unavailable. Try again in a few seconds"
RETRY_AFTER_S = 5


class StorageFailure(Exception):
    """The reason why a storage is not available, for the operator. It contains no credentials."""


class StorageUnavailable(ServiceUnavailable):
    """The storage of images does not answer, or refuses the access. A write may have been executed."""

    def __init__(self):
        super().__init__(MSG_UNAVAILABLE, RETRY_AFTER_S)


@dataclass(frozen=True)
class StoredFile:
    """``etag`` is an entity tag without quotes. It changes with the content."""

    name: str
    size: int
    modified_at: dt.datetime
    etag: str


class MediaStorage(Protocol):
    # Contains no credentials.
    url: str

    def put(self, name: str, content: bytes) -> None:
        """Write or replace a file.

        :raises ValueError: if the name is invalid.
        """

    def get(self, name: str) -> bytes | None:
        """Return the content of a file, None if there is none."""

    def head(self, name: str) -> StoredFile | None:
        """Return size and time of a file, None if there is none."""

    def delete(self, name: str) -> None:
        """Delete a file if there is one."""

    def list(self, folder: str = "") -> Iterator[StoredFile]:
        """Yield the files of a folder and its subfolders."""


def is_valid_name(name: str) -> bool:
    """Return whether a name can be that of a file in every storage."""
    parts = name.split("/")
    return (
        len(name.encode(errors="replace")) <= MAX_NAME_BYTES
        and all(part not in ("", ".", "..") for part in parts)
        and all(len(part.encode(errors="replace")) <= MAX_NAME_PART_BYTES for part in parts)
        and name.isprintable()
        and "\\" not in name
    )
