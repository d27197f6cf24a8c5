"""The lists of events: what fits a filter, in the filter's order (spec 4.2).

Statements are put together once for each shape of filter and kept; only values change from request
to request. Putting one together costs more than its execution on a small database.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Integer, bindparam, false, func, select, true

from joindin.clock import day_number, midnight
from joindin.models import Event, Tag, event_tags
from joindin.queries.paging import Page, Paging
from joindin.text import LONGEST_PATTERN, fold

UPCOMING_MARGIN = dt.timedelta(days=3)
CFP_NOTICE = dt.timedelta(days=7)
UNBOUNDED = (None, "hot", "all")
NAMES = ("hot", "upcoming", "past", "cfp", "all", "pending")

events = Event.__table__.c
VISIBLE = events.is_visible == true()


@dataclass(frozen=True)
class EventFilter:
    """What a caller wants of the list; all parts hold together (spec 4.2).

    ``name`` is ``hot``, ``upcoming``, ``past``, ``cfp``, ``all``, ``pending`` or None. ``title``
    may hold LIKE's wildcards, as in the original. ``tags`` are alternatives.
    """

    name: str | None = None
    title: str | None = None
    stub: str | None = None
    tags: Sequence[str] = ()
    starts_from: dt.datetime | None = None
    starts_before: dt.datetime | None = None

    @property
    def shape(self) -> tuple:
        """Which conditions there are, whatever their values."""
        name = self.name if self.name in NAMES else None
        return (
            name,
            self.title is not None,
            self.stub is not None,
            bool(self.tags),
            self.starts_from is not None,
            self.starts_before is not None,
        )


HOT = EventFilter("hot")


def list_events(connection, wanted: EventFilter, paging: Paging, now: dt.datetime) -> Page:
    """Keys (id, version, is_pending) of the events on a page, ties broken by id, and how many there are.

    One statement; ``hot`` and ``all`` need another one first, an empty page a last one for its total.
    """
    values = _values(wanted, midnight(now))
    if wanted.name == "all" and paging.start is None:
        paging = Paging(connection.scalar(_count(wanted.shape, before_today=True), values), paging.size)
    values |= {"offset": paging.start or 0, "size": paging.size}
    is_windowed = wanted == HOT and paging.size > 0
    if is_windowed:
        values |= _hot_window(connection, values)
    rows = connection.execute(_page(wanted.shape, paging.size > 0, is_windowed), values).all()
    total = rows[0].total if rows else connection.scalar(_count(wanted.shape), values)
    return Page(rows, total, paging)


def _values(wanted, today):
    return {
        "today": today,
        "day": day_number(today),
        "recently": today - UPCOMING_MARGIN,
        "soon": today + CFP_NOTICE,
        "title": f"%{fold(wanted.title)[:LONGEST_PATTERN]}%" if wanted.title is not None else None,
        "stub": wanted.stub.lower() if wanted.stub is not None else None,
        "tags": [fold(tag) for tag in wanted.tags],
        "starts_from": wanted.starts_from,
        "starts_before": wanted.starts_before,
    }


@lru_cache(maxsize=512)
def _page(shape, is_limited, is_windowed):
    total = _count(shape).scalar_subquery().label("total")
    statement = select(events.id, events.version, events.is_pending, total).where(*_conditions(shape))
    if is_windowed:
        statement = statement.where(events.start_day.between(bindparam("first_day"), bindparam("last_day")))
    if is_limited:
        statement = statement.limit(bindparam("size")).offset(bindparam("offset"))
    return statement.order_by(*_order(shape))


@lru_cache(maxsize=512)
def _count(shape, before_today=False):
    if shape[0] in UNBOUNDED and not any(shape[1:]) and not before_today:
        # All but the few that are hidden: SQLite counts a whole table without looking at its rows.
        hidden = select(func.count()).select_from(Event.__table__).where(events.is_visible == false())
        return select(select(func.count()).select_from(Event.__table__).scalar_subquery() - hidden.scalar_subquery())
    statement = select(func.count()).select_from(Event.__table__).where(*_conditions(shape))
    return statement.where(events.starts_at < bindparam("today")) if before_today else statement


def _conditions(shape):
    name, has_title, has_stub, has_tags, has_from, has_before = shape
    conditions = [events.is_pending == true() if name == "pending" else VISIBLE]
    match name:
        case "upcoming":
            conditions.append(events.starts_at >= bindparam("recently"))
        case "past":
            conditions.append(events.starts_at < bindparam("today"))
        case "cfp":
            conditions += [
                events.cfp_url.is_not(None),
                events.cfp_ends_at >= bindparam("today"),
                events.cfp_starts_at <= bindparam("soon"),
            ]
    if has_title:
        # The escape that MySQL and PostgreSQL have anyway, for SQLite's sake.
        conditions.append(events.name_key.like(bindparam("title"), escape="\\"))
    if has_stub:
        conditions.append(func.lower(events.stub) == bindparam("stub"))
    if has_tags:
        named = Tag.__table__.c.name_key.in_(bindparam("tags", expanding=True))
        tagged = select(event_tags.c.event_id).join(Tag.__table__).where(named)
        conditions.append(events.id.in_(tagged))
    if has_from:
        conditions.append(events.starts_at >= bindparam("starts_from"))
    if has_before:
        conditions.append(events.starts_at < bindparam("starts_before"))
    return conditions


def _order(shape):
    name, has_title, *_ = shape
    match name:
        case "hot":
            # Five times the contract's score |days| - (comments + attendees + 1) / 5, in whole numbers.
            score = 5 * func.abs(events.start_day - bindparam("day", type_=Integer)) - events.popularity
            return (score, *([events.starts_at.desc()] if has_title else []), events.id)
        case "upcoming" | "all" | "pending":
            return (events.starts_at, events.id)
        case "cfp":
            return (events.cfp_ends_at, events.id)
        case _:
            return (events.starts_at.desc(), events.id.desc())


def _hot_window(connection, values):
    """Days between which the whole page lies, so that an index finds it however many events there are.

    The nearest ``reach`` events in time score at most their distance in days. One further away by
    more than the greatest bonus that anybody has cannot come before them.
    """
    last = values["offset"] + values["size"] - 1
    greatest, later, earlier = connection.execute(_hot_bounds(), {"day": values["day"], "last": last}).one()
    distances = [abs(day - values["day"]) for day in (later, earlier) if day is not None]
    reach = min(distances) + (greatest or 0) // 5 + 1 if distances else 10**7
    return {"first_day": values["day"] - reach, "last_day": values["day"] + reach}


@lru_cache(maxsize=1)
def _hot_bounds():
    greatest = select(func.max(events.popularity)).where(VISIBLE)
    later = select(events.start_day).where(VISIBLE, events.start_day >= bindparam("day")).order_by(events.start_day)
    earlier = select(events.start_day).where(VISIBLE, events.start_day < bindparam("day"))
    earlier = earlier.order_by(events.start_day.desc())
    nth = [statement.limit(1).offset(bindparam("last")).scalar_subquery() for statement in (later, earlier)]
    return select(greatest.scalar_subquery(), *nth)
