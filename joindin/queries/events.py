"""Finding events: one by id, lists by filter, and all that their representations read."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, true
from sqlalchemy.orm import joinedload, selectinload

from joindin.clock import day_number, midnight
from joindin.errors import NotFound
from joindin.models import Attendance, Event, EventHost, EventImage, Tag, User, event_tags
from joindin.permissions import can_see_event
from joindin.queries.paging import Page, Paging
from joindin.queries.viewers import view_events
from joindin.text import fold
from joindin.viewer import Viewer

UPCOMING_MARGIN = dt.timedelta(days=3)
CFP_NOTICE = dt.timedelta(days=7)

# What a list needs to know of an event before it knows whether it has to load it.
EventKey = select(Event.id, Event.version, Event.is_pending)


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


def find_event(session, event_id: int, user) -> tuple[Event, Viewer]:
    """The event and what it is to ``user``.

    :raises NotFound: if there is none, or none that ``user`` may see.
    """
    event = session.get(Event, event_id)
    viewer = view_events(session, user, [event_id])
    if event is None or not can_see_event(viewer, event):
        raise NotFound("Event not found")
    return event, viewer


def find_event_key(session, event_id: int, user):
    """Id and version of an event that ``user`` may see, and what it is to them: one or three statements."""
    row = session.execute(
        select(Event.id, Event.version, Event.is_pending, Event.is_visible, Event.is_private).where(
            Event.id == event_id
        )
    ).first()
    viewer = view_events(session, user, [event_id])
    if row is None or not can_see_event(viewer, row):
        raise NotFound("Event not found")
    return row, viewer


def load_events(session, event_ids) -> dict[int, Event]:
    """The events by id, with all that any representation reads: four statements."""
    wanted = (
        select(Event)
        .where(Event.id.in_(list(event_ids)))
        .options(
            selectinload(Event.tags),
            selectinload(Event.images),
            selectinload(Event.hosts).joinedload(EventHost.user),
        )
        .execution_options(populate_existing=True)
    )
    return {event.id: event for event in session.scalars(wanted)}


def list_events(session, wanted: EventFilter, paging: Paging, now: dt.datetime) -> Page:
    """Keys of the events that fit, in the order of the filter, ties broken by id."""
    today = midnight(now)
    matching = _conditions(wanted, today)
    total = session.scalar(select(func.count()).select_from(Event).where(*matching))
    if wanted.name == "all" and paging.start is None:
        before = session.scalar(select(func.count()).select_from(Event).where(*matching, Event.starts_at < today))
        paging = Paging(before, paging.size)
    statement = EventKey.where(*matching).order_by(*_order(wanted, today))
    if wanted == EventFilter("hot") and paging.size:
        statement = statement.where(*_hot_window(session, paging, today))
    return Page(session.execute(paging.slice(statement)).all(), total, paging)


def list_hosted_events(session, user_id: int, paging: Paging) -> Page:
    """All that somebody hosts, newest first, whatever its state (spec 9.3)."""
    return _page_of_keys(session, [_by_link(EventHost, user_id)], paging)


def list_attended_events(session, user_id: int, paging: Paging) -> Page:
    return _page_of_keys(session, [_by_link(Attendance, user_id), Event.is_visible == true()], paging)


def list_hosts(session, event_id: int, paging: Paging) -> Page:
    """Links of hosts with their users, by name."""
    wanted = select(EventHost).join(EventHost.user).where(EventHost.event_id == event_id)
    rows = wanted.options(joinedload(EventHost.user)).order_by(User.full_name_key, EventHost.id)
    total = session.scalar(select(func.count()).select_from(EventHost).where(EventHost.event_id == event_id))
    return Page(session.scalars(paging.slice(rows)).all(), total, paging)


def list_images(session, event_id: int) -> list[EventImage]:
    return session.scalars(select(EventImage).where(EventImage.event_id == event_id).order_by(EventImage.id)).all()


def count_pending_events(session, host_id: int | None = None) -> int:
    """How many events wait for approval, all in all or of one host."""
    waiting = select(func.count()).select_from(Event).where(Event.is_pending == true())
    if host_id is not None:
        waiting = waiting.where(_by_link(EventHost, host_id))
    return session.scalar(waiting)


def _by_link(model, user_id):
    return Event.id.in_(select(model.event_id).where(model.user_id == user_id))


def _page_of_keys(session, conditions, paging):
    total = session.scalar(select(func.count()).select_from(Event).where(*conditions))
    rows = EventKey.where(*conditions).order_by(Event.starts_at.desc(), Event.id.desc())
    return Page(session.execute(paging.slice(rows)).all(), total, paging)


def _conditions(wanted, today):
    conditions = [Event.is_pending == true() if wanted.name == "pending" else Event.is_visible == true()]
    match wanted.name:
        case "upcoming":
            conditions.append(Event.starts_at >= today - UPCOMING_MARGIN)
        case "past":
            conditions.append(Event.starts_at < today)
        case "cfp":
            conditions += [
                Event.cfp_url.is_not(None),
                Event.cfp_ends_at >= today,
                Event.cfp_starts_at <= today + CFP_NOTICE,
            ]
    if wanted.title is not None:
        conditions.append(Event.name_key.like(f"%{fold(wanted.title)}%"))
    if wanted.stub is not None:
        conditions.append(func.lower(Event.stub) == wanted.stub.lower())
    if wanted.tags:
        tagged = select(event_tags.c.event_id).join(Tag).where(Tag.name_key.in_([fold(tag) for tag in wanted.tags]))
        conditions.append(Event.id.in_(tagged))
    if wanted.starts_from is not None:
        conditions.append(Event.starts_at >= wanted.starts_from)
    if wanted.starts_before is not None:
        conditions.append(Event.starts_at < wanted.starts_before)
    return conditions


def _order(wanted, today):
    match wanted.name:
        case "hot":
            # Five times the contract's score |days| - (comments + attendees + 1) / 5, in whole numbers.
            score = 5 * func.abs(Event.start_day - day_number(today)) - Event.popularity
            return (score, *([Event.starts_at.desc()] if wanted.title is not None else []), Event.id)
        case "upcoming" | "all" | "pending":
            return (Event.starts_at, Event.id)
        case "cfp":
            return (Event.cfp_ends_at, Event.id)
        case _:
            return (Event.starts_at.desc(), Event.id.desc())


def _hot_window(session, paging, today):
    """Bounds on the start that leave out nothing of the page, so that an index can find it.

    The nearest ``reach`` events in time score at most their distance in days. One further away by
    more than the greatest bonus anybody has cannot come before them.
    """
    reach = (paging.start or 0) + paging.size
    visible = Event.is_visible == true()
    greatest = select(func.max(Event.popularity)).where(visible).scalar_subquery()
    later = select(Event.starts_at).where(visible, Event.starts_at >= today).order_by(Event.starts_at, Event.id)
    earlier = select(Event.starts_at).where(visible, Event.starts_at < today)
    earlier = earlier.order_by(Event.starts_at.desc(), Event.id.desc())
    popularity, after, before = session.execute(
        select(
            greatest,
            later.limit(1).offset(reach - 1).scalar_subquery(),
            earlier.limit(1).offset(reach - 1).scalar_subquery(),
        )
    ).one()
    distances = [abs(day_number(at) - day_number(today)) for at in (after, before) if at is not None]
    if not distances:
        return []
    days = dt.timedelta(days=min(distances) + (popularity or 0) // 5 + 1)
    return [Event.starts_at >= today - days, Event.starts_at < today + days + dt.timedelta(days=1)]
