"""Dates of a series: its occurrences, which are events, and the other dates by its rule, which are none yet.

A *parent* is the event with ``is_series`` or a record of it; its *series* is the row of ``event_series``.
"""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import bindparam, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from joindin.errors import NotFound
from joindin.models import Event, EventSeries
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.event_settings import WITH_PAGE_LANGUAGE
from joindin.queries.events import EAGER_LOADS, find_unpublished_series
from joindin.utils.datetimes import UTC, get_timezone
from joindin.utils.recurrence.parsing import parse_rule
from joindin.utils.recurrence.rules import SEARCH_WINDOW, add_duration, list_dates
from joindin.viewer import UserSnapshot

MSG_NO_SUCH_DATE = "This series has no such date"
# The longest day on which a clock goes back, and more.
A_LONG_DAY = dt.timedelta(hours=27)


class Occurrence(NamedTuple):
    """A date of a series. ``occurrence_at`` is its start by the rule. Without an event it is computed."""

    occurrence_at: dt.datetime
    starts_at: dt.datetime
    event_id: int | None = None
    slug: str | None = None
    is_visible: bool = True

    @property
    def id(self) -> int | None:
        """The id of the event, as an event has it."""
        return self.event_id


IS_VISIBLE_SERIES = (
    Event.is_series == true(),
    Event.is_active == true(),
    func.coalesce(Event.is_pending, false()) == false(),
    Event.is_private == false(),
)
_OCCURRENCES = CompiledStatement(
    select(Event.occurrence_at, Event.starts_at, Event.id, Event.slug, Event.is_visible).where(
        Event.parent_id == bindparam("parent_id"),
        or_(
            Event.occurrence_at.between(bindparam("first"), bindparam("last")),
            Event.starts_at.between(bindparam("first"), bindparam("last")),
        ),
    )
)


def list_occurrences(connection, parent, series, start: dt.datetime, end: dt.datetime) -> list[Occurrence]:
    """Return the dates of a series from ``start`` until ``end``, in order of their start.

    These are the occurrences that exist and the other dates of the rule. Skipped dates, which are hidden occurrences or
    excluded, are not visible.
    """
    dates = _load_dates(connection, parent, series, start, end)
    return sorted(
        (date for date in dates if start <= date.starts_at <= end),
        key=lambda date: (date.starts_at, date.event_id or 0),
    )


def find_date(connection, parent, series, day: dt.date) -> Occurrence:
    """Return the date of the series that is by the rule on that day, in local time.

    :raises NotFound: if there is none.
    """
    zone = get_timezone(parent.timezone)
    start = dt.datetime.combine(day, dt.time(), zone).astimezone(UTC)
    for date in _load_dates(connection, parent, series, start, start + A_LONG_DAY):
        if date.occurrence_at.astimezone(zone).date() == day:
            return date
    raise NotFound(MSG_NO_SUCH_DATE)


def _load_dates(connection, parent, series, start, end):
    if series is None:
        return []
    params = {"parent_id": parent.id, "first": start, "last": end}
    dates = {row.occurrence_at: Occurrence(*row) for row in connection.execute(_OCCURRENCES, params)}
    for at in list_excluded_dates(series):
        dates.setdefault(at, Occurrence(at, at, is_visible=False))
    for at in list_rule_dates(parent, series, after=start, before=end):
        dates.setdefault(at, Occurrence(at, at))
    return dates.values()


def find_series(session, parent_id: int) -> Event:
    """Return the visible parent of a series.

    :raises NotFound: if there is none.
    """
    parent = session.scalar(select(Event).where(Event.id == parent_id, *IS_VISIBLE_SERIES))
    if parent is None:
        raise NotFound("Event not found")
    return parent


def find_series_by_slug(session, slug: str, user: UserSnapshot | None) -> Event:
    """Return the parent with that slug, with everything that any representation reads, and the language of its pages.

    :raises NotFound: if there is no visible one, and none that ``user`` hosts or reviews.
    """
    options = (*EAGER_LOADS, WITH_PAGE_LANGUAGE)
    parent = session.scalar(select(Event).where(Event.slug == slug, *IS_VISIBLE_SERIES).options(*options))
    return parent or find_unpublished_series(session, slug, user, options)


def get_parent(session, occurrence: Event) -> Event | None:
    """Return the visible parent of an occurrence."""
    if occurrence.parent_id is None:
        return None
    return session.scalar(select(Event).where(Event.id == occurrence.parent_id, *IS_VISIBLE_SERIES))


def list_series_without_next_occurrence(session, now: dt.datetime) -> list[int]:
    """Return the ids of the visible parents that may need an occurrence: none to come is visible, apart from those ahead."""
    occurrence = aliased(Event)
    has_next = exists().where(
        occurrence.parent_id == Event.id,
        occurrence.starts_at >= now,
        occurrence.is_visible == true(),
        occurrence.is_ahead == false(),
    )
    parents = (
        select(Event.id)
        .join(EventSeries, EventSeries.event_id == Event.id)
        .where(EventSeries.rrule.is_not(None), *IS_VISIBLE_SERIES, ~has_next)
    )
    return session.scalars(parents.order_by(Event.id)).all()


def list_rule_dates(parent, series, *, after: dt.datetime, before: dt.datetime | None = None) -> Iterator[dt.datetime]:
    """Yield the starts by the rule of the series from ``after`` on, both included, without the excluded ones."""
    if series is None or series.rrule is None:
        return
    zone = get_timezone(parent.timezone)
    after = max(after, parent.starts_at)
    excluded = set(list_excluded_dates(series))
    before = before or add_duration(after, SEARCH_WINDOW)
    for at in list_dates(read_rule(series.rrule), parent.starts_at, zone, after=after, before=before):
        if at not in excluded:
            yield at


def list_excluded_dates(series) -> list[dt.datetime]:
    return [dt.datetime.fromtimestamp(timestamp, UTC) for timestamp in series.excluded_starts]


@lru_cache(maxsize=1024)
def read_rule(rrule: str):
    """Return a stored rule, whose times are in UTC."""
    return parse_rule(rrule, UTC)
