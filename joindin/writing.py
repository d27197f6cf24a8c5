"""Short writes: transactions of a few prepared statements, sent by the driver alone.

On SQLite there is one writer at a time. Within a process they wait in line for their turn, so that
only one of them asks SQLite for its place and the others need not ask again and again.
"""

from collections.abc import Mapping
from contextlib import contextmanager, nullcontext
from threading import Lock
from typing import Any

from sqlalchemy.engine import Engine

from joindin.database import begin_immediate
from joindin.reading import Driver, Prepared


class Writer:
    """The engine's connections for short writes, one for each thread."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._driver = Driver(engine)
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._turn = Lock() if self._is_sqlite else nullcontext()

    @property
    def has_data_changing_ctes(self) -> bool:
        return not self._is_sqlite

    def write(self, *steps: Prepared, values: Mapping[str, Any]) -> bool:
        """Take the steps in one transaction, each if the one before changed a row; whether all did. It is committed then."""
        try:
            with self._turn, self._transaction(steps) as cursor:
                return all(self._changes(cursor, step, values) for step in steps)
        except self._engine.dialect.loaded_dbapi.Error:
            # Nothing of it was kept. SQLAlchemy knows what to make of failures, and other connections.
            self._driver.give_up()
            return self._write_the_usual_way(steps, values)

    @contextmanager
    def _transaction(self, steps):
        cursor = self._driver.cursor()
        if len(steps) == 1 and not self._is_sqlite:
            # A single statement is a transaction by itself.
            yield cursor
            return
        cursor.execute("BEGIN IMMEDIATE" if self._is_sqlite else "BEGIN")
        try:
            yield cursor
            cursor.execute("COMMIT")
        except BaseException:
            cursor.connection.rollback()
            raise

    def _changes(self, cursor, step, values):
        self._driver.send(cursor, step, values)
        return cursor.rowcount > 0

    def _write_the_usual_way(self, steps, values):
        with self._engine.begin() as connection:
            begin_immediate(connection)
            return all(connection.execute(step, values).rowcount > 0 for step in steps)
