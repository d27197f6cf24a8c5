"""Row locks, table locks and the begin of write transactions.

SQLite has one writer at a time. It reads without a transaction, and the first write begins IMMEDIATE: the writer then
waits for the others, where a transaction that has read before would fail. PostgreSQL locks rows (:func:`lock_row`).
"""

import sqlite3
from collections.abc import Callable
from random import uniform
from time import monotonic, sleep

from sqlalchemy import event, inspect, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InvalidRequestError, OperationalError
from sqlalchemy.orm.util import identity_key

from joindin.db.dialects import dialect_of, session_dialect
from joindin.errors import Conflict, ServiceUnavailable

# How long a SQLite writer waits for the others in total.
BUSY_TIMEOUT_S = 10

# It tries again after a random delay between these, which grows by this factor of the time waited.
RETRY_DELAY_S = 0.0001, 0.0005
BACKOFF_FACTOR = 0.02

# How long a PostgreSQL writer of many rows waits for one of them, and how often it starts again. PostgreSQL's deadlock
# detection needs a second, after which it ends one of two transactions that wait for each other.
LOCK_TIMEOUT_MS = 150
MAX_ATTEMPTS = 30

# Lock timeout, deadlock.
RETRYABLE_SQLSTATES = ("55P03", "40P01")


def begin_write(session) -> None:
    """Begin SQLite's write transaction before the session reads what the write depends on.

    No effect on PostgreSQL: there, lock the row that decides.

    :raises ServiceUnavailable: if another process holds the lock for too long.
    """
    begin_immediate(session.connection())


def lock_row(session, model, id_):
    """Return the row, locked until the transaction ends; None if it does not exist.

    Its columns are read again. Loaded relations stay.
    """
    begin_write(session)
    loaded = session.identity_map.get(identity_key(model, id_))
    if loaded is None:
        return session.scalar(select(model).where(model.id == id_).with_for_update())
    session.flush()
    try:
        session.refresh(loaded, inspect(model).column_attrs.keys(), with_for_update=True)
    except InvalidRequestError:
        # Deleted since it was loaded.
        return None
    return loaded


def retry_on_lock_timeout(session, work: Callable, *, message: str):
    """Run ``work()`` in a savepoint with a short lock timeout, and return its result.

    For writes that lock many rows, in an order that differs from other writers'. After a timeout or a deadlock the
    savepoint and its locks are rolled back, and ``work`` runs again. It must read everything that it depends on. On
    SQLite, with one writer at a time, it runs once.

    :raises Conflict: with ``message``, if all attempts fail.
    """
    begin_write(session)
    if not session_dialect(session).has_row_locks:
        return work()
    for _attempt in range(MAX_ATTEMPTS):
        try:
            with session.begin_nested():
                session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_MS}ms'"))
                result = work()
                session.execute(text("SET LOCAL lock_timeout = DEFAULT"))
                return result
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in RETRYABLE_SQLSTATES:
                raise
            sleep(uniform(0, LOCK_TIMEOUT_MS / 1000))
    raise Conflict(message)


def lock_table(session, model) -> None:
    """Lock the table against other writers until the transaction ends. Reads are not blocked."""
    begin_write(session)
    if session_dialect(session).has_row_locks:
        session.execute(text(f"LOCK TABLE {model.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))


@event.listens_for(Engine, "savepoint")
def _begin_before_savepoint(connection, _name):
    # Python's sqlite3 begins a transaction before INSERT, UPDATE and DELETE only. Outside a transaction, releasing a
    # savepoint would commit it, and a later rollback would have no effect.
    begin_immediate(connection)


def begin_immediate(connection) -> None:
    """Begin the write transaction of a SQLAlchemy connection on SQLite, unless it has begun."""
    if not dialect_of(connection).has_row_locks:
        driver_connection = connection.connection.dbapi_connection
        if not driver_connection.in_transaction:
            begin_immediate_with_retry(driver_connection)


def begin_immediate_with_retry(connection: sqlite3.Connection, timeout_s: float | None = None) -> None:
    """Begin a write transaction on SQLite; wait for other writers up to ``BUSY_TIMEOUT_S`` or ``timeout_s``.

    SQLite's own busy handler sleeps up to a tenth of a second between two attempts. Most write transactions take less
    than a millisecond.

    :raises ServiceUnavailable: if the lock is not free in time.
    """
    deadline = monotonic() + (BUSY_TIMEOUT_S if timeout_s is None else timeout_s)
    began = monotonic()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if monotonic() > deadline:
                    raise ServiceUnavailable() from error
                sleep(uniform(*RETRY_DELAY_S) + (monotonic() - began) * BACKOFF_FACTOR)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
