"""Engine options and SQLite pragmas."""

import sqlite3

from sqlalchemy import event
from sqlalchemy.engine import Engine

from joindin.db.locking import BUSY_TIMEOUT_S

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
    "PRAGMA mmap_size = 268435456",
)


def engine_options(url: str) -> dict:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_TIMEOUT_S, "isolation_level": "IMMEDIATE"}}
    return {"connect_args": {"options": "-c timezone=UTC"}, "pool_size": 8, "max_overflow": 8}


def autocommit_engine(engine: Engine) -> Engine:
    """The same pool, without transactions around reads on PostgreSQL (SQLite has none anyway)."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, _record):
    if isinstance(connection, sqlite3.Connection):
        for pragma in PRAGMAS:
            connection.execute(pragma)
