"""Files that only the user of the server may read: databases, queue, secrets."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PRIVATE_MODE = 0o600


def create_private_file(path: str | Path) -> None:
    """Create an empty file unless it exists. SQLite gives the files beside its database the same mode."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE))


def make_private(paths: Iterable[Path]) -> None:
    """Restrict existing files. Those of another user, which the operator has to restrict, are left as they are."""
    for path in paths:
        with suppress(FileNotFoundError, PermissionError):
            path.chmod(PRIVATE_MODE)


def list_sqlite_files(urls: Iterable[str]) -> list[Path]:
    """Return the files of the SQLite databases among these URLs, with those that SQLite keeps beside them."""
    databases = [Path(url.removeprefix("sqlite:///").partition("?")[0]) for url in urls if url.startswith("sqlite:///")]
    return [file for database in databases for file in sorted(database.parent.glob(f"{database.name}*"))]
