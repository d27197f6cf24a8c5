"""Copies of image files from one storage to another.

A file counts as copied when the target has returned the same content. It can then be deleted at the source. An interrupted transfer is
continued by the next one, which compares files that both have.
"""

import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import sha256

from joindin.utils.media.storage import MediaStorage, StoredFile

COPIED, PRESENT, DIFFERENT, DAMAGED, MISSING = "copied", "present", "different", "damaged", "missing"
# Files that are transferred at the same time. Each waits for the network.
PARALLEL_FILES = 8


@dataclass(frozen=True)
class TransferredFile:
    """``outcome`` is COPIED, PRESENT (the target had the same content), DIFFERENT (the target has another content and keeps
    it), DAMAGED (the target returned another content than was written) or MISSING (deleted at the source meanwhile).
    """

    name: str
    size: int
    outcome: str
    is_deleted: bool = False


class Transfer:
    """A transfer between two storages.

    :param overwrite: replaces files of the target that have another content.
    :param delete: deletes each verified file at the source.
    """

    def __init__(
        self,
        source: MediaStorage,
        target: MediaStorage,
        *,
        overwrite: bool = False,
        delete: bool = False,
        is_dry_run: bool = False,
    ):
        self._source, self._target = source, target
        self._overwrite, self._delete, self._is_dry_run = overwrite, delete, is_dry_run

    def run(self, files: Iterable[StoredFile]) -> Iterator[TransferredFile]:
        """Transfer files of the source. Yields each when it is done.

        :raises StorageUnavailable: if one of the storages does not answer.
        """
        pool = ThreadPoolExecutor(PARALLEL_FILES)
        try:
            for future in as_completed([pool.submit(self._transfer, file) for file in files]):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _transfer(self, file):
        content = self._source.get(file.name)
        if content is None:
            return TransferredFile(file.name, 0, MISSING)
        outcome = self._copy(file.name, content)
        is_verified = outcome in (COPIED, PRESENT) and not self._is_dry_run
        is_deleted = is_verified and self._delete and self._delete_unchanged(file)
        return TransferredFile(file.name, len(content), outcome, is_deleted)

    def _copy(self, name, content):
        present = self._target.get(name)
        if present == content:
            return PRESENT
        if present is not None and not self._overwrite:
            return DIFFERENT
        if self._is_dry_run:
            return COPIED
        self._target.put(name, content)
        stored = self._target.get(name)
        return COPIED if stored is not None and sha256(stored).digest() == sha256(content).digest() else DAMAGED

    def _delete_unchanged(self, file):
        """Delete a file of the source, unless it was replaced since it was listed. Return whether it was deleted."""
        current = self._source.head(file.name)
        if current is None or current.etag != file.etag:
            return False
        self._source.delete(file.name)
        return True


def are_same(source: MediaStorage, target: MediaStorage) -> bool:
    """Return whether two storages are the same place, by writing a file to one of them. URLs may differ by links and aliases."""
    probe = f"probe-{secrets.token_hex(16)}"
    target.put(probe, probe.encode())
    try:
        return source.head(probe) is not None
    finally:
        target.delete(probe)
