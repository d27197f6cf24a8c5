"""Events that may be the same one twice."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import or_, select, true

from joindin.models import Event, EventHost, ListedEvent
from joindin.utils.text import fold_case_accents

_events = Event.__table__.c
_listed = ListedEvent.__table__.c

# Two submissions of one event may differ in the start by a mistake in the day or the zone.
MAX_DISTANCE = dt.timedelta(days=7)


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


def find_likely_duplicates(connection, event_ids: Sequence[int]) -> dict[int, list]:
    """Return, by event id, rows (id, name, slug, is_pending) of other events that may be the same.

    They are public or wait for approval, have the same name or address, and start at most a week apart. Takes two
    statements.
    """
    columns = (_events.id, _events.name, _events.slug, _events.is_pending, *_COMPARED)
    given = connection.execute(select(*columns).where(_events.id.in_(list(event_ids)))).all()
    if not given:
        return {}
    bounds = [(event.starts_at - MAX_DISTANCE, event.starts_at + MAX_DISTANCE) for event in given]
    nearby = select(_listed.event_id).where(or_(*(_listed.starts_at.between(*pair) for pair in bounds)))
    waiting = select(_events.id).where(
        _events.is_pending == true(), or_(*(_events.starts_at.between(*pair) for pair in bounds))
    )
    same = or_(
        _events.name_key.in_({event.name_key for event in given}),
        _events.href.in_({event.href for event in given if event.href}),
    )
    others = connection.execute(
        select(*columns).where(_events.id.in_(nearby.union_all(waiting)), same).order_by(_events.id)
    ).all()
    return {event.id: [other for other in others if _is_likely_same(event, other)] for event in given}


_COMPARED = _events.name_key, _events.href, _events.starts_at


def _is_likely_same(event, other):
    return (
        other.id != event.id
        and abs(other.starts_at - event.starts_at) <= MAX_DISTANCE
        and (other.name_key == event.name_key or (bool(event.href) and other.href == event.href))
    )
