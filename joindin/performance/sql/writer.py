"""Short write transactions of compiled statements.

Each call is one transaction, committed before it returns. SQLite has one writer at a time: the threads of a process
queue at a mutex, because a thread that waits inside SQLite polls. PostgreSQL executes a single statement without an
explicit transaction, which saves two round trips.

A transaction that met an outage is never run again: its commit may have been executed although the acknowledgement was
lost. The caller gets ``ServiceUnavailable`` and decides. A transaction that failed for another reason was rolled back.
It is run once more on a SQLAlchemy connection, which raises SQLAlchemy's exceptions.
"""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy.engine import Connection, Engine

from joindin.db.dialects import dialect_of
from joindin.db.locking import BUSY_TIMEOUT_S, begin_immediate, begin_immediate_with_retry
from joindin.errors import DomainError, ServiceUnavailable
from joindin.performance.sql.compiled import CompiledStatement, ResultRows
from joindin.performance.sql.connections import ConnectionPool

Result = TypeVar("Result")


class TransactionRunner:
    """Runs write transactions; without a ``pool`` on connections of SQLAlchemy's ``engine``."""

    def __init__(self, engine: Engine, pool: ConnectionPool | None):
        self._engine = engine
        self._pool = pool
        self._dialect = dialect_of(engine)
        self._mutex = Lock()
        # Called after each commit, with the ``info`` of the transaction.
        self.after_commit: list[Callable[[dict], None]] = []

    @property
    def has_data_changing_ctes(self) -> bool:
        return self._dialect.is_server

    def execute(self, statement: CompiledStatement, params: Mapping[str, Any]) -> ResultRows:
        """Execute one statement as a transaction, and return its rows.

        :raises ServiceUnavailable: if the database is not available; the statement may have been executed.
        """
        run = self._run_in_autocommit if self._dialect.is_server else self._run_in_transaction
        return self._run_and_notify(run, lambda connection: connection.execute(statement, params))

    def run(self, transaction: Callable[[Any], Result]) -> Result:
        """Run ``transaction(connection)`` in a transaction, and return its result.

        ``transaction`` may be called twice, so it must have no effect outside the database. An exception rolls back.

        :raises ServiceUnavailable: if the database is not available; the transaction may have been committed.
        """
        return self._run_and_notify(self._run_in_transaction, transaction)

    def _run_and_notify(self, run_fast, transaction):
        result, info = self._run_fast_or_plain(run_fast, transaction)
        for callback in self.after_commit:
            callback(info)
        return result

    def _run_fast_or_plain(self, run_fast, transaction):
        if self._pool is None:
            return self._run_plain(transaction)
        try:
            return run_fast(transaction)
        except self._pool.driver_error as error:
            if self._pool.is_outage(error):
                raise ServiceUnavailable() from error
            self._pool.report_failure(error)
            return self._run_plain(transaction)

    def _run_in_autocommit(self, transaction):
        cursor = self._pool.acquire()
        connection = TransactionConnection(self._pool, cursor)
        try:
            result = transaction(connection)
        except BaseException:
            self._pool.discard(cursor)
            raise
        self._pool.release(cursor)
        return result, connection.info

    def _run_in_transaction(self, transaction):
        with self._writer_slot() as timeout_s:
            cursor = self._pool.acquire()
            connection = TransactionConnection(self._pool, cursor)
            try:
                self._begin(cursor, timeout_s)
                result = transaction(connection)
            except DomainError:
                self._pool.roll_back(cursor)
                raise
            except BaseException:
                self._pool.discard(cursor)
                raise
            self._commit(cursor)
        return result, connection.info

    @contextmanager
    def _writer_slot(self):
        """Wait for the other writers of this process on SQLite. Yield the seconds left to wait for other processes."""
        if self._dialect.has_row_locks:
            yield 0
            return
        deadline = monotonic() + BUSY_TIMEOUT_S
        if not self._mutex.acquire(timeout=BUSY_TIMEOUT_S):
            raise ServiceUnavailable()
        try:
            yield deadline - monotonic()
        finally:
            self._mutex.release()

    def _begin(self, cursor, timeout_s):
        if self._dialect.has_row_locks:
            cursor.execute("BEGIN")
        else:
            begin_immediate_with_retry(cursor.connection, timeout_s)

    def _commit(self, cursor):
        try:
            cursor.execute("COMMIT")
        except BaseException as error:
            self._pool.discard(cursor)
            if isinstance(error, self._pool.driver_error):
                # Whether it was committed is unknown.
                raise ServiceUnavailable() from error
            raise
        self._pool.release(cursor)

    def _run_plain(self, transaction):
        with self._engine.begin() as connection:
            begin_immediate(connection)
            plain = PlainTransactionConnection(connection)
            result = transaction(plain)
        return result, plain.info


class TransactionConnection:
    """The open transaction on a connection of the pool. ``info`` is for the functions called after the commit."""

    def __init__(self, pool: ConnectionPool, cursor):
        self.info = {}
        self._pool = pool
        self._cursor = cursor

    def execute(self, statement: CompiledStatement, params: Mapping[str, Any]) -> ResultRows:
        compiled = self._pool.execute(self._cursor, statement, params)
        rows = compiled.fetch_rows(self._cursor) if self._cursor.description else ResultRows()
        rows.rowcount = self._cursor.rowcount
        return rows


class PlainTransactionConnection:
    """The open transaction on a SQLAlchemy connection."""

    def __init__(self, connection: Connection):
        self.info = {}
        self._connection = connection

    def execute(self, statement: CompiledStatement, params: Mapping[str, Any]) -> ResultRows:
        result = self._connection.execute(statement.statement, params)
        rows = ResultRows(result if result.returns_rows else ())
        rows.rowcount = result.rowcount
        return rows
