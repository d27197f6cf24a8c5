"""Comparison of the read models with the primary tables."""

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from joindin.db.dialects import dialect_of
from joindin.performance.read_models import crew, triggers_sqlite
from joindin.performance.read_models.expressions import BUCKETED_SOURCES, LEVEL_SHIFTS, listed_event_values, sort_score

_COUNT_COLUMNS = """SELECT counter, level, bucket, sum(count) AS count FROM ({rows}) counted
    WHERE counter <> 'changes' AND counter NOT LIKE 'crew%%' GROUP BY counter, level, bucket HAVING sum(count) <> 0"""

_EXPECTED_COUNTS = " UNION ALL ".join(
    f"SELECT {counter} AS counter, {level} AS level, ({bucket}) >> {shift} AS bucket, 1 AS count FROM {source}"
    for counter, bucket, source in BUCKETED_SOURCES
    for level, shift in LEVEL_SHIFTS.items()
)
_STORED_COUNTS = "SELECT counter, level, bucket, count FROM bucket_counts UNION ALL " + " UNION ALL ".join(
    f"SELECT counter, {level}, bucket >> {shift}, change FROM pending_bucket_counts"
    for level, shift in LEVEL_SHIFTS.items()
)

# By table: the rows that there should be, and the rows that there are.
COMPARISONS = {
    "listed_events": (
        f"SELECT id, {listed_event_values('e')} FROM events e WHERE is_visible",
        "SELECT event_id, starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key FROM listed_events",
    ),
    # has_started may lag behind the calendar; sort_score has to agree with it.
    "hot_events": (
        f"""SELECT events.id, events.start_day, {sort_score("has_started", "events.start_day", "popularity")}
            FROM events LEFT JOIN hot_events ON hot_events.event_id = events.id WHERE is_visible""",
        "SELECT event_id, start_day, sort_score FROM hot_events",
    ),
    "listed_tags": (
        """SELECT tag_id, starts_at, event_tags.event_id, start_day
            FROM event_tags JOIN listed_events ON listed_events.event_id = event_tags.event_id""",
        "SELECT tag_id, starts_at, event_id, start_day FROM listed_tags",
    ),
    "crew_details": (
        f"SELECT event_id, {', '.join(crew.EXPECTED_SPAN.values())} FROM crew_details",
        f"SELECT event_id, {', '.join(crew.EXPECTED_SPAN)} FROM crew_details",
    ),
    "bucket_counts": (_COUNT_COLUMNS.format(rows=_EXPECTED_COUNTS), _COUNT_COLUMNS.format(rows=_STORED_COUNTS)),
}

# This index has no table behind it that its own integrity check could compare.
SQLITE_COMPARISONS = {
    "user_names": (
        f"SELECT id, {triggers_sqlite.user_names('users')} FROM users WHERE is_active",
        "SELECT rowid, names FROM user_names",
    )
}


def find_inconsistencies(connection: Connection) -> dict[str, int]:
    """Return the number of missing, surplus or wrong rows of each read model that has any.

    A broken full-text index counts as one row.
    """
    comparisons = COMPARISONS | ({} if dialect_of(connection).plans_text_searches else SQLITE_COMPARISONS)
    wrong_rows = {table: _count_differences(connection, *both) for table, both in comparisons.items()}
    wrong_rows |= dict.fromkeys(_broken_search_indexes(connection), 1)
    return {table: number for table, number in wrong_rows.items() if number}


def _count_differences(connection, expected, stored):
    missing, surplus = (
        connection.exec_driver_sql(f"SELECT count(*) FROM (SELECT * FROM ({one}) a EXCEPT SELECT * FROM ({other}) b) c")
        for one, other in ((expected, stored), (stored, expected))
    )
    return max(missing.scalar(), surplus.scalar())


def _broken_search_indexes(connection):
    """Yield the full-text indexes that disagree with their rows. PostgreSQL maintains its indexes itself."""
    if dialect_of(connection).plans_text_searches:
        return
    for name in triggers_sqlite.SEARCH_INDEXES:
        try:
            connection.exec_driver_sql(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)")
        except DBAPIError:
            yield name
