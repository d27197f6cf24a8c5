"""Copies of a SQLite database that is being written to, and the replacement of one.

This process must not open and close the database file itself while a connection of it is open: closing a file drops the locks
that the process has on it (POSIX), and the next checkpoint could change what a reader still needs.
"""

import gzip
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from joindin.backups.errors import BackupError, DamagedArchive
from joindin.backups.snapshot_rows import Snapshot, read_rows
from joindin.db.locking import BUSY_TIMEOUT_S
from joindin.db.text_functions import register_functions
from joindin.utils.private_files import create_private_file

# Pages between two reports of the progress.
STEP_PAGES = 2048
CHUNK_BYTES = 1024 * 1024
# A database shrinks to a quarter. Higher levels take twice the time for a tenth less.
GZIP_LEVEL = 3

KEPT_SUFFIX = ".before-restore"
LOG_SUFFIXES = ("-wal", "-shm")

HEADER = b"SQLite format 3\0"

MSG_IN_USE = "The database is in use. Stop the server and its job worker first"


@contextmanager
def sqlite_snapshot(database: Path, folder: Path, report: Callable[[str], None]) -> Iterator[Snapshot]:
    """Copy the database into ``folder`` by SQLite's backup API and yield the copy.

    One read transaction sees the pages, the numbers of rows and the names of images. It blocks no writer; the write-ahead log
    cannot be reset while it lasts.
    """
    copy = folder / "database.sqlite"
    create_private_file(copy)
    with closing(_connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.execute("BEGIN")
        rows = read_rows(lambda statement: source.execute(statement).fetchall(), _list_tables(source))
        source.backup(target, pages=STEP_PAGES, progress=_progress_reporter(report))
        source.rollback()
        # A single file, which can be read from a folder that cannot be written to.
        target.execute("PRAGMA journal_mode = DELETE")
        if problems := find_damage(target, "quick_check"):
            raise BackupError(
                f"The database is damaged: {problems[0]}. Copy its files, and restore the last good backup"
            )
    size = copy.stat().st_size
    report("Compressing the copy of the database")
    compressed = folder / "database.sqlite.gz"
    with copy.open("rb") as plain, gzip.open(compressed, "wb", compresslevel=GZIP_LEVEL) as packed:
        shutil.copyfileobj(plain, packed, CHUNK_BYTES)
    copy.unlink()
    yield Snapshot(compressed, rows, sqlite3.sqlite_version, size)


def unpack_database(stream: BinaryIO, target: Path, size: int) -> None:
    """Write the database of an archive to a new file, at most ``size`` bytes, and flush it to the disk.

    :raises DamagedArchive: if it has another size.
    """
    free = shutil.disk_usage(target.parent).free
    if free < size:
        raise BackupError(f"{target.parent} has {free} bytes of free space, and the database needs {size}")
    create_private_file(target)
    with gzip.open(stream, "rb") as packed, target.open("wb") as plain:
        written = 0
        while chunk := packed.read(min(CHUNK_BYTES, size - written + 1)):
            written += len(chunk)
            if written > size:
                break
            plain.write(chunk)
        plain.flush()
        os.fsync(plain.fileno())
    if written != size:
        raise DamagedArchive("The database of the archive does not have the size of the manifest")


def check_database(database: Path) -> None:
    """:raises DamagedArchive: if the file is damaged, or rows refer to missing ones."""
    with closing(_connect(database)) as connection:
        problems = find_damage(connection, "integrity_check")
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if problems:
        raise DamagedArchive(f"The database of the archive is damaged: {problems[0]}")
    if broken:
        raise DamagedArchive(f"The database of the archive has {len(broken)} rows that refer to missing rows")


def find_damage(connection: sqlite3.Connection, check: str) -> list[str]:
    """Return what SQLite's ``quick_check`` or ``integrity_check`` reports."""
    try:
        return [text for (text,) in connection.execute(f"PRAGMA {check}") if text != "ok"]
    except sqlite3.DatabaseError as error:
        return [str(error)]


def check_unused(database: Path) -> None:
    """:raises BackupError: if another process has the database open."""
    if not _is_sqlite_file(database):
        return
    with closing(_connect(database, timeout_s=1)) as connection:
        # A connection keeps a shared lock on a database in WAL mode as long as it is open.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise BackupError(MSG_IN_USE) from None
        except sqlite3.DatabaseError:
            # Damaged: nothing can use it.
            return


def replace_database(database: Path, restored: Path) -> Path | None:
    """Make ``restored`` the database; return the file in which the former one is kept.

    The former database is complete in its own file before the rename, so that a crash at any moment leaves one of the two.
    """
    kept = None
    if database.exists():
        kept = database.with_name(database.name + KEPT_SUFFIX)
        for suffix in ("", *LOG_SUFFIXES):
            kept.with_name(kept.name + suffix).unlink(missing_ok=True)
        if _is_sqlite_file(database):
            with suppress(sqlite3.DatabaseError), closing(_connect(database)) as connection:
                # Writes the log into the database and deletes it.
                connection.execute("PRAGMA journal_mode = DELETE")
        for suffix in LOG_SUFFIXES:
            # The log of another database would be read into the restored one.
            log = database.with_name(database.name + suffix)
            if log.exists():
                log.replace(kept.with_name(kept.name + suffix))
        os.link(database, kept)
    restored.replace(database)
    sync_folder(database.parent)
    return kept


def sync_folder(folder: Path) -> None:
    """Flush renames in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_sqlite_file(database):
    """Whether the file begins as a database does. SQLite deletes the log of other files when it opens them."""
    try:
        with database.open("rb") as file:
            return file.read(len(HEADER)) == HEADER
    except FileNotFoundError:
        return False


def _connect(database, timeout_s=BUSY_TIMEOUT_S):
    # A missing file is not created.
    connection = sqlite3.connect(
        f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=timeout_s, isolation_level=None
    )
    register_functions(connection)
    return connection


def _list_tables(connection):
    listed = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    return sorted(name for (name,) in listed if not name.startswith("sqlite_"))


def _progress_reporter(report):
    def progress(_status, remaining, total):
        report(f"Copying the database: {total - remaining} of {total} pages")

    return progress
