"""The hot list: ordered by ``|days from today| - (comments + attendees + 1) / 5``, ties by id (spec 4.2).

The stored sort scores do not depend on the day (see ``HotEvent``). The list merges two scans of their index, one of
events that have not started and one of events that have, each as far as the end of the page. Rows whose stored
``has_started`` disagrees with the calendar are left out of both scans and scored one by one, so the order does not
depend on the flag. ``operations/started_events.py`` keeps them few.

A page costs time in proportion to its offset.
"""

from functools import lru_cache

from sqlalchemy import text

from joindin.performance.read_models.bucket_counts import total_count_sql
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.event_lists.keys import EventKeysStatement
from joindin.queries.paging import LIMIT_FIRST, Page, Paging, limit_clause

# The score of any row, in whole fifths. Both stored forms of sort_score reduce to it.
SCORE_SQL = (
    "(5 * abs(hot.start_day - :day) + hot.sort_score - CASE WHEN hot.has_started THEN -5 ELSE 5 END * hot.start_day)"
)

# The score of rows whose flag disagrees with the calendar: started without the flag, and flagged before the start.
_UNFLAGGED_SCORE = "sort_score - 10 * start_day + 5 * :day"
_EARLY_SCORE = "sort_score + 10 * start_day - 5 * :day"


def hot_candidates_sql(limit: str) -> str:
    """Return SQL for ids and scores, unordered: the hottest of all as far as ``limit`` says, and some more."""
    order = f"ORDER BY sort_score, event_id {limit}"
    return f"""
        SELECT event_id, score FROM (SELECT event_id, sort_score - 5 * :day AS score FROM hot_events
            WHERE has_started = false AND start_day >= :day {order}) upcoming
        UNION ALL
        SELECT event_id, score FROM (SELECT event_id, sort_score + 5 * :day AS score FROM hot_events
            WHERE has_started = true AND start_day < :day {order}) started
        UNION ALL
        SELECT event_id, {_UNFLAGGED_SCORE} AS score FROM hot_events WHERE has_started = false AND start_day < :day
        UNION ALL
        SELECT event_id, {_EARLY_SCORE} AS score FROM hot_events WHERE has_started = true AND start_day >= :day"""


def list_hot_events(connection, paging: Paging, day: int, viewer_id: int | None = None) -> Page:
    """Return a page of event keys; ``day`` is today's number."""
    params = paging.params | {"scanned": paging.offset + paging.limit}
    rows = _page(day, limit_clause(paging)).fetch(connection, params, viewer_id)
    return Page(rows, rows[0].total if rows else connection.scalar(_COUNT), paging)


_TOTAL = total_count_sql("'events'")
_COUNT = CompiledStatement(text(f"SELECT {_TOTAL}"))


@lru_cache(maxsize=6)
def _page(day, limit):
    scan_limit = limit if limit == LIMIT_FIRST else "LIMIT :scanned"
    sql = f"""
        SELECT page.event_id AS id, events.version, false AS is_pending, {_TOTAL} AS total
        FROM (
            SELECT event_id, score FROM ({hot_candidates_sql(scan_limit)}) candidates
            ORDER BY score, event_id {limit}
        ) page JOIN events ON events.id = page.event_id
        ORDER BY page.score, page.event_id"""
    # The day is part of the text: how many rows lie on either side of it decides PostgreSQL's plan.
    return EventKeysStatement(text(sql.replace(":day", str(int(day)))))
