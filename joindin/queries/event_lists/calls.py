"""Calls for papers of the web site: those that are open, and those that are announced.

Beside the list of the API (``open_cfps``) it has calls without a web page or without a first day, and it knows the hour at
which a call closes. Whether a date has a time is a matter of its time zone, which databases do not know: all calls are read,
and sorted here.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

from sqlalchemy import bindparam, false, func, select, text, true

from joindin.db.base import UtcDateTime
from joindin.models import CANCELLED, Event, EventSettings
from joindin.models.agenda.call_times import LONGEST_DAY, CallTimes
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.agenda.facets import CONDITIONS as FACETS

# Of more calls, those that close first are listed.
MAX_CALLS = 1_000

_event = Event.__table__.alias("e")
_REVISED_AT = func.coalesce(_event.c.revised_at, _event.c.submitted_at, _event.c.starts_at, type_=UtcDateTime)
_CONDITIONS = {
    "country_code": "e.country_code = :country_code",
    "tag_ids": "EXISTS (SELECT 1 FROM event_tags t WHERE t.event_id = e.id AND t.tag_id IN :tag_ids)",
    "online": FACETS["online"],
    "onsite": FACETS["onsite"],
}


@dataclass(frozen=True)
class CallFilter:
    """``mode`` is ``online`` or ``onsite``. ``closes_within``: the call closes this soon. None stands for any."""

    tag_ids: tuple[int, ...] | None = None
    country_code: str | None = None
    mode: str | None = None
    closes_within: dt.timedelta | None = None


def list_calls(
    connection, call_filter: CallFilter, now: dt.datetime, *, most: int = MAX_CALLS
) -> list[SimpleNamespace]:
    """Return the open calls and then the announced ones, each in the order in which they close: one statement.

    A call is a record of columns of its event that a list of calls shows; ``closes_at`` is the instant from which it is closed.
    Calls of events that are over or cancelled are left out.
    """
    params = {"tag_ids": call_filter.tag_ids, "country_code": call_filter.country_code}
    params = {name: value for name, value in params.items() if value is not None}
    names = (*params, *([call_filter.mode] if call_filter.mode else ()))
    params |= {"now": now, "ended_since": now - LONGEST_DAY, "most": most}
    rows = connection.execute(_statement(names), params).all()
    calls = [SimpleNamespace(**row._asdict(), closes_at=CallTimes.of(row).closes_at) for row in rows]
    if call_filter.closes_within is not None:
        calls = [call for call in calls if call.closes_at <= now + call_filter.closes_within]
    return sorted(
        (call for call in calls if call.closes_at > now),
        key=lambda call: (call.cfp_starts_at is not None and call.cfp_starts_at > now, call.closes_at, call.id),
    )


@lru_cache(maxsize=32)
def _statement(names: Sequence[str]):
    conditions = text(" AND ".join(_CONDITIONS[name] for name in names) or "true")
    if "tag_ids" in names:
        conditions = conditions.bindparams(bindparam("tag_ids", expanding=True))
    columns = _event.c
    return CompiledStatement(
        select(
            columns.id,
            columns.revision,
            _REVISED_AT.label("revised_at"),
            columns.ends_at.label("event_ends_at"),
            columns.timezone,
            columns.cfp_starts_at,
            columns.cfp_ends_at,
            columns.cfp_former_ends_at,
            columns.is_cfp_anywhere,
            columns.approved_at,
            EventSettings.language.label("page_language"),
        )
        .select_from(_event.outerjoin(EventSettings.__table__, EventSettings.event_id == columns.id))
        .where(
            columns.cfp_ends_at >= bindparam("ended_since", type_=UtcDateTime),
            columns.ends_at >= bindparam("now", type_=UtcDateTime),
            columns.is_visible == true(),
            columns.is_ahead == false(),
            columns.state != CANCELLED,
            conditions,
        )
        .order_by(columns.cfp_ends_at, columns.id)
        .limit(bindparam("most"))
    )
