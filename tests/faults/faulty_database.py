"""Databases of one test that fail on demand: a SQLite file, and a PostgreSQL cluster."""

import shutil
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from tests.faults import IS_LONG
from tests.faults.services import small_file_system
from tests.faults.windows import UNAVAILABLE
from tests.memory_folder import memory_folder
from tests.postgresql_cluster import Cluster, require_postgresql, running_cluster
from tests.services import TIMEOUT_S

# Longer than a writer waits in the long form (``BUSY_TIMEOUT_S``).
LOCK_S = 15 if IS_LONG else 2
OUTAGE_S = 3 if IS_LONG else 1
MAX_LOG_FILES = 100


class SqliteFile:
    """Its outage is a lock that another process holds."""

    outage_failures = frozenset({UNAVAILABLE})

    def __init__(self, file: Path):
        self._file = file
        self.url = f"sqlite:///{file}"

    def fail(self) -> None:
        with closing(sqlite3.connect(self._file, isolation_level=None, timeout=TIMEOUT_S)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            time.sleep(LOCK_S)
            holder.execute("ROLLBACK")


class PostgresqlServer:
    """Its outage is a crash: all processes are killed, and recover when they are started again."""

    outage_failures = frozenset({UNAVAILABLE})

    def __init__(self, cluster: Cluster):
        self._cluster = cluster
        self.url = cluster.url()

    def fail(self) -> None:
        self._cluster.kill()
        time.sleep(OUTAGE_S)
        self._cluster.start()
        if IS_LONG:
            self._cluster.kill_postmaster()
            time.sleep(OUTAGE_S)
            self._cluster.start()


@contextmanager
def faulty_database(is_postgresql: bool, folder: Path):
    if not is_postgresql:
        yield SqliteFile(folder / "joindin.sqlite")
        return
    require_postgresql()
    with running_cluster() as cluster:
        yield PostgresqlServer(cluster)


@contextmanager
def database_on_small_disk(is_postgresql: bool, folder: Path, mebibytes: int):
    """Yield the URL of a database, and the folder of its file system, which has this size. PostgreSQL's log is elsewhere."""
    if not is_postgresql:
        with small_file_system(folder / "volume", mebibytes) as volume:
            yield f"sqlite:///{volume}/joindin.sqlite", volume
        return
    require_postgresql()
    with running_cluster() as cluster, small_file_system(cluster.folder / "volume", mebibytes) as volume:
        shutil.chown(volume, "postgres", "postgres")
        engine = create_engine(cluster.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE TABLESPACE small LOCATION '{volume}'")
            connection.exec_driver_sql("CREATE DATABASE joindin TABLESPACE small")
        engine.dispose()
        yield cluster.url("joindin"), volume


@contextmanager
def cluster_on_small_disk(mebibytes: int):
    """Yield a PostgreSQL cluster with all its files on a file system of this size, and the folder of the file system."""
    require_postgresql()
    with (
        tempfile.TemporaryDirectory(prefix="joindin-disk-", dir=memory_folder()) as folder,
        small_file_system(Path(folder), mebibytes) as volume,
        running_cluster(parent=volume) as cluster,
    ):
        yield cluster, volume


def exhaust_log(cluster: Cluster) -> None:
    """Begin files of the write-ahead log until there is no room for the next one, and PostgreSQL has crashed."""
    engine = create_engine(cluster.url(), isolation_level="AUTOCOMMIT")
    with suppress(OperationalError), engine.connect() as connection:
        for _ in range(MAX_LOG_FILES):
            connection.exec_driver_sql("SELECT pg_logical_emit_message(true, '', 'x')")
            connection.exec_driver_sql("SELECT pg_switch_wal()")
        raise AssertionError("the disk has room for the log")
