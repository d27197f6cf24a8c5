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

# How long a PostgreSQL writer of many rows waits for one of them, and how often it starts again. It waits longer with each
# attempt, because it loses its place in the queue of the row. PostgreSQL's deadlock detection needs a second, after which it
# ends one of two transactions that wait for each other.
LOCK_TIMEOUT_MS, MAX_LOCK_TIMEOUT_MS = 150, 900
MAX_ATTEMPTS = 15

# How long such a writer waits for its first locks, over all attempts.
MAX_WAIT_S = 30

# Lock timeout, deadlock.
RETRYABLE_SQLSTATES = ("55P03", "40P01")

# In the session while retry_on_lock_timeout() repeats its work.
IS_REPEATED = "is_repeated"


def begin_write(session) -> None:
    """Begin SQLite's write transaction before the session reads what the write depends on.

    No effect on PostgreSQL: there, lock the row that decides.

    :raises ServiceUnavailable: if another process holds the lock for too long.
    """
    begin_immediate(session.connection())


def lock_row(session, model, id_, *, allows_references: bool = False):
    """Return the row, locked until the transaction ends; None if it does not exist.

    Its columns are read again. Loaded relations stay. With ``allows_references`` others may meanwhile store rows that refer
    to it by a foreign key.
    """
    lock = {"key_share": allows_references}
    begin_write(session)
    loaded = session.identity_map.get(identity_key(model, id_))
    if loaded is None:
        return session.scalar(select(model).where(model.id == id_).with_for_update(**lock))
    session.flush()
    try:
        session.refresh(loaded, inspect(model).column_attrs.keys(), with_for_update=lock)
    except InvalidRequestError:
        # Deleted since it was loaded.
        return None
    return loaded


def retry_on_lock_timeout(session, work: Callable, *, message: str, first_locks: Callable | None = None):
    """Run ``work()`` in a savepoint with a short lock timeout, and return its result.

    For writes that lock many rows, in an order that differs from other writers'. After a timeout or a deadlock the
    savepoint and its locks are rolled back, and ``work`` runs again. It must read everything that it depends on. On
    SQLite, with one writer at a time, it runs once.

    ``first_locks()`` locks those rows of ``work`` that all writers lock in the same order. They can have a long queue, in which
    a short timeout would lose the place each time: the wait for them ends after ``MAX_WAIT_S`` only.

    Inside the ``work`` of another call, ``work`` runs once: a repetition there would keep the locks of the outer one, for
    which others may wait.

    :raises Conflict: with ``message``, if all attempts fail.
    """
    begin_write(session)
    if not session_dialect(session).has_row_locks:
        return work()
    if session.info.get(IS_REPEATED):
        if first_locks is not None:
            first_locks()
        return work()
    session.info[IS_REPEATED] = True
    try:
        return _repeat(session, work, message, first_locks)
    finally:
        session.info[IS_REPEATED] = False


def _repeat(session, work, message, first_locks):
    deadline = monotonic() + MAX_WAIT_S
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            with session.begin_nested():
                if first_locks is not None:
                    _set_lock_timeout(session, max(1, int((deadline - monotonic()) * 1000)))
                    first_locks()
                _set_lock_timeout(session, min(attempt * LOCK_TIMEOUT_MS, MAX_LOCK_TIMEOUT_MS))
                result = work()
                session.execute(text("SET LOCAL lock_timeout = DEFAULT"))
                return result
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in RETRYABLE_SQLSTATES:
                raise
            sleep(uniform(0, LOCK_TIMEOUT_MS / 1000))
    raise Conflict(message)


def _set_lock_timeout(session, timeout_ms):
    session.execute(text(f"SET LOCAL lock_timeout = '{timeout_ms}ms'"))


def lock_table(session, model) -> None:
    """Lock the table of a model, or a table, against other writers until the transaction ends. Reads are not blocked."""
    begin_write(session)
    if session_dialect(session).has_row_locks:
        table = getattr(model, "__table__", model)
        session.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


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
