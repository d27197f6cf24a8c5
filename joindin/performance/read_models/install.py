"""Putting up what is kept, and taking it down."""

from sqlalchemy import Connection

from joindin.performance.read_models import triggers_postgresql, triggers_sqlite
from joindin.performance.read_models.rebuild import refill_tables


def install_triggers(connection: Connection, *, refill: bool) -> None:
    """Let everything be kept from now on. ``anew`` fills it first, for when something was written meanwhile."""
    dialect = _dialect(connection)
    if refill:
        dialect.drop_search_indexes(connection)
        refill_tables(connection)
    dialect.create_triggers(connection)
    dialect.create_search_indexes(connection)


def drop_triggers(connection: Connection, *, searches: bool = True) -> None:
    """Let tables be altered, or filled in bulk. Without the ``searches`` nothing is lost, if nobody writes."""
    dialect = _dialect(connection)
    dialect.drop_triggers(connection)
    if searches:
        dialect.drop_search_indexes(connection)


def rebuild(connection: Connection) -> None:
    """Make anew all that is kept, while nobody writes; in the transaction that is open."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE users, events, event_tags, talks IN SHARE ROW EXCLUSIVE MODE")
    drop_triggers(connection)
    install_triggers(connection, refill=True)


def is_managed_by_triggers(name: str | None) -> bool:
    """Whether a table or an index is made here, and not by the models. Full-text indexes look like tables, with more behind."""
    return bool(name) and name.startswith((*triggers_sqlite.SEARCH_INDEXES, *triggers_postgresql.SEARCH_INDEXES))


def _dialect(connection):
    return triggers_postgresql if connection.dialect.name == "postgresql" else triggers_sqlite
