"""Talks, tracks and rooms of one event in any state. Callers check the right to manage the event."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from joindin.errors import NotFound
from joindin.models import Language, Room, Talk, TalkSpeaker, TalkType, Track
from joindin.queries.paging import Page, Paging, paginate

# Choices of a form beyond this number are not offered.
MAX_CHOICES = 500

_EAGER_LOADS = (
    joinedload(Talk.room),
    selectinload(Talk.speakers).joinedload(TalkSpeaker.user),
    selectinload(Talk.tracks),
)


def list_programme(session, event_id: int, paging: Paging) -> Page:
    """List the talks of an event by their start, hidden ones too: four statements."""
    talks = select(Talk).where(Talk.event_id == event_id).order_by(Talk.starts_at, Talk.id)
    return paginate(session, talks, paging, *_EAGER_LOADS)


def find_programme_talk(session, event_id: int, talk_id: int) -> Talk:
    """Return the talk with its speakers and tracks; :raises NotFound: if it belongs to another event."""
    found = select(Talk).where(Talk.id == talk_id, Talk.event_id == event_id).options(*_EAGER_LOADS)
    return _found(session.scalar(found.execution_options(populate_existing=True)), "Talk not found")


def find_event_track(session, event_id: int, track_id: int) -> Track:
    return _found(
        session.scalar(select(Track).where(Track.id == track_id, Track.event_id == event_id)), "Track not found"
    )


def find_event_room(session, event_id: int, room_id: int) -> Room:
    return _found(session.scalar(select(Room).where(Room.id == room_id, Room.event_id == event_id)), "Room not found")


def list_event_tracks(session, event_id: int) -> list[Track]:
    """Return the tracks in their order."""
    found = select(Track).where(Track.event_id == event_id).order_by(Track.position, Track.name_key, Track.id)
    return session.scalars(found.limit(MAX_CHOICES)).all()


def list_event_rooms(session, event_id: int) -> list[Room]:
    """Return the rooms in their order."""
    found = select(Room).where(Room.event_id == event_id).order_by(Room.position, Room.name_key, Room.id)
    return session.scalars(found.limit(MAX_CHOICES)).all()


def count_talks_by_room(session, event_id: int) -> dict[int | None, int]:
    counted = select(Talk.room_id, func.count()).where(Talk.event_id == event_id).group_by(Talk.room_id)
    return dict(session.execute(counted).all())


def list_talk_choices(session) -> tuple[list, list]:
    """Return (id, title) of the types of talks and (id, name) of the languages: two statements."""
    types = session.execute(select(TalkType.id, TalkType.title).order_by(TalkType.id)).all()
    return types, session.execute(select(Language.id, Language.name).order_by(Language.name, Language.id)).all()


def _found(row, message):
    if row is None:
        raise NotFound(message)
    return row
