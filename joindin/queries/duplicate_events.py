"""Events that may be the same one twice."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import exists, false, or_, select, true

from joindin.models import Event, EventHost, ListedEvent
from joindin.performance.sql.reader import batched
from joindin.utils.text import fold_case_accents

_events = Event.__table__.c
_listed = ListedEvent.__table__.c

# Two submissions of one event may differ in the start by a mistake in the day or the zone.
MAX_DISTANCE = dt.timedelta(days=7)
ONE_DAY = dt.timedelta(days=1)
# The number of events of the same name that are shown.
MAX_SHOWN = 10


def get_recent_submission_id(
    session,
    host_id: int,
    *,
    name: str,
    location: str,
    starts_at: dt.datetime,
    since: dt.datetime,
    with_pending: bool = True,
) -> int | None:
    """Return the id of an event of the same name, place and start that the host submitted after ``since``.

    Rejected events do not count: their hosts may submit them again with other details.
    """
    is_undecided_or_active = or_(Event.is_active == true(), Event.is_pending == true())
    submitted = (
        select(Event.id, Event.location)
        .join(EventHost, EventHost.event_id == Event.id)
        .where(
            EventHost.user_id == host_id,
            Event.submitted_at > since,
            Event.starts_at == starts_at,
            Event.name_key == fold_case_accents(name),
            is_undecided_or_active if with_pending else Event.is_active == true(),
        )
        .order_by(Event.id)
    )
    place = fold_case_accents(location)
    rows = session.execute(submitted).all()
    return next((row.id for row in rows if fold_case_accents(row.location or "") == place), None)


def list_events_of_name(session, name: str, starts_at: dt.datetime, user_id: int) -> Sequence:
    """Return rows (id, name, slug, starts_at, timezone, is_visible) of events of that name within a day of the start.

    They are public, or hosted by the user.
    """
    is_hosted = exists().where(EventHost.event_id == Event.id, EventHost.user_id == user_id)
    columns = (Event.id, Event.name, Event.slug, Event.starts_at, Event.timezone, Event.is_visible)
    statement = select(*columns).where(
        Event.name_key == fold_case_accents(name),
        Event.starts_at.between(starts_at - ONE_DAY, starts_at + ONE_DAY),
        or_(Event.is_visible == true(), is_hosted),
    )
    return session.execute(statement.order_by(Event.starts_at, Event.id).limit(MAX_SHOWN)).all()


def find_likely_duplicates(connection, event_ids: Sequence[int]) -> dict[int, list]:
    """Return, by event id, rows (id, name, slug, is_pending) of other events that may be the same.

    They are public or wait for approval, have the same name or address, and start at most a week apart. Takes two
    statements a batch.
    """
    return {
        event.id: [other for other in others if _is_likely_same(event, other)]
        for ids in batched(event_ids)
        for events, others in [_load_similar(connection, ids)]
        for event in events
    }


def _load_similar(connection, event_ids):
    """Return the events, and the public and pending events with one of their names or addresses and a near start."""
    columns = (_events.id, _events.name, _events.slug, _events.is_pending, *_COMPARED)
    events = connection.execute(select(*columns).where(_events.id.in_(event_ids))).all()
    windows = _merge_windows([event.starts_at for event in events])
    listed = select(_listed.event_id).where(or_(false(), *(_listed.starts_at.between(*window) for window in windows)))
    pending = select(_events.id).where(
        _events.is_pending == true(), or_(false(), *(_events.starts_at.between(*window) for window in windows))
    )
    is_similar = or_(
        _events.name_key.in_({event.name_key for event in events}),
        _events.href.in_({event.href for event in events if event.href}),
    )
    others = select(*columns).where(_events.id.in_(listed.union_all(pending)), is_similar).order_by(_events.id)
    return events, connection.execute(others).all()


def _merge_windows(times):
    """Return the spans of time, ``MAX_DISTANCE`` around each of ``times``, that do not overlap."""
    windows = []
    for at in sorted(times):
        if windows and at - MAX_DISTANCE <= windows[-1][1]:
            windows[-1] = windows[-1][0], at + MAX_DISTANCE
        else:
            windows.append((at - MAX_DISTANCE, at + MAX_DISTANCE))
    return windows


_COMPARED = _events.name_key, _events.href, _events.starts_at


def _is_likely_same(event, other):
    return (
        other.id != event.id
        and abs(other.starts_at - event.starts_at) <= MAX_DISTANCE
        and (other.name_key == event.name_key or (bool(event.href) and other.href == event.href))
    )
