"""Creating and dropping the triggers and search indexes."""

from sqlalchemy import Connection

from joindin.db.dialects import dialect_of
from joindin.performance.read_models import running_events, triggers_postgresql, triggers_sqlite
from joindin.performance.read_models.rebuild import TRIGGERS, refill_tables


def install_triggers(connection: Connection, *, refill: bool) -> None:
    """Create all triggers. ``refill`` recomputes the read models first, for when data was written without triggers."""
    dialect = TRIGGERS[connection.dialect.name]
    if refill:
        dialect.drop_search_indexes(connection)
        refill_tables(connection)
    dialect.create_triggers(connection)
    running_events.create_index(connection)
    dialect.create_search_indexes(connection)


def drop_triggers(connection: Connection, *, searches: bool = True) -> None:
    """Drop all triggers, for altering tables or loading data in bulk.

    With ``searches`` False the search indexes stay; they remain correct if nothing is written.
    """
    dialect = TRIGGERS[connection.dialect.name]
    dialect.drop_triggers(connection)
    if searches:
        running_events.drop_index(connection)
        dialect.drop_search_indexes(connection)


def rebuild(connection: Connection) -> None:
    """Recompute all read models and search indexes in the open transaction. Blocks writers until it ends."""
    if dialect_of(connection).has_row_locks:
        connection.exec_driver_sql(
            "LOCK TABLE users, events, event_tags, talks, shifts, crew_details IN SHARE ROW EXCLUSIVE MODE"
        )
    drop_triggers(connection)
    install_triggers(connection, refill=True)


def is_managed_by_triggers(name: str | None) -> bool:
    """Return whether a table or index is created here and not by a model. SQLite's search indexes consist of tables."""
    return bool(name) and name.startswith(
        (running_events.INDEX_NAME, *triggers_sqlite.SEARCH_INDEXES, *triggers_postgresql.SEARCH_INDEXES)
    )
