"""Short writes: transactions of a few prepared statements, sent by the driver alone.

On SQLite there is one writer at a time, and what takes longest is to have the disk confirm. Within a
process the writes therefore wait in line, and whoever's turn it is takes along all that wait: one
transaction, confirmed once, for several people. PostgreSQL does the like by itself.
"""

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy.engine import Engine

from joindin.db.locking import begin_immediate, begin_immediate_with_retry
from joindin.performance.sql.compiled import CompiledStatement, ResultRows
from joindin.performance.sql.reader import ThreadConnections

Result = TypeVar("Result")


class TransactionRunner:
    """The engine's connections for short writes, one for each thread."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._driver = ThreadConnections(engine)
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._failures = engine.dialect.loaded_dbapi.Error
        self._waiting = deque()
        self._turn = Lock()

    @property
    def has_data_changing_ctes(self) -> bool:
        return not self._is_sqlite

    def execute(self, statement: CompiledStatement, values: Mapping[str, Any]) -> ResultRows:
        """What a statement returns that is a transaction by itself. It is committed then."""

        def work(connection):
            return ResultRows(connection.execute(statement, values))

        if self._is_sqlite:
            return self.run(work)
        return self._trusting(work, lambda: work(TransactionConnection(self._driver, self._driver.cursor())))

    def run(self, work: Callable[[Any], Result]) -> Result:
        """What ``work(connection)`` returns, done in one transaction. It is committed then.

        ``work`` executes prepared statements. It may be done by another thread, and again from the
        start where something breaks, so it touches nothing but the database. Nothing is kept of it
        if it raises.
        """
        if not self._is_sqlite:
            return self._trusting(work, lambda: self._in_transaction(work))
        mine = _Waiting(work)
        self._waiting.append(mine)
        with self._turn:
            if not mine.is_over:
                self._do_all()
        if mine.failure is not None:
            raise mine.failure
        return mine.result

    def _trusting(self, work, attempt):
        try:
            return attempt()
        except self._failures:
            # Nothing of it was kept. SQLAlchemy knows what to make of failures, and other connections.
            self._driver.discard_connection()
            return self._alone(work)

    def _in_transaction(self, work):
        with self._transaction() as connection:
            return work(connection)

    def _do_all(self):
        taken = []
        try:
            with self._transaction() as connection:
                taken = self._take()
                for each in taken:
                    each.attempt(connection, self._failures)
        except self._failures:
            self._driver.discard_connection()
            taken = taken or self._take()
            for each in taken:
                each.attempt_alone(self._alone)
        except BaseException:
            # Somebody ends this thread: the others come again.
            self._waiting.extendleft(reversed(taken))
            raise
        for each in taken:
            each.is_over = True

    def _take(self):
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    @contextmanager
    def _transaction(self):
        cursor = self._driver.cursor()
        if self._is_sqlite:
            begin_immediate_with_retry(cursor.connection)
        else:
            cursor.execute("BEGIN")
        try:
            yield TransactionConnection(self._driver, cursor)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.connection.rollback()
            raise

    def _alone(self, work):
        with self._engine.begin() as connection:
            begin_immediate(connection)
            return work(connection)


class TransactionConnection:
    """An open transaction, to a work."""

    def __init__(self, driver: ThreadConnections, cursor):
        self._driver = driver
        self._cursor = cursor

    def execute(self, statement: CompiledStatement, values: Mapping[str, Any]) -> ResultRows:
        words = self._driver.execute(self._cursor, statement, values)
        rows = words.rows(self._cursor) if self._cursor.description else ResultRows()
        rows.rowcount = self._cursor.rowcount
        return rows

    def say(self, command: str) -> None:
        self._cursor.execute(command)


class _Waiting:
    """Somebody's work, and what came of it."""

    def __init__(self, work):
        self._work = work
        self.result = self.failure = None
        self.is_over = False

    def attempt(self, connection, failures):
        """Do it, and take it back alone if it refuses."""
        connection.say("SAVEPOINT work")
        try:
            self.result = self._work(connection)
        except failures:
            raise
        except Exception as refusal:
            self.failure = refusal
            connection.say("ROLLBACK TO work")
        connection.say("RELEASE work")

    def attempt_alone(self, alone):
        try:
            self.result, self.failure = alone(self._work), None
        except Exception as failure:
            self.failure = failure
