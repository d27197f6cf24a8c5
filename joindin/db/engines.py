"""Engine options, timeouts of connections, and SQLite pragmas."""

import sqlite3
from contextlib import suppress

from sqlalchemy import event
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Engine
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from joindin.db.dialects import dialect_of
from joindin.db.locking import BUSY_TIMEOUT_S
from joindin.db.text_functions import register_functions
from joindin.utils.private_files import create_private_file

# libpq's limits for a server that does not answer: seconds to connect, milliseconds until sent data is acknowledged,
# and keepalive probes in seconds for connections that wait for a reply.
POSTGRESQL_CONNECT_ARGS = {
    "options": "-c timezone=UTC",
    "connect_timeout": 3,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}

# Seconds that a thread waits for a connection of the pool.
POOL_TIMEOUT_S = 5

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Overwrites deleted rows, which would stay readable in the file.
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
    "PRAGMA mmap_size = 268435456",
)


class CountingPool(QueuePool):
    """The default pool, which counts the threads that waited for a connection in vain, for metrics."""

    timeouts = 0

    def connect(self):
        try:
            return super().connect()
        except PoolTimeout:
            self.timeouts += 1
            raise


def engine_options(url: str) -> dict:
    """Return the options of ``create_engine`` for a database."""
    if url.startswith("sqlite"):
        return {
            "poolclass": CountingPool,
            "connect_args": {"timeout": BUSY_TIMEOUT_S, "isolation_level": "IMMEDIATE"},
            "hide_parameters": True,
        }
    return {
        "poolclass": CountingPool,
        # Errors are logged, and parameters contain personal data.
        "hide_parameters": True,
        "connect_args": POSTGRESQL_CONNECT_ARGS,
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": POOL_TIMEOUT_S,
        # Replaces connections that died with a restarted server, at the cost of a round trip for each checkout.
        "pool_pre_ping": True,
    }


def autocommit_engine(engine: Engine) -> Engine:
    """Return an engine on the same pool that reads without a transaction. SQLite does that anyway."""
    return engine.execution_options(isolation_level="AUTOCOMMIT") if dialect_of(engine).is_server else engine


@event.listens_for(Engine, "do_connect")
def _create_sqlite_file(dialect, _record, arguments, _options):
    if isinstance(dialect, SQLiteDialect) and not arguments[0].startswith((":", "file:")):
        # SQLite reports that its folder is gone.
        with suppress(OSError):
            create_private_file(arguments[0])


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, _record):
    # Databases of others, which are read only, are opened with a class of their own.
    if type(connection) is sqlite3.Connection:
        for pragma in PRAGMAS:
            connection.execute(pragma)
        register_functions(connection)
