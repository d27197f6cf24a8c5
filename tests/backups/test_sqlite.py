"""Copies of a SQLite database while it is written to, and the replacement of one."""

import gzip
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import create_engine

from joindin.backups.errors import BackupError, DamagedArchive
from joindin.backups.sqlite import (
    MSG_IN_USE,
    check_database,
    check_unused,
    replace_database,
    sqlite_snapshot,
    unpack_database,
)
from joindin.db.engines import engine_options
from joindin.performance.sql.connections import ConnectionPool
from joindin.utils.private_files import create_private_file

FULL = 2

# Opens a database, prints a line, and keeps the database open until its input ends.
READER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM numbers").fetchone()
print("open", flush=True)
sys.stdin.read()
"""


def make_database(file, count):
    """Create a database in WAL mode with numbered rows, and return its open connection."""
    create_private_file(file)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY, padding TEXT)")
    add_rows(connection, count)
    return connection


def add_rows(connection, count):
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO numbers (padding) VALUES (?)", [("x" * 1000,)] * count)
    connection.execute("COMMIT")


def count_rows(file):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT count(*) FROM numbers").fetchone()[0]


def test_a_snapshot_is_that_of_its_beginning_and_blocks_no_writer(tmp_path):
    file = tmp_path / "live.sqlite"
    with closing(make_database(file, 20_000)) as writer:
        steps = []

        def write_meanwhile(text):
            steps.append(text)
            add_rows(writer, 1)
            writer.execute("PRAGMA wal_checkpoint(PASSIVE)")

        with sqlite_snapshot(file, tmp_path, write_meanwhile) as snapshot:
            copy = tmp_path / "copy.sqlite"
            copy.write_bytes(gzip.decompress(snapshot.file.read_bytes()))

            assert (snapshot.rows.counts, snapshot.size) == ({"numbers": 20_000}, copy.stat().st_size)
        assert len(steps) > 3
        assert (count_rows(copy), count_rows(file)) == (20_000, 20_000 + len(steps))
    check_database(copy)


def test_a_damaged_database_is_not_backed_up(tmp_path):
    file = tmp_path / "damaged.sqlite"
    make_database(file, 1000).close()
    content = bytearray(file.read_bytes())
    content[200_000:204_096] = b"\xff" * 4096
    file.write_bytes(content)

    with (
        pytest.raises((BackupError, sqlite3.DatabaseError), match=r"damaged|malformed"),
        sqlite_snapshot(file, tmp_path, lambda _: None),
    ):
        pass


def test_a_database_that_another_process_has_open_is_in_use(tmp_path):
    file = tmp_path / "live.sqlite"
    make_database(file, 1).close()
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert reader.stdout.readline() == "open\n"
        with pytest.raises(BackupError, match=MSG_IN_USE):
            check_unused(file)
    finally:
        reader.communicate()

    check_unused(file)
    check_unused(tmp_path / "missing.sqlite")
    assert not (tmp_path / "missing.sqlite").exists()


def test_the_former_database_is_kept_with_what_was_only_in_its_log(tmp_path):
    file, restored = tmp_path / "joindin.sqlite", tmp_path / "restored.sqlite"
    make_database(restored, 5).close()
    # A process that was killed leaves its log.
    with closing(make_database(file, 7)):
        for suffix in ("", "-wal"):
            (tmp_path / f"crashed{suffix}").write_bytes((tmp_path / f"joindin.sqlite{suffix}").read_bytes())
    for suffix in ("", "-wal"):
        (tmp_path / f"crashed{suffix}").replace(tmp_path / f"joindin.sqlite{suffix}")

    kept = replace_database(file, restored)

    assert kept == tmp_path / "joindin.sqlite.before-restore"
    assert not (tmp_path / "joindin.sqlite-wal").exists()
    assert (count_rows(file), count_rows(kept)) == (5, 7)


def test_a_damaged_database_is_replaced_and_its_log_is_not_read_into_the_restored_one(tmp_path):
    file, restored = tmp_path / "joindin.sqlite", tmp_path / "restored.sqlite"
    make_database(restored, 5).close()
    file.write_bytes(b"no database" * 1000)
    (tmp_path / "joindin.sqlite-wal").write_bytes(b"a log")

    check_unused(file)
    kept = replace_database(file, restored)

    assert count_rows(file) == 5
    assert kept.read_bytes() == b"no database" * 1000
    assert (tmp_path / "joindin.sqlite.before-restore-wal").read_bytes() == b"a log"


@pytest.mark.parametrize("declared", [9_999, 10_001])
def test_a_database_of_another_size_than_declared_is_refused(tmp_path, declared):
    packed = tmp_path / "database.sqlite.gz"
    packed.write_bytes(gzip.compress(b"x" * 10_000))

    with packed.open("rb") as stream, pytest.raises(DamagedArchive, match="does not have the size"):
        unpack_database(stream, tmp_path / "unpacked.sqlite", declared)

    assert (tmp_path / "unpacked.sqlite").stat().st_size <= declared


def test_a_database_that_does_not_fit_on_the_disk_is_refused_before_it_is_written(tmp_path):
    with pytest.raises(BackupError, match="bytes of free space"):
        unpack_database(None, tmp_path / "unpacked.sqlite", 1 << 60)

    assert list(tmp_path.iterdir()) == []


def test_rows_that_refer_to_missing_rows_are_damage(tmp_path):
    file = tmp_path / "broken.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a_id REFERENCES a (id));")
        connection.execute("INSERT INTO b VALUES (1)")
        connection.commit()

    with pytest.raises(DamagedArchive, match="1 rows that refer to missing rows"):
        check_database(file)


def test_every_commit_is_flushed_to_the_disk(tmp_path):
    url = f"sqlite:///{tmp_path / 'durable.sqlite'}"
    engine = create_engine(url, **engine_options(url))

    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == FULL
    pool = ConnectionPool(engine)
    cursor = pool.acquire()
    assert cursor.execute("PRAGMA synchronous").fetchone() == (FULL,)
    pool.discard(cursor)
    engine.dispose()
