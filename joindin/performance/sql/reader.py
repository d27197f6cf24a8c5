"""Fast path for read statements.

A :class:`CompiledStatement` is executed on a pooled DBAPI connection in autocommit mode. Other statements are executed
on a SQLAlchemy connection. A statement that failed on the fast path is executed there too, because it raises
SQLAlchemy's exceptions. An outage of the database is not retried: it raises ``ServiceUnavailable``.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy.engine import Engine

from joindin.errors import ServiceUnavailable
from joindin.performance.sql.compiled import CompiledStatement, ResultRows
from joindin.performance.sql.connections import ConnectionPool

NO_PARAMS: dict[str, Any] = {}
BATCH_SIZE = 500


class ReadConnection:
    """The reads of one request. It does not see what the request's session has not committed.

    Without a ``pool`` everything is executed by SQLAlchemy, on ``engine``.
    """

    def __init__(self, engine: Engine, pool: ConnectionPool | None):
        self.engine = engine
        self._pool = pool
        self._connection = None

    @property
    def dialect(self):
        return self.engine.dialect

    def execute(self, statement, params: Mapping[str, Any] = NO_PARAMS):
        if not isinstance(statement, CompiledStatement):
            return self._execute_plain(statement, params)
        rows = self._execute_fast(statement, params) if self._pool else None
        return ResultRows(self._execute_plain(statement.statement, params)) if rows is None else rows

    def scalar(self, statement, params: Mapping[str, Any] = NO_PARAMS):
        return self.execute(statement, params).scalar()

    def scalars(self, statement, params: Mapping[str, Any] = NO_PARAMS):
        return self.execute(statement, params).scalars()

    def another(self) -> "ReadConnection":
        """Return another connection to the same database, for reads that outlast the request. The caller closes it."""
        return ReadConnection(self.engine, self._pool)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _execute_fast(self, statement, params):
        """Return the rows; None if the statement failed.

        :raises ServiceUnavailable: if the database is not available.
        """
        pool = self._pool
        cursor = pool.acquire()
        try:
            rows = pool.execute(cursor, statement, params).fetch_rows(cursor)
        except BaseException as error:
            pool.discard(cursor)
            if not isinstance(error, pool.driver_error):
                raise
            if pool.is_outage(error):
                raise ServiceUnavailable() from error
            pool.report_failure(error)
            return None
        pool.release(cursor)
        return rows

    def _execute_plain(self, statement, params):
        if self._connection is None:
            self._connection = self.engine.connect()
        return self._connection.execute(statement, params)


def batched(values: Iterable) -> Iterator[list]:
    """Split ``values`` into lists that fit into a statement that names each of them."""
    values = list(values)
    for start in range(0, len(values), BATCH_SIZE):
        yield values[start : start + BATCH_SIZE]
