"""The hot list: by ``|days from today| - (comments + attendees + 1) / 5``, ties by id (spec 4.2).

Two walks through the stored order, one of what has not begun and one of what has, each as far as
the page reaches. Where the stored ``is_begun`` is behind the calendar (or ahead of it), the row is
left out of both and looked at by itself, so the order is right whatever the flag says; it only has
to be brought up to date for speed (``operations/calendar.py``).
"""

from functools import lru_cache

from sqlalchemy import text

from joindin.queries.event_keys import EventKeys
from joindin.queries.paging import FIRST, Page, Paging, limit
from joindin.queries.tallies import count_all
from joindin.reading import Prepared

# Five times the contract's score without its constant part, in whole numbers.
_AHEAD, _BEHIND = "heat - 5 * :day", "heat + 5 * :day"
_LATE, _EARLY = "heat - 10 * start_day + 5 * :day", "heat + 10 * start_day - 5 * :day"

# Of any event: what it is depends on which heat is stored.
SCORE = "(5 * abs(hot.start_day - :day) + hot.heat - CASE WHEN hot.is_begun THEN -5 ELSE 5 END * hot.start_day)"


def hottest(limit: str = "") -> str:
    """SQL for ids and scores, not in order: the first of all, as many as ``limit`` says, and some more."""
    return f"""
        SELECT event_id, score FROM (SELECT event_id, {_AHEAD} AS score FROM hot_events
            WHERE is_begun = false AND start_day >= :day ORDER BY heat, event_id {limit}) ahead
        UNION ALL
        SELECT event_id, score FROM (SELECT event_id, {_BEHIND} AS score FROM hot_events
            WHERE is_begun = true AND start_day < :day ORDER BY heat, event_id {limit}) behind
        UNION ALL
        SELECT event_id, {_LATE} AS score FROM hot_events WHERE is_begun = false AND start_day < :day
        UNION ALL
        SELECT event_id, {_EARLY} AS score FROM hot_events WHERE is_begun = true AND start_day >= :day"""


def list_hot(connection, paging: Paging, day: int) -> Page:
    """A page of keys: one statement."""
    start = paging.start or 0
    if limit(paging) == FIRST:
        rows = connection.execute(_first_page(day), {}).all()
    else:
        values = {"day": day, "offset": start, "size": paging.size, "reach": start + paging.size}
        rows = connection.execute(_page(limit(paging)), values).all()
    return Page(rows, rows[0].total if rows else connection.scalar(_COUNT), paging)


_TOTAL = count_all("'events'")
_COUNT = Prepared(text(f"SELECT {_TOTAL}"))


@lru_cache(maxsize=2)
def _page(limit):
    return EventKeys(text(_select(limit, limit and "LIMIT :reach")))


@lru_cache(maxsize=2)
def _first_page(day):
    # With the day in the text as well: how much lies on either side of it decides the plan.
    return EventKeys(text(_select(FIRST, FIRST).replace(":day", str(int(day)))))


def _select(limit, reach):
    return f"""
        SELECT page.event_id AS id, events.version, false AS is_pending, {_TOTAL} AS total
        FROM (
            SELECT event_id, score FROM ({hottest(reach)}) near
            ORDER BY score, event_id {limit}
        ) page JOIN events ON events.id = page.event_id
        ORDER BY page.score, page.event_id"""
