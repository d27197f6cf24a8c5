"""Stars of users and devices on talks that are visible."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from joindin.errors import NotFound
from joindin.models import DeviceStar, Event, Talk, TalkSpeaker, TalkStar
from joindin.queries.talks import VISIBLE

MAX_STARRED_TALKS = 1000
# The relations that lists of talks read.
EAGER_LOADS = (
    contains_eager(Talk.event),
    joinedload(Talk.type),
    joinedload(Talk.room),
    selectinload(Talk.speakers).joinedload(TalkSpeaker.user),
    selectinload(Talk.tracks),
)


def find_talk_to_star(session, stub: str):
    """Return id, event_id, stub and title of a visible talk, and the slug of its event; :raises NotFound: if there is none."""
    columns = select(Talk.id, Talk.event_id, Talk.stub, Talk.title, Event.slug).join(Event, Event.id == Talk.event_id)
    talk = session.execute(columns.where(Talk.stub == stub, *VISIBLE)).first()
    if talk is None:
        raise NotFound("Talk not found")
    return talk


def list_starred_talks(
    session,
    user_id: int,
    event_id: int | None = None,
    *,
    starts_from: dt.datetime | None = None,
    limit: int = MAX_STARRED_TALKS,
) -> list[Talk]:
    """Return the talks that a user has starred, of one event or of all, by their start: a fixed number of statements."""
    conditions = [TalkStar.user_id == user_id]
    if starts_from is not None:
        conditions.append(Talk.starts_at >= starts_from)
    return _list_talks(session, TalkStar, conditions, event_id, limit)


def list_talks_starred_from_device(session, device_id: int, event_id: int | None = None) -> list[Talk]:
    """Return the talks that were starred from a device, as :func:`list_starred_talks`."""
    return _list_talks(session, DeviceStar, [DeviceStar.device_id == device_id], event_id)


def _list_talks(session, model, conditions, event_id, limit=MAX_STARRED_TALKS):
    talks = select(Talk).join(Talk.event).join(model, model.talk_id == Talk.id).where(*conditions, *VISIBLE)
    if event_id is not None:
        talks = talks.where(Talk.event_id == event_id)
    talks = talks.order_by(Talk.starts_at, Talk.id).limit(limit)
    return session.scalars(talks.options(*EAGER_LOADS)).all()
