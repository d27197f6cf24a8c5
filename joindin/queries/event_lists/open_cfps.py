"""Open calls for papers, and those that open within days, soonest end first."""

from functools import lru_cache

from sqlalchemy import bindparam, text

from joindin.db.base import UtcDateTime
from joindin.performance.caching.query_cache import CHANGE_COUNTER, cached_count
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.event_lists.keys import EventKeys
from joindin.queries.paging import Page, Paging, limit_clause

_OPEN = "cfp_ends_at >= :today AND cfp_starts_at <= :soon"


def list_open_cfps(connection, paging: Paging, today, soon) -> Page:
    """A page of keys: one statement, and one more where how many there are is not known as of now."""
    values = {"today": today, "soon": soon}
    slice_ = {"size": paging.size, "offset": paging.start or 0}
    rows = connection.execute(_page(limit_clause(paging)), values | slice_).all()
    return Page(rows, cached_count(connection, _COUNT, values, rows[0].changes if rows else None), paging)


_INSTANTS = [bindparam(name, type_=UtcDateTime) for name in ("today", "soon")]
_COUNT = CompiledStatement(
    text(f"SELECT count(*), {CHANGE_COUNTER} FROM listed_events WHERE {_OPEN}").bindparams(*_INSTANTS)
)


@lru_cache(maxsize=3)
def _page(limit):
    return EventKeys(
        text(f"""
        SELECT page.event_id AS id, events.version, false AS is_pending, {CHANGE_COUNTER} AS changes
        FROM (
            SELECT event_id, cfp_ends_at FROM listed_events WHERE {_OPEN}
            ORDER BY cfp_ends_at, event_id {limit}
        ) page JOIN events ON events.id = page.event_id
        ORDER BY page.cfp_ends_at, page.event_id""").bindparams(*_INSTANTS),
        more="changes",
    )
