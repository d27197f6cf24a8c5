"""Bounded pool of DBAPI connections for the fast path.

The connections are in autocommit mode and keep their prepared statements. A connection that met an error is closed.
SQLAlchemy's own pool costs more for each checkout than a small statement does in the database.
"""

import select
from collections.abc import Mapping
from contextlib import suppress
from threading import Condition
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from joindin.db.dialects import dialect_of
from joindin.db.outages import CauseLog, is_driver_outage
from joindin.errors import ServiceUnavailable
from joindin.performance.sql.compiled import CompiledSQL, CompiledStatement

MAX_CONNECTIONS = 16

# Seconds that a thread waits for one of them.
POOL_TIMEOUT_S = 5

# Time limit of one statement on PostgreSQL.
STATEMENT_TIMEOUT_MS = 10_000

# Cost of a page that is read through an index, relative to one of a table that is read in its order, as PostgreSQL's
# planner assumes. The statements are short and their pages are in memory. With the default, 4, it reads small tables whole.
RANDOM_PAGE_COST = 1.1

# Prepared statements of a PostgreSQL connection.
MAX_PREPARED = 200


class ConnectionPool:
    def __init__(self, engine: Engine, max_connections: int = MAX_CONNECTIONS):
        self.engine = engine
        self.driver_error = engine.dialect.loaded_dbapi.Error
        self._failures = CauseLog("A statement failed on the fast path")
        self._is_server = dialect_of(engine).is_server
        self._max_connections = max_connections
        self._idle = []
        self._open = 0
        # Protects the number of open connections, and wakes threads that wait for one.
        self._changed = Condition()
        self._waiting = 0
        # Numbers of threads that had to wait, and that waited in vain, for metrics.
        self.waits = 0
        self.timeouts = 0
        # A process that forks or ends disposes of its engine.
        event.listen(engine, "engine_disposed", lambda _engine: self.close_idle())

    def acquire(self):
        """Return the cursor of a connection that no other thread uses.

        :raises ServiceUnavailable: if there is none, or the database cannot be reached.
        """
        while True:
            while (cursor := self._pop_idle()) is not None:
                if not self._is_server or _is_alive(cursor.connection):
                    return cursor
                self.discard(cursor)
            if self._reserve():
                return self._connect()

    def release(self, cursor) -> None:
        self._idle.append(cursor)
        if self._waiting:
            self._notify()

    def discard(self, cursor) -> None:
        """Close the connection of ``cursor``, which met an error. An open transaction is rolled back."""
        if not self._is_server:
            # A connection with an unfinished statement keeps its locks after it is closed.
            with suppress(self.driver_error):
                cursor.connection.rollback()
        cursor.connection.close()
        self._count_closed()

    def execute(self, cursor, statement: CompiledStatement, params: Mapping[str, Any]) -> CompiledSQL:
        compiled = statement.compiled_for(self.engine.dialect)
        sql, values = compiled.bind(params)
        if not self.engine._has_events:
            cursor.execute(sql, values)
            return compiled
        # Listeners of the engine see these statements too.
        event_args = (None, cursor, sql, values, None, False)
        self.engine.dispatch.before_cursor_execute(*event_args)
        cursor.execute(sql, values)
        self.engine.dispatch.after_cursor_execute(*event_args)
        return compiled

    def is_outage(self, error: Exception) -> bool:
        """Return whether a driver's error means that the database was not available."""
        dbapi = self.engine.dialect.loaded_dbapi
        return isinstance(error, (dbapi.OperationalError, dbapi.InterfaceError)) and is_driver_outage(error)

    def report_failure(self, error: Exception) -> None:
        """Log an error after which the statement is executed by SQLAlchemy. Violated constraints are expected."""
        if not isinstance(error, self.engine.dialect.loaded_dbapi.IntegrityError):
            self._failures.report(error)

    def roll_back(self, cursor) -> None:
        """Roll the open transaction back and release the connection."""
        try:
            cursor.connection.rollback()
        except self.driver_error:
            self.discard(cursor)
        else:
            self.release(cursor)

    @property
    def size(self) -> int:
        """Return the number of open connections."""
        return self._open

    @property
    def in_use(self) -> int:
        return max(0, self._open - len(self._idle))

    def close_idle(self) -> None:
        while (cursor := self._pop_idle()) is not None:
            self.discard(cursor)

    def _pop_idle(self):
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _reserve(self):
        """Wait until a connection may be opened (True) or is idle (False)."""
        with self._changed:
            self._waiting += 1
            try:
                if not self._has_room_or_idle():
                    self.waits += 1
                if not self._changed.wait_for(self._has_room_or_idle, POOL_TIMEOUT_S):
                    self.timeouts += 1
                    raise ServiceUnavailable()
                if self._idle:
                    return False
                self._open += 1
                return True
            finally:
                self._waiting -= 1

    def _has_room_or_idle(self):
        return self._idle or self._open < self._max_connections

    def _count_closed(self):
        with self._changed:
            self._open -= 1
            self._changed.notify()

    def _notify(self):
        with self._changed:
            self._changed.notify()

    def _connect(self):
        try:
            pooled = self.engine.raw_connection()
            connection = pooled.dbapi_connection
            pooled.detach()
            if self._is_server:
                connection.autocommit = True
                connection.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
                connection.execute(f"SET random_page_cost = {RANDOM_PAGE_COST}")
                connection.prepare_threshold = 0
                connection.prepared_max = MAX_PREPARED
        except BaseException as error:
            self._count_closed()
            if isinstance(error, (self.driver_error, SQLAlchemyError)):
                raise ServiceUnavailable() from error
            raise
        return connection.cursor()


def _is_alive(connection) -> bool:
    """Return whether an idle connection can be used. Data that waits on it means that the server has closed it."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
