"""Room of a talk, and talks near it: before and after it in its room, at the same time, and others of its speakers."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, false, select, true, tuple_, union_all

from joindin.db.base import UtcDateTime
from joindin.models import CANCELLED_TALK, Event, Room, Talk, TalkSpeaker
from joindin.performance.sql.compiled import CompiledStatement

MAX_OTHER_TALKS = 5
# Talks at the same time that are listed, and those that are read to find them.
MAX_PARALLEL_TALKS, MAX_TALKS_OF_WINDOW = 20, 200
# Longer talks are not noticed as parallel ones.
LONGEST_TALK = dt.timedelta(hours=12)

_COLUMNS = (Talk.id, Talk.title, Talk.slug, Talk.stub, Talk.starts_at)
_IN_ROOM = (Talk.event_id == bindparam("event_id"), Talk.room_id == bindparam("room_id"), Talk.is_active == true())


class Neighbours(NamedTuple):
    """``room`` has ``name``, ``slug``, ``floor`` and ``capacity``. ``before`` and ``after`` are talks in the same room, or None.

    ``parallel`` are talks of the event at the same time, with ``room_name``; ``others`` have ``event_slug`` and ``event_name``.
    """

    room: object | None = None
    before: object | None = None
    after: object | None = None
    parallel: Sequence = ()
    others: Sequence = ()


def _starts(is_before):
    starts_at, talk_id = bindparam("starts_at", type_=UtcDateTime()), bindparam("talk_id")
    position, given = tuple_(Talk.starts_at, Talk.id), tuple_(starts_at, talk_id)
    return position < given if is_before else position > given


def _next_in_room(is_before):
    order = (Talk.starts_at.desc(), Talk.id.desc()) if is_before else (Talk.starts_at, Talk.id)
    return select(*_COLUMNS).where(*_IN_ROOM, _starts(is_before)).order_by(*order).limit(1).subquery().select()


_IN_THE_ROOM = CompiledStatement(union_all(_next_in_room(True), _next_in_room(False)))
_NEXT_HELD = CompiledStatement(
    select(*_COLUMNS)
    .where(*_IN_ROOM, Talk.state != CANCELLED_TALK, _starts(is_before=False))
    .order_by(Talk.starts_at, Talk.id)
    .limit(1)
)
_ROOM = CompiledStatement(
    select(Room.name, Room.slug, Room.floor, Room.capacity).where(Room.id == bindparam("room_id"))
)
_AROUND = CompiledStatement(
    select(*_COLUMNS, Talk.duration, Room.name.label("room_name"))
    .outerjoin(Room, Room.id == Talk.room_id)
    .where(
        Talk.event_id == bindparam("event_id"),
        Talk.is_active == true(),
        Talk.state != CANCELLED_TALK,
        Talk.id != bindparam("talk_id"),
        Talk.starts_at > bindparam("starts_after", type_=UtcDateTime()),
        Talk.starts_at < bindparam("starts_before", type_=UtcDateTime()),
    )
    # The latest first, because the earlier ones have ended most often.
    .order_by(Talk.starts_at.desc(), Talk.id.desc())
    .limit(MAX_TALKS_OF_WINDOW)
)
_OTHERS = CompiledStatement(
    select(*_COLUMNS, Event.slug.label("event_slug"), Event.name.label("event_name"), Event.timezone)
    .join(Event, Event.id == Talk.event_id)
    .where(
        Talk.id.in_(
            select(TalkSpeaker.talk_id).where(
                TalkSpeaker.user_id.in_(bindparam("user_ids", expanding=True)), TalkSpeaker.is_pending == false()
            )
        ),
        Talk.id != bindparam("talk_id"),
        Talk.is_active == true(),
        Event.is_visible == true(),
    )
    .order_by(Talk.starts_at.desc(), Talk.id.desc())
    .limit(MAX_OTHER_TALKS)
)


def find_next_in_room(connection, talk: Talk):
    """Return the talk that follows in the same room and is not cancelled, or None."""
    return None if talk.room_id is None else connection.execute(_NEXT_HELD, _place_of(talk)).first()


def load_talk_neighbours(connection, talk: Talk) -> Neighbours:
    """Return what is near a talk that is loaded with its speakers: at most four statements."""
    room = before = after = None
    if talk.room_id is not None:
        room = connection.execute(_ROOM, {"room_id": talk.room_id}).first()
        for row in connection.execute(_IN_THE_ROOM, _place_of(talk)):
            if (row.starts_at, row.id) < (talk.starts_at, talk.id):
                before = row
            else:
                after = row
    user_ids = sorted({speaker.user_id for speaker in talk.speakers if speaker.user_id})
    others = connection.execute(_OTHERS, {"user_ids": user_ids, "talk_id": talk.id}).all() if user_ids else ()
    return Neighbours(room, before, after, _list_parallel(connection, talk), others)


def _place_of(talk):
    return {"event_id": talk.event_id, "room_id": talk.room_id, "talk_id": talk.id, "starts_at": talk.starts_at}


def _list_parallel(connection, talk):
    """Return the talks of the event, by start, that are held at a time of the talk. One without a length is a moment."""
    params = {"event_id": talk.event_id, "talk_id": talk.id}
    window = {"starts_after": _shift(talk.starts_at, -LONGEST_TALK), "starts_before": _end(talk)}
    rows = connection.execute(_AROUND, params | window)
    return [row for row in rows if _end(row) > talk.starts_at][:MAX_PARALLEL_TALKS][::-1]


def _end(talk):
    return _shift(talk.starts_at, min(dt.timedelta(minutes=max(talk.duration, 1)), LONGEST_TALK))


def _shift(at, duration):
    try:
        return at + duration
    except OverflowError:
        return at
