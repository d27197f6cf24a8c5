"""Many rows at once, in as few and as short statements as the database allows.

Statements stay short: thousands of parameters cost PostgreSQL's driver more than the work itself, and
SQLite's keeps every long statement it has seen. So lists go as one parameter.
"""

import datetime as dt
import json
from collections.abc import Collection, Sequence
from functools import lru_cache

from sqlalchemy import ARRAY, Table, any_, bindparam, func, literal, select, text, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DataError, IntegrityError

# Rows that SQLite is given at once.
PAGE = 200


def is_among(session, column, values: Collection):
    """The condition that ``column`` has one of these values."""
    if _is_postgresql(session):
        return column == any_(literal(list(values), ARRAY(column.type)))
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))


def insert_new(session, table: Table, rows: Sequence[dict]) -> list[tuple]:
    """Insert the rows that break no unique constraint; the keys of those that were inserted.

    All rows have the same columns.
    """
    if not rows:
        return []
    if _is_postgresql(session):
        rows = [_defaults(table) | row for row in rows]
        added = session.execute(
            _insert_statement(table, tuple(rows[0])), {"rows": json.dumps(rows, default=dt.datetime.isoformat)}
        )
    else:
        adding = sqlite.insert(table).on_conflict_do_nothing().returning(*table.primary_key)
        added = session.execute(adding, rows, execution_options={"insertmanyvalues_page_size": PAGE})
    return [tuple(key) for key in added]


def insert_each(session, table: Table, rows: Sequence[dict]) -> tuple[list[tuple], list[dict]]:
    """As :func:`insert_new`, but what the database refuses does not take the rest with it; those rows besides."""
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
    """These columns of the rows that exist, by id."""
    asked = select(table.c.id, *(table.c[name] for name in columns if name != "id")).where(
        is_among(session, table.c.id, ids)
    )
    return {row["id"]: dict(row) for row in session.execute(asked).mappings()}


def update_each(session, table: Table, changes: Sequence[tuple[int, dict]]) -> list[int]:
    """Write these columns of these rows, where the database lets it; the ids of those where it does not."""
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


def _update(session, table, changes):
    # The version, where there is one, moves with the row.
    moving = {"version": table.c.version + 1} if "version" in table.c else {}
    for names, alike in _by_columns(changes).items():
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("_id"))
            .values({name: bindparam(f"_{name}") for name in names} | moving),
            [{"_id": row_id} | {f"_{name}": values[name] for name in names} for row_id, values in alike],
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
        f"INSERT INTO {table.name} ({columns})"  # noqa: S608 - names of our own tables and columns
        f" SELECT {columns} FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"
        f" ON CONFLICT DO NOTHING RETURNING {key}"
    )


def _defaults(table):
    """What SQLAlchemy would put into columns that are not given."""
    given = {column.name: column.default.arg for column in table.c if column.default is not None}
    return {name: value(None) if callable(value) else value for name, value in given.items()}


def _is_postgresql(session):
    return session.get_bind().dialect.name == "postgresql"
