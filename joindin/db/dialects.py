"""Differences between the two databases, as properties of one object for each.

Code that depends on the database reads a property of :func:`dialect_of` and does not compare names. SQL texts that
exist in two versions are kept in a dict by :attr:`DatabaseDialect.name`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.dialects import postgresql, sqlite


@dataclass(frozen=True, slots=True)
class DatabaseDialect:
    name: str
    # INSERT with ON CONFLICT.
    insert: Callable
    # A process of its own: connections can die, a round trip costs more than a small statement, and reads outside a
    # transaction have to be requested (autocommit).
    is_server: bool
    # Writers lock rows. Otherwise the database has one writer at a time.
    has_row_locks: bool
    # A list is one array parameter. Otherwise it is one JSON text.
    has_arrays: bool
    # Timestamps come with their offset. Otherwise they are naive and in UTC.
    has_time_zones: bool
    # Ids come from sequences. Otherwise from the table ``sqlite_sequence``.
    has_sequences: bool
    # The planner chooses between a text index and a scan. Otherwise the query does, and the index is a table of its own
    # that can disagree with the rows.
    plans_text_searches: bool


SQLITE = DatabaseDialect(
    name="sqlite",
    insert=sqlite.insert,
    is_server=False,
    has_row_locks=False,
    has_arrays=False,
    has_time_zones=False,
    has_sequences=False,
    plans_text_searches=False,
)
POSTGRESQL = DatabaseDialect(
    name="postgresql",
    insert=postgresql.insert,
    is_server=True,
    has_row_locks=True,
    has_arrays=True,
    has_time_zones=True,
    has_sequences=True,
    plans_text_searches=True,
)

_DIALECTS = {dialect.name: dialect for dialect in (SQLITE, POSTGRESQL)}


def dialect_of(bind) -> DatabaseDialect:
    """Return the dialect of an engine, a connection or a ``Dialect`` of SQLAlchemy."""
    return _DIALECTS[getattr(bind, "dialect", bind).name]


def session_dialect(session) -> DatabaseDialect:
    return dialect_of(session.get_bind())
