"""Calls for papers of the web site: those that are open, and those that are announced.

Beside the list of the API (``open_cfps``) it has calls without a web page or without a first day, and it knows the
instant from which a call is closed (``Event.cfp_closes_at``).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

from sqlalchemy import bindparam, false, func, or_, select, text, true

from joindin.db.base import UtcDateTime
from joindin.models import CANCELLED, Event, EventSettings
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.agenda.facets import CONDITIONS as FACETS
from joindin.utils.datetimes import LATEST

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
    """``mode`` is ``online`` or ``onsite``. ``closes_within``: the call closes this soon. None stands for any.

    ``with_announced`` includes calls that open later.
    """

    tag_ids: tuple[int, ...] | None = None
    country_code: str | None = None
    mode: str | None = None
    closes_within: dt.timedelta | None = None
    with_announced: bool = True


def list_calls(
    connection, call_filter: CallFilter, now: dt.datetime, *, most: int = MAX_CALLS
) -> list[SimpleNamespace]:
    """Return the open calls and then the announced ones, each in the order in which they close: one statement.

    A call is a record of columns of its event that a list of calls shows; ``closes_at`` is the instant from which it is closed.
    Of more than ``most``, those that close first are returned. Calls of events that are over or cancelled are left out.
    """
    params = {"tag_ids": call_filter.tag_ids, "country_code": call_filter.country_code}
    params = {name: value for name, value in params.items() if value is not None}
    names = (*params, *([call_filter.mode] if call_filter.mode else ()))
    closes_until = LATEST if call_filter.closes_within is None else now + call_filter.closes_within
    opens_until = LATEST if call_filter.with_announced else now
    params |= {"now": now, "closes_until": closes_until, "opens_until": opens_until, "most": most}
    calls = [SimpleNamespace(**row._asdict()) for row in connection.execute(_statement(names), params)]
    # The sort is stable: those that close at the same instant stay in the order of their ids.
    return sorted(calls, key=lambda call: call.cfp_starts_at is not None and call.cfp_starts_at > now)


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
            columns.cfp_closes_at.label("closes_at"),
            columns.cfp_former_ends_at,
            columns.is_cfp_anywhere,
            columns.approved_at,
            EventSettings.language.label("page_language"),
        )
        .select_from(_event.outerjoin(EventSettings.__table__, EventSettings.event_id == columns.id))
        .where(
            columns.cfp_closes_at > bindparam("now", type_=UtcDateTime),
            columns.cfp_closes_at <= bindparam("closes_until", type_=UtcDateTime),
            or_(
                columns.cfp_starts_at.is_(None),
                columns.cfp_starts_at <= bindparam("opens_until", type_=UtcDateTime),
            ),
            columns.ends_at >= bindparam("now", type_=UtcDateTime),
            columns.is_visible == true(),
            columns.is_ahead == false(),
            columns.state != CANCELLED,
            conditions,
        )
        .order_by(columns.cfp_closes_at, columns.id)
        .limit(bindparam("most"))
    )
