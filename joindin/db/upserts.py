"""Inserts that leave existing rows alone."""

from collections.abc import Sequence

from sqlalchemy import inspect, select

from joindin.db.dialects import session_dialect
from joindin.db.locking import lock_table


def insert_or_ignore(session, model, **values) -> bool:
    """Insert a row unless one with the same key exists. Return whether it was inserted."""
    # By RETURNING: the row count of a driver depends on what SQLAlchemy adds to the statement.
    statement = _insert(session, model).values(**values).returning(*inspect(model).primary_key)
    return session.execute(statement).first() is not None


def insert_missing(session, model, key: str, rows: Sequence[dict]) -> None:
    """Insert, in their order, the rows whose ``key`` does not exist yet.

    Locks the table: two transactions that insert the same new rows in different orders would deadlock.
    """
    column = getattr(model, key)
    existing = set(session.scalars(select(column).where(column.in_([row[key] for row in rows]))))
    missing = [row for row in rows if row[key] not in existing]
    if not missing:
        return
    lock_table(session, model)
    session.execute(_insert(session, model).values(missing))


def _insert(session, model):
    return session_dialect(session).insert(model).on_conflict_do_nothing()
