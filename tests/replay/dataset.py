"""Rows that captures were taken from: imported once, then put back from a copy."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from joindin.db.base import Base
from joindin.db.dialects import session_dialect
from tests.database_rows import DISABLE_TRIGGERS, empty_database


class Dataset:
    """The rows that ``store_rows(session)`` stores.

    Set ``is_changed`` when a request may have written: the next :meth:`restore` then replaces all rows.
    """

    def __init__(self, store_rows: Callable):
        self.is_changed = True
        self._store_rows = store_rows
        self._copy = None

    def restore(self, session):
        """Replace the rows of the database by those of the dataset, in one transaction, if they may have changed."""
        if not self.is_changed:
            return
        if self._copy:
            self._copy.restore(session)
        else:
            empty_database()
            self._store_rows(session)
            session.commit()
            self._copy = (TableCopies if session_dialect(session).is_server else FileCopy)(session)
        self.is_changed = False

    def drop(self, session):
        """Delete the rows and the copy."""
        empty_database()
        if self._copy:
            self._copy.drop(session)


class FileCopy:
    """A copy of a SQLite database in memory."""

    def __init__(self, session):
        self._path = session.get_bind().url.database
        self._copy = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self._path)) as database:
            database.backup(self._copy)

    def restore(self, session):
        session.remove()
        with closing(sqlite3.connect(self._path)) as database:
            self._copy.backup(database)

    def drop(self, session):
        self._copy.close()


class TableCopies:
    """Copies of the tables of a PostgreSQL database. No trigger fires when their rows are put back."""

    def __init__(self, session):
        connection = session.connection()
        self._copies = []
        self._statements = []
        for table in Base.metadata.sorted_tables:
            copy, columns = f"kept_{table.name}", ", ".join(f'"{each.name}"' for each in table.c if not each.computed)
            connection.exec_driver_sql(f'CREATE TABLE {copy} AS SELECT {columns} FROM "{table.name}"')
            self._copies.append(copy)
            self._statements.append(f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {copy}')
        sequences = connection.exec_driver_sql("SELECT sequencename, last_value FROM pg_sequences").all()
        self._statements += [f"SELECT setval('{name}', {last or 1}, {last is not None})" for name, last in sequences]
        session.commit()

    def restore(self, session):
        empty_database()
        session.connection().exec_driver_sql(";".join([DISABLE_TRIGGERS, *self._statements]))
        session.commit()

    def drop(self, session):
        for copy in self._copies:
            session.connection().exec_driver_sql(f"DROP TABLE {copy}")
        session.commit()
