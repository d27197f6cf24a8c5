"""Calls for papers that are open or open within days, the soonest end first."""

from functools import lru_cache

from sqlalchemy import bindparam, text

from joindin.db.base import UtcDateTime
from joindin.performance.caching.query_cache import CHANGE_COUNTER, cached_count
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.event_lists.keys import EventKeysStatement
from joindin.queries.paging import Page, Paging, limit_clause

_OPEN = "cfp_ends_at >= :today AND cfp_starts_at <= :soon"
_DATETIME_PARAMS = [bindparam(name, type_=UtcDateTime) for name in ("today", "soon")]


def list_open_cfps(connection, paging: Paging, today, soon, viewer_id: int | None = None) -> Page:
    """Return a page of keys: one statement, and one more while the number of calls is not cached."""
    bounds = {"today": today, "soon": soon}
    params = bounds | paging.params
    rows = _page(limit_clause(paging)).fetch(connection, params, viewer_id)
    return Page(rows, cached_count(connection, _COUNT, bounds, rows[0].changes if rows else None), paging)


_COUNT = CompiledStatement(
    text(f"SELECT count(*), {CHANGE_COUNTER} FROM listed_events WHERE {_OPEN}").bindparams(*_DATETIME_PARAMS)
)


@lru_cache(maxsize=2)
def _page(limit):
    return EventKeysStatement(
        text(f"""
        SELECT page.event_id AS id, events.version, false AS is_pending, {CHANGE_COUNTER} AS changes
        FROM (
            SELECT event_id, cfp_ends_at FROM listed_events WHERE {_OPEN}
            ORDER BY cfp_ends_at, event_id {limit}
        ) page JOIN events ON events.id = page.event_id
        ORDER BY page.cfp_ends_at, page.event_id""").bindparams(*_DATETIME_PARAMS),
        extra_column="changes",
    )
