"""The two databases as one: types, names of constraints, and what SQLite has to be told.

SQLite reads without a transaction and begins IMMEDIATE at the first write, so that a writer waits
for its turn instead of failing when it finds that somebody wrote since it read. PostgreSQL locks
rows instead (:func:`locked`).
"""

import datetime as dt
import sqlite3

from sqlalchemy import DateTime, MetaData, Table, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# How long a SQLite writer waits for its turn, in seconds.
BUSY_TIMEOUT = 30

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
    "PRAGMA mmap_size = 268435456",
)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


@event.listens_for(Table, "after_parent_attach")
def _never_give_an_id_twice(table, _metadata):
    # PostgreSQL's sequences never go back. SQLite has to be told, or an old link (or a rendered
    # fragment) of a deleted row would show whatever got its number.
    table.dialect_options["sqlite"]["autoincrement"] = "id" in table.c


class UtcDateTime(TypeDecorator):
    """An instant: aware on our side, always UTC in the database, never naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("an instant needs a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, _dialect):
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def engine_options(url: str) -> dict:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_TIMEOUT, "isolation_level": "IMMEDIATE"}}
    return {"connect_args": {"options": "-c timezone=UTC"}, "pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}


def begin_write(session) -> None:
    """Take SQLite's one place for a writer now, before reading what the write depends on.

    On PostgreSQL this does nothing: there, lock the row that decides.
    """
    _begin_immediate(session.connection())


def locked(session, model, id_):
    """The row, with nobody else writing to it until this transaction ends; None if there is none."""
    begin_write(session)
    return session.scalar(
        select(model).where(model.id == id_).with_for_update().execution_options(populate_existing=True)
    )


def insert_or_ignore(session, model, **values) -> bool:
    """Insert a row unless one with the same key stands there; whether it was inserted."""
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    return session.execute(insert(model).values(**values).on_conflict_do_nothing()).rowcount == 1


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, _record):
    if isinstance(connection, sqlite3.Connection):
        for pragma in PRAGMAS:
            connection.execute(pragma)


@event.listens_for(Engine, "savepoint")
def _begin_before_savepoint(connection, _name):
    # Python's driver begins before writes only. Releasing a savepoint outside a transaction would
    # commit it, and the rollback of a request could not take it back.
    _begin_immediate(connection)


def _begin_immediate(connection):
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        if not raw.in_transaction:
            raw.execute("BEGIN IMMEDIATE")
