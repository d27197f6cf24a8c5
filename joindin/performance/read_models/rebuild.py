"""Recomputation of the read models from the primary tables."""

from sqlalchemy import Connection

from joindin.performance.read_models import crew, triggers_postgresql, triggers_sqlite
from joindin.performance.read_models.expressions import (
    BUCKETED_SOURCES,
    LEVEL_SHIFTS,
    listed_event_values,
    sort_score,
)

# The triggers of each dialect.
TRIGGERS = {"sqlite": triggers_sqlite, "postgresql": triggers_postgresql}

TRUNCATE = (
    "DELETE FROM pending_bucket_counts",
    "DELETE FROM bucket_counts",
    "DELETE FROM listed_tags",
    "DELETE FROM hot_events",
    "DELETE FROM listed_events",
)

POPULATE = (
    f"""INSERT INTO listed_events (event_id, starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key)
        SELECT e.id, {listed_event_values("e")} FROM events e WHERE e.is_visible ORDER BY e.id""",
    f"""INSERT INTO hot_events (event_id, has_started, start_day, sort_score)
        SELECT e.id, e.start_day < {{today}}, e.start_day, {sort_score("e.start_day < {today}", "e.start_day", "e.popularity")}
        FROM events e WHERE e.is_visible ORDER BY e.id""",
    """INSERT INTO listed_tags (tag_id, starts_at, event_id, start_day)
        SELECT t.tag_id, l.starts_at, l.event_id, l.start_day
        FROM event_tags t JOIN listed_events l ON l.event_id = t.event_id ORDER BY 1, 2, 3""",
    crew.REFILL_SPANS,
)

# Seconds since 1970, so that no cached number was counted under the same value.
INITIAL_CHANGES = f"""INSERT INTO bucket_counts (counter, level, bucket, count)
    VALUES ('changes', 1, 0, {{now}}), ({crew.EVENTS_COUNTER}, 1, 0, {{now}})"""


def refill_tables(connection: Connection) -> None:
    """Recompute all read models. The triggers have to be dropped, and nothing else may write meanwhile."""
    dialect = TRIGGERS[connection.dialect.name]
    for statement in TRUNCATE:
        connection.exec_driver_sql(statement)
    for statement in POPULATE:
        connection.exec_driver_sql(statement.replace("{today}", dialect.TODAY))
    for counter, bucket, source in BUCKETED_SOURCES:
        for level, shift in LEVEL_SHIFTS.items():
            connection.exec_driver_sql(
                f"""INSERT INTO bucket_counts (counter, level, bucket, count)
                    SELECT {counter}, {level}, ({bucket}) >> {shift}, count(*) FROM {source} GROUP BY 1, 3"""
            )
    connection.exec_driver_sql(INITIAL_CHANGES.replace("{now}", dialect.NOW))
