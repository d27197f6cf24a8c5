"""Dates of all public series in a period that are in no list: those by the rule only, and those created ahead of the next."""

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select

from joindin.models import Event, EventSeries
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.agenda.series import IS_VISIBLE_SERIES, list_rule_dates

MAX_SERIES, MAX_DATES = 200, 400

_SERIES = CompiledStatement(
    select(Event.id, Event.starts_at, Event.timezone, EventSeries.rrule, EventSeries.excluded_starts)
    .join(EventSeries, EventSeries.event_id == Event.id)
    .where(*IS_VISIBLE_SERIES, EventSeries.rrule.is_not(None), Event.starts_at <= bindparam("last"))
    .order_by(Event.id)
    .limit(MAX_SERIES)
)
_CREATED = CompiledStatement(
    select(Event.parent_id, Event.occurrence_at, Event.starts_at, Event.slug, Event.is_visible, Event.is_ahead).where(
        Event.parent_id.in_(bindparam("parent_ids", expanding=True)),
        or_(
            Event.occurrence_at.between(bindparam("first"), bindparam("last")),
            Event.starts_at.between(bindparam("first"), bindparam("last")),
        ),
    )
)


class SeriesDate(NamedTuple):
    """``slug`` is that of the event, if there is one already."""

    parent_id: int
    starts_at: dt.datetime
    slug: str | None


def list_series_dates(connection, first: dt.datetime, last: dt.datetime) -> list[SeriesDate]:
    """Return the dates from ``first`` until ``last`` of at most ``MAX_SERIES`` series: two statements."""
    series = connection.execute(_SERIES, {"last": last}).all()
    created = defaultdict(set)
    dates = []
    params = {"parent_ids": [each.id for each in series], "first": first, "last": last}
    for row in connection.execute(_CREATED, params) if series else ():
        created[row.parent_id].add(row.occurrence_at)
        if row.is_visible and row.is_ahead and first <= row.starts_at <= last:
            dates.append(SeriesDate(row.parent_id, row.starts_at, row.slug))
    for each in series:
        by_rule = list_rule_dates(each, each, after=first, before=last)
        dates += [SeriesDate(each.id, at, None) for at in by_rule if at not in created[each.id]]
    return sorted(dates, key=lambda date: (date.starts_at, date.parent_id))[:MAX_DATES]
