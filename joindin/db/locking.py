"""Locks and the begin of write transactions.

SQLite reads without a transaction and begins IMMEDIATE at the first write, so that a writer waits
for its turn instead of failing when it finds that somebody wrote since it read. PostgreSQL locks
rows instead (:func:`locked`).
"""

import sqlite3
from collections.abc import Callable
from random import uniform
from time import monotonic, sleep

from sqlalchemy import event, inspect, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InvalidRequestError, OperationalError
from sqlalchemy.orm.util import identity_key

from joindin.errors import Conflict

# How long a SQLite writer waits for its turn, in seconds, and how soon it asks again: at random between
# these, and the longer it waited, the later.
BUSY_TIMEOUT_S = 30
RETRY_DELAY_S = 0.0001, 0.0005
BACKOFF_FACTOR = 0.02
# How long a PostgreSQL writer of many rows waits for one of them, in milliseconds, and how often it
# comes back. Well below a second, after which the server would end one of two that wait for each other.
LOCK_TIMEOUT_MS = 150
MAX_ATTEMPTS = 30
# The lock was not to be had in time, or two waited for each other.
RETRYABLE_SQLSTATES = ("55P03", "40P01")


def begin_write(session) -> None:
    """Take SQLite's one place for a writer now, before reading what the write depends on.

    On PostgreSQL this does nothing: there, lock the row that decides.
    """
    begin_immediate(session.connection())


def lock_row(session, model, id_):
    """The row, with nobody else writing to it until this transaction ends; None if there is none.

    Its columns are read anew. What was loaded beside them stays, or a row that was found with its
    relations would lose them here.
    """
    begin_write(session)
    known = session.identity_map.get(identity_key(model, id_))
    if known is None:
        return session.scalar(select(model).where(model.id == id_).with_for_update())
    session.flush()
    try:
        session.refresh(known, inspect(model).column_attrs.keys(), with_for_update=True)
    except InvalidRequestError:
        # Somebody deleted it since it was found.
        return None
    return known


def retry_on_lock_timeout(session, work: Callable, *, message: str):
    """What ``work()`` returns, done as one piece that never holds anybody up for long.

    For writes that need many rows, which others lock in their own order: where PostgreSQL makes it
    wait, the piece is taken back with all its locks and tried again. So ``work`` has to read
    whatever it depends on. On SQLite there is one writer at a time, and nothing to give way to.

    :raises Conflict: with ``refusal``, when it did not get through in some seconds.
    """
    begin_write(session)
    if session.get_bind().dialect.name != "postgresql":
        return work()
    for _attempt in range(MAX_ATTEMPTS):
        try:
            with session.begin_nested():
                session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_MS}ms'"))
                done = work()
                session.execute(text("SET LOCAL lock_timeout = DEFAULT"))
                return done
        except OperationalError as failure:
            if getattr(failure.orig, "sqlstate", None) not in RETRYABLE_SQLSTATES:
                raise
            sleep(uniform(0, LOCK_TIMEOUT_MS / 1000))
    raise Conflict(message)


def lock_table(session, model) -> None:
    """Keep all others from writing to the table until this transaction ends; they may read."""
    begin_write(session)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {model.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))


@event.listens_for(Engine, "savepoint")
def _begin_before_savepoint(connection, _name):
    # Python's driver begins before writes only. Releasing a savepoint outside a transaction would
    # commit it, and the rollback of a request could not take it back.
    begin_immediate(connection)


def begin_immediate(connection):
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        if not raw.in_transaction:
            begin_immediate_with_retry(raw)


def begin_immediate_with_retry(connection: sqlite3.Connection) -> None:
    """Begin a transaction as SQLite's one writer.

    SQLite itself sleeps for up to a tenth of a second before it asks again, and meanwhile others
    write a hundred times. Most are done in less than a thousandth.
    """
    began = monotonic()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as failure:
                waited = monotonic() - began
                if failure.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or waited > BUSY_TIMEOUT_S:
                    raise
                sleep(uniform(*RETRY_DELAY_S) + waited * BACKOFF_FACTOR)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
