"""Making anew all that the triggers keep, from what they keep it of."""

from sqlalchemy import Connection

from joindin.performance.read_models import triggers_postgresql, triggers_sqlite

EMPTYING = [
    "DELETE FROM tally_changes",
    "DELETE FROM tallies",
    "DELETE FROM listed_tags",
    "DELETE FROM hot_events",
    "DELETE FROM listed_events",
]

HAS_CFP = "e.cfp_url IS NOT NULL AND e.cfp_starts_at IS NOT NULL AND e.cfp_ends_at IS NOT NULL"

FILLING = [
    f"""INSERT INTO listed_events (event_id, starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key)
        SELECT e.id, e.starts_at, e.start_day, CASE WHEN {HAS_CFP} THEN e.cfp_starts_at END,
            CASE WHEN {HAS_CFP} THEN e.cfp_ends_at END, e.name_key
        FROM events e WHERE e.is_visible ORDER BY e.id""",
    """INSERT INTO hot_events (event_id, is_begun, start_day, heat)
        SELECT e.id, e.start_day < {today}, e.start_day,
            CASE WHEN e.start_day < {today} THEN -5 * e.start_day ELSE 5 * e.start_day END - e.popularity
        FROM events e WHERE e.is_visible ORDER BY e.id""",
    """INSERT INTO listed_tags (tag_id, starts_at, event_id, start_day)
        SELECT t.tag_id, l.starts_at, l.event_id, l.start_day
        FROM event_tags t JOIN listed_events l ON l.event_id = t.event_id ORDER BY 1, 2, 3""",
]

# Subject, place and where from.
BUCKETED_SOURCES = [
    ("'events'", "start_day", "listed_events"),
    ("'tag ' || tag_id", "start_day", "listed_tags"),
    ("'users'", "id >> 8", "users WHERE is_active"),
]


# Nobody's memory may hold a number that was counted under the same one.
BEGINNING = "INSERT INTO tallies (subject, level, stretch, number) VALUES ('changes', 2, 0, {now})"


def refill_tables(connection: Connection) -> None:
    """Fill the copies and tallies anew. The triggers have to be down, and nobody may write meanwhile."""
    dialect = triggers_postgresql if connection.dialect.name == "postgresql" else triggers_sqlite
    for statement in EMPTYING:
        connection.exec_driver_sql(statement)
    for statement in FILLING:
        connection.exec_driver_sql(statement.replace("{today}", dialect.TODAY))
    for subject, place, rows in BUCKETED_SOURCES:
        for level in range(3):
            connection.exec_driver_sql(
                f"""INSERT INTO tallies (subject, level, stretch, number)
                    SELECT {subject}, {level}, ({place}) >> {6 * level}, count(*) FROM {rows} GROUP BY 1, 3"""
            )
    connection.exec_driver_sql(BEGINNING.replace("{now}", dialect.NOW))
