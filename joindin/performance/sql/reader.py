"""Plain reading: statements that are put into words once, and sent by the driver alone.

Around a small statement SQLAlchemy takes ten times what the database takes for it: to find a
connection, to find the words, to wrap the rows. What many requests ask is therefore a
:class:`Prepared` statement, and goes over a connection that its thread keeps. Anything else goes
the usual way; so does a prepared statement that failed, for SQLAlchemy knows what failures mean
and finds another connection where one broke.
"""

from collections.abc import Iterable, Iterator, Mapping
from threading import local
from typing import Any

from sqlalchemy.engine import Connection, Engine

from joindin.performance.sql.compiled import CompiledSQL, CompiledStatement, ResultRows

NO_PARAMS: dict[str, Any] = {}
BATCH_SIZE = 500


class ThreadConnections:
    """The engine's own connections, one for each thread that reads, in no transaction."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._kept = local()

    @property
    def engine(self) -> Engine:
        return self._engine

    def connect(self) -> Connection:
        return self._engine.connect()

    def read(self, statement: CompiledStatement, values: Mapping[str, Any]) -> ResultRows | None:
        """The rows; None if something went wrong, which is then nothing that anybody depends on."""
        try:
            cursor = self.cursor()
            return self.execute(cursor, statement, values).rows(cursor)
        except self._engine.dialect.loaded_dbapi.Error:
            self.discard_connection()
            return None

    def cursor(self):
        cursor = getattr(self._kept, "cursor", None)
        if cursor is None:
            fresh = self._engine.raw_connection()
            connection = fresh.dbapi_connection
            fresh.detach()
            cursor = self._kept.cursor = self._bare_cursor(connection)
        return cursor

    def execute(self, cursor, statement: CompiledStatement, values: Mapping[str, Any]) -> CompiledSQL:
        words = statement.compiled_for(self._engine.dialect)
        text, parameters = words.bind(values)
        if not self._engine._has_events:
            cursor.execute(text, parameters)
            return words
        # Somebody listens to the engine.
        heard = (None, cursor, text, parameters, None, False)
        self._engine.dispatch.before_cursor_execute(*heard)
        cursor.execute(text, parameters)
        self._engine.dispatch.after_cursor_execute(*heard)
        return words

    def discard_connection(self) -> None:
        """Have the thread connect anew."""
        self._kept.cursor = None

    def _bare_cursor(self, connection):
        if self._engine.dialect.name != "postgresql":
            return connection.cursor()
        from joindin.performance.sql.libpq import Cursor

        connection.autocommit = True
        return Cursor(connection)


class ReadConnection:
    """One request's reading. It does not see what the request's session has not committed."""

    def __init__(self, driver: ThreadConnections):
        self._driver = driver
        self._connection = None

    @property
    def engine(self) -> Engine:
        return self._driver.engine

    @property
    def dialect(self):
        return self.engine.dialect

    def execute(self, statement, values: Mapping[str, Any] = NO_PARAMS):
        if isinstance(statement, CompiledStatement):
            rows = self._driver.read(statement, values)
            if rows is not None:
                return rows
            statement = statement.statement
        if self._connection is None:
            self._connection = self._driver.connect()
        return self._connection.execute(statement, values)

    def scalar(self, statement, values: Mapping[str, Any] = NO_PARAMS):
        return self.execute(statement, values).scalar()

    def scalars(self, statement, values: Mapping[str, Any] = NO_PARAMS):
        return self.execute(statement, values).scalars()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def batched(values: Iterable) -> Iterator[list]:
    """Lists short enough for a statement that names each value."""
    values = list(values)
    for start in range(0, len(values), BATCH_SIZE):
        yield values[start : start + BATCH_SIZE]
