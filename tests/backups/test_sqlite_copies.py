"""Copies of a live SQLite database at random moments, by the ways that ``docs/backup.md`` calls safe, and the way that it does not."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import pytest

from joindin.backups.sqlite import sqlite_snapshot, unpack_database
from tests.faults import IS_LONG
from tests.services import TIMEOUT_S, skip_or_fail

MOMENTS = 200 if IS_LONG else 10
WRITERS = 2
MAX_PAUSE_S = 0.2

# Rows that are stored before a plain copy begins, and stay.
KEPT = range(50, 53)

# Inserts numbered rows of random size, and prints the number of each when its commit is acknowledged. Checkpoints come often, and
# old rows are deleted.
WRITER = """
import os, random, sqlite3, sys, time
file, writer = sys.argv[1], int(sys.argv[2])
connection = sqlite3.connect(file, isolation_level=None, timeout=60)
connection.execute("PRAGMA synchronous = FULL")
connection.execute("PRAGMA wal_autocheckpoint = 20")
source = random.Random(writer)
number = 0
while True:
    number += 1
    padding = os.urandom(source.randint(1, 6000))
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO rows VALUES (?, ?, ?)", (writer, number, padding))
    connection.execute("UPDATE counts SET count = count + 1 WHERE writer = ?", (writer,))
    if number % 7 == 0:
        connection.execute("DELETE FROM rows WHERE writer = ? AND number = ?", (writer, number - 3))
        connection.execute("UPDATE counts SET count = count - 1 WHERE writer = ?", (writer,))
    if number > 200:
        changed = connection.execute("DELETE FROM rows WHERE writer = ? AND number = ?", (writer, number - 200)).rowcount
        connection.execute("UPDATE counts SET count = count - ? WHERE writer = ?", (changed, writer))
    connection.execute("COMMIT")
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
    time.sleep(0.001)
"""

# The commands that the documentation names.
COPY_UNDER_READ_TRANSACTION = """
BEGIN;
SELECT count(*) FROM sqlite_schema;
.shell cp {file} {copy}
.shell cp {file}-wal {copy}-wal
COMMIT;
"""


class Writer:
    """A process that writes; ``acknowledged`` is the number of its last commit."""

    def __init__(self, file, number, output):
        self._output = output
        with output.open("w") as opened:
            self.process = subprocess.Popen([sys.executable, "-c", WRITER, str(file), str(number)], stdout=opened)

    @property
    def acknowledged(self) -> int:
        # The last line may be incomplete.
        complete = self._output.read_text().rpartition("\n")[0]
        return int(complete.rpartition("\n")[2] or 0)


@contextmanager
def writers(file, folder):
    started = [Writer(file, number, folder / f"writer-{number}") for number in range(WRITERS)]
    try:
        deadline = time.monotonic() + TIMEOUT_S
        while not all(writer.acknowledged for writer in started):
            assert time.monotonic() < deadline, "the writers do not start"
            time.sleep(0.01)
        yield started
    finally:
        for writer in started:
            writer.process.kill()
            writer.process.wait()


@pytest.fixture
def live(tmp_path):
    """A database on the disk of the machine, to which nothing is connected."""
    file = tmp_path / "live.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript(
            "PRAGMA journal_mode = WAL;"
            "CREATE TABLE rows (writer INTEGER, number INTEGER, padding BLOB, PRIMARY KEY (writer, number));"
            "CREATE TABLE counts (writer INTEGER PRIMARY KEY, count INTEGER)"
        )
        connection.executemany("INSERT INTO counts VALUES (?, 0)", [(number,) for number in range(WRITERS)])
    return file


def copy_by_backup(file, copy, folder):
    folder.mkdir()
    with sqlite_snapshot(file, folder, lambda _: None) as snapshot, snapshot.file.open("rb") as packed:
        unpack_database(packed, copy, snapshot.size)


def copy_by_backup_command(file, copy, _folder):
    subprocess.run(["sqlite3", file, f".backup {copy}"], check=True, timeout=TIMEOUT_S)


def copy_under_read_transaction(file, copy, _folder):
    script = COPY_UNDER_READ_TRANSACTION.format(file=file, copy=copy)
    subprocess.run(["sqlite3", "-bail", file], input=script, text=True, check=True, stdout=subprocess.DEVNULL)


def check_copy(copy, acknowledged):
    """A copy is whole, counts agree with rows, and it has all that was acknowledged."""
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        counts = dict(connection.execute("SELECT writer, count FROM counts"))
        assert dict(connection.execute("SELECT writer, count(*) FROM rows GROUP BY writer")) == counts
        for writer, number in enumerate(acknowledged):
            last = connection.execute("SELECT max(number) FROM rows WHERE writer = ?", (writer,)).fetchone()[0]
            deleted = range(number + 1 - number % 7, number + 1)
            assert last >= number or last in deleted


@pytest.mark.slow("copies a database many times under load")
@pytest.mark.parametrize("copy_database", [copy_by_backup, copy_by_backup_command, copy_under_read_transaction])
def test_a_copy_is_whole_at_any_moment(live, tmp_path, copy_database):
    if copy_database is not copy_by_backup and shutil.which("sqlite3") is None:
        skip_or_fail("the program sqlite3 is not installed")
    moments = random.Random(7)
    with writers(live, tmp_path) as started:
        for number in range(MOMENTS):
            time.sleep(moments.uniform(0, MAX_PAUSE_S))
            acknowledged = [writer.acknowledged for writer in started]
            copy = tmp_path / f"copy-{number}.sqlite"
            copy_database(live, copy, tmp_path / f"staging-{number}")
            check_copy(copy, acknowledged)
            os.unlink(copy)


@pytest.mark.parametrize("first", ["", "-wal"], ids=["database first", "log first"])
def test_a_plain_copy_of_the_files_loses_rows_or_is_damaged(live, tmp_path, first):
    """A checkpoint between the copies of the two files moves rows from one to the other."""
    copy = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(live, isolation_level=None)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        insert_rows(writer, range(50))
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        insert_rows(writer, KEPT)

        copy_file(live, copy, first)
        writer.execute("DELETE FROM rows WHERE number < 50")
        insert_rows(writer, range(100, 200))
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        insert_rows(writer, range(200, 210))
        copy_file(live, copy, "-wal" if first == "" else "")

        assert is_lossy(copy)


def insert_rows(connection, numbers):
    for number in numbers:
        connection.execute("INSERT INTO rows VALUES (0, ?, randomblob(2000))", (number,))


def copy_file(file, copy, suffix):
    # In another process: closing a file drops the locks that this process has on it.
    subprocess.run(["cp", f"{file}{suffix}", f"{copy}{suffix}"], check=True)


def is_lossy(copy):
    try:
        with closing(sqlite3.connect(copy)) as connection:
            is_whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            found = {number for (number,) in connection.execute("SELECT number FROM rows")}
    except sqlite3.DatabaseError:
        return True
    return not is_whole or not set(KEPT) <= found
