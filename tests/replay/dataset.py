"""The original's tables (spec 17.2) in this database: imported once, then restored from copies."""

from joindin.db.base import Base
from joindin.imports.joindin.run import import_database
from joindin.imports.joindin.sources import InMemorySource
from joindin.imports.report import Report
from joindin.models.agenda.programme_changes import ProgrammeChange
from joindin.models.read_models import BucketCount, HotEvent, ListedEvent, ListedTag, PendingBucketCount
from joindin.utils.datetimes import utc_now
from tests.database_rows import empty_database

# Triggers fill these tables.
_FILLED_MODELS = (ListedEvent, HotEvent, ListedTag, BucketCount, PendingBucketCount, ProgrammeChange)
_FILLED = {model.__table__ for model in _FILLED_MODELS}
TABLES = [table for table in Base.metadata.sorted_tables if table not in _FILLED]


class Dataset:
    """Rows by table, and copies of the tables after the import.

    Set ``is_changed`` when a request may have written: the next :meth:`restore` then replaces all rows.
    """

    def __init__(self, tables):
        self.is_changed = True
        self._tables = tables
        self._copies = []
        self._restore_statements = []

    def restore(self, session):
        """Replace the rows of the database by those of the dataset, in one transaction, if they may have changed."""
        if not self.is_changed:
            return
        empty_database()
        if self._restore_statements:
            for statement in self._restore_statements:
                session.connection().exec_driver_sql(statement)
        else:
            for _rows in import_database(session, InMemorySource(self._tables), now=utc_now(), report=Report()):
                pass
            self._copy_tables(session.connection())
        session.commit()
        self.is_changed = False

    def drop(self, session):
        """Delete the rows and drop the copies."""
        empty_database()
        for copy in self._copies:
            session.connection().exec_driver_sql(f"DROP TABLE {copy}")
        session.commit()

    def _copy_tables(self, connection):
        for table in TABLES:
            columns = ", ".join(f'"{column.name}"' for column in table.c if not column.computed)
            self._copy_table(connection, table.name, columns)
        if connection.dialect.name == "postgresql":
            self._restore_statements += _sequence_statements(connection)
        else:
            self._restore_statements.append("DELETE FROM sqlite_sequence")
            self._copy_table(connection, "sqlite_sequence", "name, seq")

    def _copy_table(self, connection, table, columns):
        copy = f"kept_{table}"
        connection.exec_driver_sql(f'CREATE TABLE {copy} AS SELECT {columns} FROM "{table}"')
        self._copies.append(copy)
        self._restore_statements.append(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {copy}')


def _sequence_statements(connection):
    """Yield statements that set the sequences of ids to their current values."""
    for table in TABLES:
        if "id" in table.c:
            sequence = connection.exec_driver_sql(f"SELECT pg_get_serial_sequence('{table.name}', 'id')").scalar_one()
            last, is_called = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()
            yield f"SELECT setval('{sequence}', {last}, {is_called})"
