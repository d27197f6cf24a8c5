"""Whether what is kept is what it should be."""

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from joindin.performance.read_models import triggers_sqlite
from joindin.performance.read_models.rebuild import BUCKETED_SOURCES, HAS_CFP

# By table: what there should be, and what there is.
COMPARED = {
    "listed_events": (
        f"""SELECT id, starts_at, start_day, CASE WHEN {HAS_CFP} THEN cfp_starts_at END,
            CASE WHEN {HAS_CFP} THEN cfp_ends_at END, name_key FROM events e WHERE is_visible""",
        "SELECT event_id, starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key FROM listed_events",
    ),
    "hot_events": (
        "SELECT id, start_day, popularity FROM events WHERE is_visible",
        """SELECT event_id, start_day, CASE WHEN is_begun THEN -5 * start_day ELSE 5 * start_day END - heat
            FROM hot_events""",
    ),
    "listed_tags": (
        """SELECT tag_id, starts_at, event_tags.event_id, start_day
            FROM event_tags JOIN listed_events ON listed_events.event_id = event_tags.event_id""",
        "SELECT tag_id, starts_at, event_id, start_day FROM listed_tags",
    ),
}

STRETCHES = """SELECT subject, level, stretch, sum(number) AS number FROM ({rows}) counted
    WHERE subject <> 'changes' GROUP BY subject, level, stretch HAVING sum(number) <> 0"""


def _counted():
    return " UNION ALL ".join(
        f"SELECT {subject} AS subject, {level} AS level, ({place}) >> {6 * level} AS stretch, 1 AS number FROM {rows}"
        for subject, place, rows in BUCKETED_SOURCES
        for level in range(3)
    )


KEPT = "SELECT subject, level, stretch, number FROM tallies UNION ALL " + " UNION ALL ".join(
    f"SELECT subject, {level}, place >> {6 * level}, change FROM tally_changes" for level in range(3)
)

COMPARED["tallies"] = (STRETCHES.format(rows=_counted()), STRETCHES.format(rows=KEPT))


def find_inconsistencies(connection: Connection) -> dict[str, int]:
    """How many rows of each kept table are missing, too many or wrong; tables that are right are left out."""
    drift = {table: _differences(connection, *both) for table, both in COMPARED.items()}
    drift |= dict.fromkeys(_broken_searches(connection), 1)
    return {table: number for table, number in drift.items() if number}


def _differences(connection, wanted, kept):
    missing, surplus = (
        connection.exec_driver_sql(f"SELECT count(*) FROM (SELECT * FROM ({one}) a EXCEPT SELECT * FROM ({other}) b) c")
        for one, other in ((wanted, kept), (kept, wanted))
    )
    return max(missing.scalar(), surplus.scalar())


def _broken_searches(connection):
    """Full-text indexes that do not fit their rows; PostgreSQL's indexes always do."""
    if connection.dialect.name != "sqlite":
        return
    for name in triggers_sqlite.SEARCH_INDEXES:
        try:
            connection.exec_driver_sql(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)")
        except DBAPIError:
            yield name
