"""A version token of the whole database.

Equal tokens mean that the same rows are visible. Caches read the token *before* the data: the cached data can then be
newer than its token, but never older. A token costs the writers nothing, and it changes with every commit of any process.

- SQLite: ``PRAGMA data_version`` counts the commits of all other connections. The counts of two connections cannot be
  compared, so each process has one read-only connection for it.
- PostgreSQL: ``pg_current_snapshot()`` names the transactions that a new snapshot would see.

A database that does not answer has no token (None), and nothing is cached then.
"""

import sqlite3
from collections.abc import Callable, Hashable
from pathlib import Path
from threading import Lock

from sqlalchemy.engine import Engine

from joindin.db.dialects import dialect_of
from joindin.db.engines import POSTGRESQL_CONNECT_ARGS
from joindin.db.outages import CauseLog

# How long to wait for a database that does not answer.
TIMEOUT_S = 2

# Connections that a probe keeps between two questions.
MAX_IDLE = 8


def data_version(engine: Engine) -> Callable[[], Hashable | None]:
    """Return a function that reads the current token. It connects at its first call."""
    if not dialect_of(engine).is_server:
        return SQLiteVersion(engine)
    return ScalarProbe(engine, b"SELECT pg_current_snapshot()")


class SQLiteVersion:
    def __init__(self, engine: Engine):
        self._file = engine.url.database
        self._connection = None
        # Part of the token: each connection counts from its own start.
        self._epoch = 0
        self._lock = Lock()
        self._outages = CauseLog(f"{self._file} is not available")

    def __call__(self) -> tuple[int, int] | None:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                return self._epoch, self._connection.execute("PRAGMA data_version").fetchall()[0][0]
            except sqlite3.Error as error:
                self._outages.report(error)
                self._disconnect()
                return None

    def _connect(self):
        self._epoch += 1
        # Read-only: SQLite would create a missing file.
        uri = f"{Path(self._file).absolute().as_uri()}?mode=ro"
        return sqlite3.connect(uri, uri=True, timeout=TIMEOUT_S, isolation_level=None, check_same_thread=False)

    def _disconnect(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class ScalarProbe:
    """One value read from a PostgreSQL server; None if the server does not answer.

    It executes a prepared statement through ``psycopg.pq``. A cursor costs half of an anonymous request more.
    """

    NAME = b"joindin_probe"

    def __init__(self, engine: Engine, query: bytes):
        self._engine = engine
        self._query = query
        self._idle = []
        # Part of the token: a server that crashed may use the same transaction ids again.
        self._epoch = 0
        self._outages = CauseLog(f"PostgreSQL at {engine.url.host or 'its socket'} is not available")

    def __call__(self) -> tuple[int, bytes] | None:
        try:
            # An idle connection may have died. Then the value comes from a new one.
            value = self._read(self._idle.pop()) if self._idle else None
            return value or self._read(self._connect())
        except (IndexError, self._engine.dialect.loaded_dbapi.Error) as error:
            self._outages.report(error)
            return None

    def _read(self, connection):
        result = connection.pgconn.exec_prepared(self.NAME, [])
        if result.ntuples != 1:
            self._epoch += 1
            connection.close()
            return None
        value = self._epoch, result.get_value(0, 0)
        if len(self._idle) < MAX_IDLE:
            self._idle.append(connection)
        else:
            connection.close()
        return value

    def _connect(self):
        dialect = self._engine.dialect
        args, options = dialect.create_connect_args(self._engine.url)
        limits = POSTGRESQL_CONNECT_ARGS | {"connect_timeout": TIMEOUT_S, "tcp_user_timeout": TIMEOUT_S * 1000}
        connection = dialect.loaded_dbapi.connect(*args, autocommit=True, **limits | options)
        connection.pgconn.prepare(self.NAME, self._query)
        return connection
