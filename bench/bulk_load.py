"""Bulk inserts: COPY on PostgreSQL, ``executemany`` on SQLite. Indexes are dropped and recreated."""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Table, func, select, text
from sqlalchemy.engine import Connection

from joindin.db.base import UtcDateTime
from joindin.performance.read_models import drop_triggers, install_triggers

SQLITE_INDEXES = """SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
    AND tbl_name IN ({tables})"""

# Indexes of constraints are excluded.
POSTGRESQL_INDEXES = """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema
    AND tablename IN ({tables})
    AND indexname NOT IN (SELECT conname FROM pg_constraint)"""


def bulk_insert(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple]) -> None:
    """Insert rows, whose values have the order of ``columns``. Other columns get the model's defaults."""
    defaults = {
        column.name: column.default.arg
        for column in table.c
        if column.name not in columns and column.default is not None and column.default.is_scalar
    }
    names, values = ", ".join([*columns, *defaults]), tuple(defaults.values())
    filled = (row + values for row in rows)
    raw = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in filled:
                copy.write_row(row)
        return
    time_columns = [position for position, name in enumerate(columns) if isinstance(table.c[name].type, UtcDateTime)]
    placeholders = ", ".join("?" * (len(columns) + len(defaults)))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({placeholders})"
    raw.executemany(statement, _with_text(filled, time_columns) if time_columns else filled)


@contextmanager
def without_indexes(connection: Connection, tables: Sequence[Table]):
    """Run without indexes, triggers and foreign-key checks of these tables; they are restored at the end."""
    names = ", ".join(f"'{table.name}'" for table in tables)
    is_sqlite = connection.dialect.name == "sqlite"
    found = connection.execute(text((SQLITE_INDEXES if is_sqlite else POSTGRESQL_INDEXES).format(tables=names)))
    indexes = dict(found.all())
    for index in indexes:
        connection.execute(text(f"DROP INDEX {index}"))
    drop_triggers(connection)
    _check_references(connection, tables, False)
    connection.commit()
    try:
        yield
    finally:
        for definition in indexes.values():
            connection.exec_driver_sql(definition)
        if not is_sqlite:
            # Refilling joins tables that PostgreSQL believes to be empty: it would read them whole for each row.
            connection.exec_driver_sql("ANALYZE")
        install_triggers(connection, refill=True)
        _check_references(connection, tables, True)
        if not is_sqlite:
            _move_sequences(connection, tables)
        connection.commit()
        # PostgreSQL does this itself after some time.
        statement = "ANALYZE" if is_sqlite else "VACUUM ANALYZE"
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)


def next_free_id(connection: Connection, table: Table) -> int:
    return (connection.scalar(select(func.max(table.c.id))) or 0) + 1


def _check_references(connection, tables, enabled):
    if connection.dialect.name == "sqlite":
        connection.commit()
        connection.exec_driver_sql(f"PRAGMA foreign_keys = {'ON' if enabled else 'OFF'}")
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if enabled else 'OFF'}")
        return
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table.name} {'ENABLE' if enabled else 'DISABLE'} TRIGGER ALL")


def _move_sequences(connection, tables):
    for table in tables:
        if "id" in table.c:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name} HAVING max(id) > 0"
            )


def _with_text(rows, time_columns):
    for row in rows:
        row = list(row)
        for position in time_columns:
            if row[position] is not None:
                row[position] = _sqlite_time(row[position])
        yield row


@lru_cache(maxsize=200_000)
def _sqlite_time(at: dt.datetime) -> str:
    """Return the text that SQLAlchemy stores in SQLite; ``at`` is in UTC."""
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")
