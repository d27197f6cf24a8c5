"""Parts of the programme of an event as exports write them. Times are those of the event."""

import datetime as dt
from typing import NamedTuple


class ExportedRoom(NamedTuple):
    name: str
    guid: str
    room: object | None


class ExportedTrack(NamedTuple):
    name: str
    slug: str
    colour: str


class ExportedPerson(NamedTuple):
    """``id`` is that of the first entry of the person in this event; ``url`` the page of an account."""

    id: int
    guid: str
    name: str
    url: str | None


class ExportedLink(NamedTuple):
    kind: str
    url: str
    title: str


class ExportedTalk(NamedTuple):
    """``length`` is in minutes. ``language`` is a tag such as ``en-GB``. ``feedback_url`` is None where feedback is switched off."""

    talk: object
    guid: str
    slug: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    length: int
    room: ExportedRoom
    track: ExportedTrack | None
    language: str
    persons: list[ExportedPerson]
    links: list[ExportedLink]
    url: str
    feedback_url: str | None
    is_cancelled: bool


class ExportedDay(NamedTuple):
    index: int
    on: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    talks: list[ExportedTalk]

    def by_room(self) -> dict[ExportedRoom, list[ExportedTalk]]:
        """Return the talks of the rooms that are used, in the order of the rooms; the talks without one come last."""
        rooms = sorted({talk.room for talk in self.talks}, key=_room_order)
        return {room: [talk for talk in self.talks if talk.room == room] for room in rooms}


def _room_order(room):
    return (room.room is None, room.room.position if room.room else 0, room.name)
