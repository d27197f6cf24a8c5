"""The hot list: by ``|days from today| - (comments + attendees + 1) / 5``, ties by id (spec 4.2).

Two walks through the stored order, one of what has not begun and one of what has, each as far as
the page reaches. Where the stored ``is_begun`` is behind the calendar (or ahead of it), the row is
left out of both and looked at by itself, so the order is right whatever the flag says; it only has
to be brought up to date for speed (``operations/begun_events.py``).

A page far inside does not walk from the beginning, but from a score near its own, of which
``hot_ranks.py`` tells how many come before it.
"""

from functools import lru_cache

from sqlalchemy import text

from joindin.performance.read_models.bucket_counts import total_count_sql
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.event_lists.hot_rank import EARLY, LATE, find_place
from joindin.queries.event_lists.keys import EventKeys
from joindin.queries.paging import LIMIT_FIRST, LIMIT_OFFSET, Page, Paging, limit_clause

# Further in than that, walking from the beginning costs more than looking for the place.
OFFSET_SCAN_LIMIT = 1000

# Of any event: what it is depends on which heat is stored.
SCORE_SQL = "(5 * abs(hot.start_day - :day) + hot.heat - CASE WHEN hot.is_begun THEN -5 ELSE 5 END * hot.start_day)"


def hot_candidates_sql(limit: str = "", than: str = "", way: str = "") -> str:
    """SQL for ids and scores, not in order: the first of all, as many as ``limit`` says, and some more.

    With ``than``, a comparison, only of those whose score is so to ``5 * :reach``; ``way`` turns the order.
    """

    def only(score):
        return f"AND {score} {than} 5 * :reach" if than else ""

    def bound(sign):
        # The bare column before the comparison, for the index.
        return f"AND heat {than} 5 * :reach {sign} 5 * :day" if than else ""

    order = f"ORDER BY heat {way}, event_id {way}"
    return f"""
        SELECT event_id, score FROM (SELECT event_id, heat - 5 * :day AS score FROM hot_events
            WHERE is_begun = false AND start_day >= :day {bound("+")} {order} {limit}) ahead
        UNION ALL
        SELECT event_id, score FROM (SELECT event_id, heat + 5 * :day AS score FROM hot_events
            WHERE is_begun = true AND start_day < :day {bound("-")} {order} {limit}) behind
        UNION ALL
        SELECT event_id, {LATE} AS score FROM hot_events WHERE is_begun = false AND start_day < :day {only(LATE)}
        UNION ALL
        SELECT event_id, {EARLY} AS score FROM hot_events WHERE is_begun = true AND start_day >= :day {only(EARLY)}"""


def list_hot_events(connection, paging: Paging, day: int) -> Page:
    """A page of keys: one statement, or two for a page far inside."""
    start = paging.start or 0
    if start > OFFSET_SCAN_LIMIT and paging.size:
        return list_deep_page(connection, paging, day)
    if limit_clause(paging) == LIMIT_FIRST:
        rows = connection.execute(_first_page(day), {}).all()
    else:
        values = {"day": day, "offset": start, "size": paging.size, "most": start + paging.size}
        rows = connection.execute(_page(limit_clause(paging)), values).all()
    return Page(rows, rows[0].total if rows else connection.scalar(_COUNT), paging)


def list_deep_page(connection, paging: Paging, day: int) -> Page:
    """The same in two statements that cost as much wherever the page lies: begin near it, and go back or on."""
    place = find_place(connection, paging.start, day)
    if paging.start >= place.total:
        return Page([], place.total, paging)
    back, skipped = max(place.before - paging.start, 0), max(paging.start - place.before, 0)
    values = {"reach": place.reach, "back": back, "offset": skipped}
    values |= {"size": paging.size, "most": skipped + paging.size}
    return Page(connection.execute(_far_page(day), values).all(), place.total, paging)


_TOTAL = total_count_sql("'events'")
_COUNT = CompiledStatement(text(f"SELECT {_TOTAL}"))


@lru_cache(maxsize=2)
def _page(limit):
    return EventKeys(text(_select(hot_candidates_sql(limit and "LIMIT :most"), limit, _TOTAL)))


@lru_cache(maxsize=2)
def _first_page(day):
    # With the day in the text as well: how much lies on either side of it decides the plan.
    return EventKeys(text(_on(day, _select(hot_candidates_sql(LIMIT_FIRST), LIMIT_FIRST, _TOTAL))))


@lru_cache(maxsize=2)
def _far_page(day):
    return EventKeys(text(_on(day, _select(_FAR, LIMIT_OFFSET, "0"))))


def _on(day, sql):
    return sql.replace(":day", str(int(day)))


def _select(source, limit, total):
    return f"""
        SELECT page.event_id AS id, events.version, false AS is_pending, {total} AS total
        FROM (
            SELECT event_id, score FROM ({source}) near
            ORDER BY score, event_id {limit}
        ) page JOIN events ON events.id = page.event_id
        ORDER BY page.score, page.event_id"""


_FAR = f"""
    SELECT event_id, score FROM (
        SELECT event_id, score FROM ({hot_candidates_sql("LIMIT :back", "<", "DESC")}) hotter
        ORDER BY score DESC, event_id DESC LIMIT :back
    ) last
    UNION ALL
    SELECT event_id, score FROM ({hot_candidates_sql("LIMIT :most", ">=")}) others"""
