"""Rooms of an event and the talks in them. Triggers move the version of the programme."""

from itertools import chain, count, islice

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from joindin.errors import Conflict
from joindin.models import Event, Room
from joindin.security.tokens import new_prefixed_token
from joindin.utils.agenda_slugs import agenda_slug
from joindin.utils.text import fold_case_accents

# Without characters that look alike on a printed sheet.
CODE_ALPHABET, CODE_LENGTH = "abcdefghjkmnpqrstuvwxyz23456789", 8
MAX_NAME_LENGTH, MAX_SLUG_LENGTH = 200, 80
MAX_ATTEMPTS = 20


def new_room_code() -> str:
    """Return a random code for the short address of a room."""
    return new_prefixed_token("", CODE_LENGTH, CODE_ALPHABET)


def find_or_add_room(session, event: Event, name: str) -> Room:
    """Return the room of that name; add it behind the others if the event has none. Case and accents do not count.

    :raises Conflict: if simultaneous writers take every slug first.
    """
    name = name[:MAX_NAME_LENGTH]
    return _find_room(session, event, name) or add_room(session, event, name=name)


def add_room(session, event: Event, *, name: str, **fields) -> Room:
    """Add a room behind the others.

    :raises Conflict: if the event has a room of that name.
    """
    if _find_room(session, event, name):
        raise Conflict("This event has a room of that name already")
    if "position" not in fields:
        last = session.scalar(select(func.max(Room.position)).where(Room.event_id == event.id))
        fields["position"] = 0 if last is None else last + 1
    for slug in islice(_free_slugs(session, event, name), MAX_ATTEMPTS):
        room = Room(event_id=event.id, name=name, slug=slug, code=new_room_code(), **fields)
        try:
            with session.begin_nested():
                session.add(room)
                session.flush()
            return room
        except IntegrityError:
            if _find_room(session, event, name):
                break
    raise Conflict("This event has a room of that name already")


def _find_room(session, event, name):
    return session.scalar(select(Room).where(Room.event_id == event.id, Room.name_key == fold_case_accents(name)))


def _free_slugs(session, event, name):
    base = agenda_slug(name)[:MAX_SLUG_LENGTH].strip("-") or "room"
    taken = set(session.scalars(select(Room.slug).where(Room.event_id == event.id)))
    candidates = chain([base], (f"{base}-{number}" for number in count(2)))
    return (candidate for candidate in candidates if candidate not in taken)
