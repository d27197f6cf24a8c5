"""The programme of an event: its talks with their speakers, tracks, links and rooms."""

from types import SimpleNamespace
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, true

from joindin.models import CANCELLED_TALK, EventImage, Room, Talk, TalkStar, Track
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.talk_records import load_talk_records

_EVENT_ID = bindparam("event_id")
_TALK_IDS = CompiledStatement(
    select(Talk.id).where(Talk.event_id == _EVENT_ID, Talk.is_active == true()).order_by(Talk.starts_at, Talk.id)
)
_STARTS = CompiledStatement(
    select(Talk.starts_at, func.count().label("number"))
    .where(Talk.event_id == _EVENT_ID, Talk.is_active == true())
    .group_by(Talk.starts_at)
    .order_by(Talk.starts_at)
)
_TITLES = CompiledStatement(
    select(Talk.stub, Talk.title)
    .where(Talk.event_id == _EVENT_ID, Talk.is_active == true())
    .order_by(Talk.starts_at, Talk.id)
)
_FIRST = CompiledStatement(
    select(Talk.slug, Talk.stub, Talk.title, Talk.state)
    .where(Talk.event_id == _EVENT_ID, Talk.is_active == true(), Talk.state != CANCELLED_TALK)
    .order_by(Talk.starts_at, Talk.id)
    .limit(bindparam("limit"))
)
_ROOMS = CompiledStatement(
    select(*Room.__table__.c).where(Room.event_id == _EVENT_ID).order_by(Room.position, Room.name_key, Room.id)
)
_IMAGE = CompiledStatement(
    select(EventImage.file, EventImage.url).where(EventImage.event_id == _EVENT_ID, EventImage.size == "orig")
)
_TRACK = CompiledStatement(select(Track.id).where(Track.event_id == _EVENT_ID, Track.id == bindparam("track_id")))
_STARRED = CompiledStatement(
    select(TalkStar.talk_id)
    .join(Talk, Talk.id == TalkStar.talk_id)
    .where(Talk.event_id == _EVENT_ID, TalkStar.user_id == bindparam("user_id"))
)


class Programme(NamedTuple):
    """``talks`` are by start and id, ``rooms`` by position. A talk has ``room``, which may be None."""

    talks: list[SimpleNamespace]
    rooms: list


def load_programme(connection, event_id: int) -> Programme:
    """Return the active talks and all rooms of an event, whose access is checked: six statements up to 500 talks."""
    rooms = load_rooms(connection, event_id)
    by_id = {room.id: room for room in rooms}
    talks = load_talks(connection, event_id)
    for talk in talks:
        talk.room = by_id.get(talk.room_id)
    return Programme(talks, rooms)


def load_talks(connection, event_id: int) -> list[SimpleNamespace]:
    """Return the active talks of an event, whose access is checked, by start and id."""
    ids = [row.id for row in connection.execute(_TALK_IDS, {"event_id": event_id})]
    records = load_talk_records(connection, ids)
    return [records[talk_id] for talk_id in ids if talk_id in records]


def count_talks_by_start(connection, event_id: int) -> list:
    """Return ``starts_at`` and ``number`` of the active talks of an event, in the order of the starts."""
    return connection.execute(_STARTS, {"event_id": event_id}).all()


def list_talk_titles(connection, event_id: int) -> list:
    """Return ``stub`` and ``title`` of the active talks of an event, whose access is checked, by start and id."""
    return connection.execute(_TITLES, {"event_id": event_id}).all()


def list_first_talks(connection, event_id: int, limit: int) -> list:
    """Return ``slug``, ``stub``, ``title`` and ``state`` of the first talks of an event, without cancelled ones."""
    return connection.execute(_FIRST, {"event_id": event_id, "limit": limit}).all()


def load_rooms(connection, event_id: int) -> list:
    return list(connection.execute(_ROOMS, {"event_id": event_id}))


def find_event_image(connection, event_id: int):
    """Return ``file`` and ``url`` of the image of an event in its original size, or None."""
    return connection.execute(_IMAGE, {"event_id": event_id}).first()


def has_track(connection, event_id: int, track_id: int) -> bool:
    return connection.execute(_TRACK, {"event_id": event_id, "track_id": track_id}).first() is not None


def list_starred_ids(connection, event_id: int, user_id: int) -> frozenset[int]:
    """Return the ids of the event's talks that a user has starred."""
    rows = connection.execute(_STARRED, {"event_id": event_id, "user_id": user_id})
    return frozenset(row.talk_id for row in rows)
