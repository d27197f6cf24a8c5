"""Reads, inserts and updates of many rows with few short statements.

Lists are sent as one parameter. Thousands of parameters cost PostgreSQL's driver more than the statement itself, and SQLite's
driver caches every long statement.
"""

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from operator import methodcaller

from sqlalchemy import ARRAY, Table, any_, bindparam, func, literal, select, text, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DataError, IntegrityError

from joindin.db.dialects import session_dialect
from joindin.db.locking import begin_write

# Rows of one INSERT on SQLite.
INSERT_PAGE_SIZE = 200


def is_among(session, column, values: Collection):
    """Return the condition that the column has one of these values."""
    if session_dialect(session).has_arrays:
        return column == any_(literal(list(values), ARRAY(column.type)))
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))


def insert_new(session, table: Table, rows: Sequence[dict]) -> list[tuple]:
    """Insert the rows that violate no unique constraint. Return the primary keys of the inserted rows.

    All rows have the same columns.
    """
    if not rows:
        return []
    if session_dialect(session).has_sequences:
        rows = [_defaults(table) | row for row in rows]
        added = session.execute(
            _insert_statement(table, tuple(rows[0])), {"rows": json.dumps(rows, default=methodcaller("isoformat"))}
        )
    else:
        statement = sqlite.insert(table).on_conflict_do_nothing().returning(*table.primary_key)
        added = session.execute(statement, rows, execution_options={"insertmanyvalues_page_size": INSERT_PAGE_SIZE})
    return [tuple(key) for key in added]


def insert_each(session, table: Table, rows: Sequence[dict]) -> tuple[list[tuple], list[dict]]:
    """Insert rows as :func:`insert_new` does, and return the rows that the database refuses as well.

    A refused batch is divided until the refused rows are found.
    """
    try:
        with session.begin_nested():
            return insert_new(session, table, rows), []
    except (IntegrityError, DataError):
        if len(rows) == 1:
            return [], list(rows)
    half = len(rows) // 2
    added, refused = insert_each(session, table, rows[:half])
    more_added, more_refused = insert_each(session, table, rows[half:])
    return added + more_added, refused + more_refused


def find_rows(session, table: Table, ids: Sequence[int], columns: Sequence[str]) -> dict[int, dict]:
    """Return the given columns of the existing rows, by id."""
    statement = select(table.c.id, *(table.c[name] for name in columns if name != "id")).where(
        is_among(session, table.c.id, ids)
    )
    return {row["id"]: dict(row) for row in session.execute(statement).mappings()}


def update_each(session, table: Table, changes: Sequence[tuple[int, dict]]) -> list[int]:
    """Update columns of rows by id. Return the ids of the rows that the database refuses."""
    if not changes:
        return []
    try:
        with session.begin_nested():
            _update(session, table, changes)
        return []
    except (IntegrityError, DataError):
        if len(changes) == 1:
            return [changes[0][0]]
    half = len(changes) // 2
    return update_each(session, table, changes[:half]) + update_each(session, table, changes[half:])


def advance_id_sequence(session, table: str, highest: int) -> None:
    """Make rows that get their id from the database get one above ``highest``."""
    if session_dialect(session).has_sequences:
        sequence = session.scalar(select(func.pg_get_serial_sequence(table, "id")))
        if session.scalar(text(f"SELECT last_value FROM {sequence}")) <= highest:  # noqa: S608 - a name from the catalogue
            session.execute(select(func.setval(sequence, highest)))
        return
    begin_write(session)
    updated = session.execute(
        text("UPDATE sqlite_sequence SET seq = max(seq, :highest) WHERE name = :name"),
        {"highest": highest, "name": table},
    )
    if not updated.rowcount:
        session.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :highest)"),
            {"highest": highest, "name": table},
        )


def _update(session, table, changes):
    # Tables with a row version bump it.
    bump = {"version": table.c.version + 1} if "version" in table.c else {}
    for names, group in _by_columns(changes).items():
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("_id"))
            .values({name: bindparam(f"_{name}") for name in names} | bump),
            [{"_id": row_id} | {f"_{name}": values[name] for name in names} for row_id, values in group],
        )


def _by_columns(changes):
    groups = {}
    for row_id, values in changes:
        groups.setdefault(tuple(values), []).append((row_id, values))
    return groups


@lru_cache(maxsize=64)
def _insert_statement(table, names):
    columns, key = ", ".join(names), ", ".join(table.primary_key.columns.keys())
    return text(
        f"INSERT INTO {table.name} ({columns})"  # noqa: S608 - names of this application's tables and columns
        f" SELECT {columns} FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"
        f" ON CONFLICT DO NOTHING RETURNING {key}"
    )


def _defaults(table):
    """Return SQLAlchemy's defaults of the table's columns."""
    defaults = {column.name: column.default.arg for column in table.c if column.default is not None}
    return {name: value(None) if callable(value) else value for name, value in defaults.items()}
