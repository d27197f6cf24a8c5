"""A word for the state of the whole database: while it stays the same, the same rows are visible.

Whoever remembers something made of rows asks for the version first, then reads. What was read may
then be newer than its version, never older: a version that still holds vouches for it. Nobody pays
for it when writing, and it does not matter who wrote, through which connection or process.

SQLite counts, for each connection, the commits of all the others; so a process has one connection
that never writes, for counts of different connections cannot be compared. PostgreSQL tells which
transactions a new snapshot would see, which is the same for everybody.
"""

import logging
import sqlite3
from collections.abc import Callable, Hashable
from pathlib import Path
from threading import Lock

from sqlalchemy.engine import Engine

# Seconds to wait for a database that does not answer.
CONNECT_TIMEOUT_S = 2

log = logging.getLogger(__name__)


def data_version(engine: Engine) -> Callable[[], Hashable | None]:
    """A function that tells the version now, or None if it cannot be told; it connects at its first call."""
    if engine.dialect.name == "sqlite":
        return SQLiteVersion(engine)
    return ScalarProbe(engine, b"SELECT pg_current_snapshot()")


class SQLiteVersion:
    def __init__(self, engine: Engine):
        self._file = engine.url.database
        self._connection = None
        # Begins anew with each connection, whose counts are its own.
        self._epoch = 0
        self._lock = Lock()

    def __call__(self):
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                return self._epoch, self._connection.execute("PRAGMA data_version").fetchall()[0][0]
            except sqlite3.Error:
                self._give_up()
                return None

    def _connect(self):
        self._epoch += 1
        # Read-only, so that a file that is gone is not made again.
        address = f"{Path(self._file).absolute().as_uri()}?mode=ro"
        return sqlite3.connect(
            address, uri=True, timeout=CONNECT_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )

    def _give_up(self):
        log.warning("The version of the data cannot be read", exc_info=True)
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class ScalarProbe:
    """What a server says to one short question; None if it cannot be asked.

    It goes by the library below the driver, which takes a third of the driver's time.
    """

    NAME = b"joindin_teller"

    def __init__(self, engine: Engine, question: bytes):
        self._engine = engine
        self._question = question
        # As many as threads ever asked at once.
        self._idle = []
        # Moves when a connection is found dead: a server that crashed may count transactions twice.
        self._epoch = 0

    def __call__(self) -> tuple[int, bytes] | None:
        try:
            # A connection that died while it lay idle says nothing about the server of now.
            answer = self._ask(self._idle.pop()) if self._idle else None
            return answer or self._ask(self._connect())
        except (IndexError, self._engine.dialect.loaded_dbapi.Error):
            log.warning("%s cannot be asked", self._engine.url.host, exc_info=True)
            return None

    def _ask(self, connection):
        said = connection.pgconn.exec_prepared(self.NAME, [])
        if said.ntuples != 1:
            self._epoch += 1
            connection.close()
            return None
        self._idle.append(connection)
        return self._epoch, said.get_value(0, 0)

    def _connect(self):
        arguments, options = self._engine.dialect.create_connect_args(self._engine.url)
        limits = {"connect_timeout": CONNECT_TIMEOUT_S, "tcp_user_timeout": CONNECT_TIMEOUT_S * 1000}
        connection = self._engine.dialect.loaded_dbapi.connect(*arguments, autocommit=True, **limits | options)
        connection.pgconn.prepare(self.NAME, self._question)
        return connection
