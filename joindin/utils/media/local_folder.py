"""Image files in a folder of the file system."""

import datetime as dt
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from joindin.utils.media.storage import StorageFailure, StorageUnavailable, StoredFile, is_valid_name

PART_SUFFIX = ".part"


class LocalFolder:
    """The files of a folder, which is created by the first write."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)

    @property
    def url(self) -> str:
        return self.folder.absolute().as_uri()

    def put(self, name: str, content: bytes) -> None:
        file = self._file(name)
        if file is None:
            raise ValueError(f"{name!r} is not a file name")
        part = file.with_name(f"{file.name}.{secrets.token_hex(8)}{PART_SUFFIX}")
        with _report_errors():
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                part.write_bytes(content)
                part.replace(file)
            finally:
                part.unlink(missing_ok=True)

    def get(self, name: str) -> bytes | None:
        file = self._file(name)
        if file is None or self.head(name) is None:
            return None
        with _report_errors():
            try:
                return file.read_bytes()
            except FileNotFoundError:
                return None

    def head(self, name: str) -> StoredFile | None:
        file = self._file(name)
        if file is None:
            return None
        with _report_errors():
            try:
                status = file.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return _represent(name, status) if stat.S_ISREG(status.st_mode) else None

    def delete(self, name: str) -> None:
        file = self._file(name)
        if file is None:
            return
        with _report_errors():
            try:
                file.unlink(missing_ok=True)
            except NotADirectoryError:
                return

    def list(self, folder: str = "") -> Iterator[StoredFile]:
        with _report_errors():
            files = sorted(self.folder.joinpath(folder).rglob("*"))
        for file in files:
            if file.name.endswith(PART_SUFFIX) or file.is_symlink():
                continue
            stored = self.head(file.relative_to(self.folder).as_posix())
            if stored is not None:
                yield stored

    def _file(self, name):
        return self.folder / name if is_valid_name(name) else None


def _represent(name, status):
    modified_at = dt.datetime.fromtimestamp(status.st_mtime, dt.UTC)
    return StoredFile(name, status.st_size, modified_at, f"{status.st_mtime_ns:x}-{status.st_size:x}")


@contextmanager
def _report_errors():
    """Raise :class:`StorageUnavailable` for an error of the file system, such as a full or read-only disk."""
    try:
        yield
    except OSError as error:
        raise StorageUnavailable from StorageFailure(f"{error.strerror or error}: {error.filename}")
