"""The talks that are on at a moment in each room, and those that follow."""

import datetime as dt
from typing import NamedTuple

from joindin.models import CANCELLED_TALK
from joindin.representations.programme.days import ends_at, programme_day

AHEAD = dt.timedelta(minutes=60)
# For how long a talk that has ended is offered for rating.
JUST_ENDED = dt.timedelta(minutes=30)


class RoomNow(NamedTuple):
    """``room`` is None for talks without one. ``minutes_left`` belongs to the first talk of ``current``."""

    room: object | None
    current: list
    following: object | None


def list_rooms_now(talks, now: dt.datetime, *, ahead: dt.timedelta | None = AHEAD) -> list[RoomNow]:
    """Return the rooms in which a talk is on or starts within ``ahead``, or at any later time if it is None, in their order."""
    rooms, by_room = {}, {}
    for talk in talks:
        if talk.state != CANCELLED_TALK:
            rooms[talk.room_id] = talk.room
            by_room.setdefault(talk.room_id, []).append(talk)
    found = [_room_now(rooms[room_id], by_room[room_id], now, ahead) for room_id in by_room]
    found = [each for each in found if each.current or each.following]
    return sorted(found, key=lambda each: (each.room is None, each.room.position if each.room else 0))


def _room_now(room, talks, now, ahead):
    current = [talk for talk in talks if talk.starts_at <= now < ends_at(talk)]
    following = next(
        (talk for talk in talks if now < talk.starts_at and (not ahead or talk.starts_at <= now + ahead)), None
    )
    return RoomNow(room, current, following)


def find_next_talk(talks, now: dt.datetime):
    """Return the first talk that starts after ``now``, or None."""
    return next((talk for talk in talks if talk.starts_at > now and talk.state != CANCELLED_TALK), None)


def list_just_ended(talks, now: dt.datetime) -> list:
    """Return the talks that ended a short time ago, the last one first."""
    ended = [talk for talk in talks if talk.state != CANCELLED_TALK and now - JUST_ENDED < ends_at(talk) <= now]
    return sorted(ended, key=ends_at, reverse=True)


def minutes_left(talk, now: dt.datetime) -> int:
    return -(-int((ends_at(talk) - now).total_seconds()) // 60)


def current_day(event, days, now: dt.datetime) -> dt.date | None:
    """Return the day of the programme that it is at the event, or the first one; None without talks."""
    today = programme_day(event, now)
    return today if today in days else next(iter(days), None)
