"""The original's tables (spec 17.2) put into ours, by the command's own importer the first time, then as it left them."""

from joindin.db.base import Base
from joindin.imports.joindin.report import Report
from joindin.imports.joindin.run import import_database
from joindin.imports.joindin.sources import InMemorySource
from joindin.models.read_models import BucketCount, HotEvent, ListedEvent, ListedTag, PendingBucketCount
from joindin.utils.datetimes import utc_now

# Triggers fill these along with the others.
FOLLOWING = {each.__table__ for each in (ListedEvent, HotEvent, ListedTag, BucketCount, PendingBucketCount)}
TABLES = [table for table in Base.metadata.sorted_tables if table not in FOLLOWING]


class Dataset:
    """Rows by table, and a copy of what the importer makes of them."""

    def __init__(self, tables):
        self._tables = tables
        self._copies = []
        self._putting_back = []

    def restore(self, session):
        """Put all of it into an empty database, in one transaction."""
        if self._putting_back:
            for statement in self._putting_back:
                session.connection().exec_driver_sql(statement)
        else:
            for _rows in import_database(session, InMemorySource(self._tables), now=utc_now(), report=Report()):
                pass
            self._keep(session.connection())
        session.commit()

    def forget(self, session):
        """Leave no copy in the database."""
        for copy in self._copies:
            session.connection().exec_driver_sql(f"DROP TABLE {copy}")
        session.commit()

    def _keep(self, connection):
        for table in TABLES:
            columns = ", ".join(f'"{column.name}"' for column in table.c if not column.computed)
            self._copy(connection, table.name, columns)
        if connection.dialect.name == "postgresql":
            self._putting_back += _sequences(connection)
        else:
            self._putting_back.append("DELETE FROM sqlite_sequence")
            self._copy(connection, "sqlite_sequence", "name, seq")

    def _copy(self, connection, table, columns):
        copy = f"kept_{table}"
        connection.exec_driver_sql(f'CREATE TABLE {copy} AS SELECT {columns} FROM "{table}"')
        self._copies.append(copy)
        self._putting_back.append(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {copy}')


def _sequences(connection):
    """Statements that let ids go on from where they are."""
    for table in TABLES:
        if "id" in table.c:
            sequence = connection.exec_driver_sql(f"SELECT pg_get_serial_sequence('{table.name}', 'id')").scalar_one()
            last, is_given = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()
            yield f"SELECT setval('{sequence}', {last}, {is_given})"
