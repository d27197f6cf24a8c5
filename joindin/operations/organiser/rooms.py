"""Changing, ordering, merging and deleting the rooms of an event, and renewing their printed codes.

Talks of a deleted room keep everything but the room. A change of rooms and one of talks lock rows in different orders,
so each operation is repeated after a lock timeout.
"""

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import Event, Room, Talk
from joindin.operations.audit import log_action
from joindin.operations.organiser.ordering import MSG_TRY_AGAIN, lock_parts, move_part
from joindin.operations.organiser.programme_locks import lock_event_of
from joindin.viewer import UserSnapshot

MSG_ROOM_NOT_FOUND = "This room no longer exists."
MSG_NAME_TAKEN = "This event has a room of that name already"


def edit_room(session, room_id: int, **fields) -> None:
    """Change the columns of a room; slug and code stay, so that printed addresses go on working.

    :raises NotFound: if the room was deleted since it was loaded.
    :raises Conflict: if another room of the event has the name.
    """

    def work():
        room = _lock_room(session, room_id)
        for name, value in fields.items():
            setattr(room, name, value)
        session.flush()

    try:
        with session.begin_nested():
            _repeat(session, room_id, work)
    except IntegrityError:
        raise Conflict(MSG_NAME_TAKEN) from None


def move_room(session, room_id: int, direction: str) -> None:
    """Move a room up or down in the list. Raises as :func:`move_part`."""
    move_part(session, Room, room_id, direction)


def merge_rooms(session, room_id: int, into_id: int) -> None:
    """Move the talks of a room into another one of its event, and delete it.

    :raises InvalidInput: if the two are the same, or not of one event.
    :raises NotFound: if one was deleted since it was loaded.
    """

    def work():
        first, second = (_lock_room(session, each) for each in sorted((room_id, into_id)))
        if room_id == into_id or first.event_id != second.event_id:
            raise InvalidInput("Choose another room of this event")
        _move_talks(session, room_id, into_id)
        _delete(session, room_id)

    _repeat(session, room_id, work)


def delete_room(session, room_id: int) -> None:
    """Delete a room; its talks stay without one. :raises NotFound: if it was deleted since it was loaded."""

    def work():
        _lock_room(session, room_id)
        _move_talks(session, room_id, None)
        _delete(session, room_id)

    _repeat(session, room_id, work)


def renew_room_codes(session, event: Event, *, actor: UserSnapshot) -> None:
    """Give the printed codes of all rooms of an event new keys. Those with the old keys still lead to the rooms."""

    def work():
        for room in lock_parts(session, Room, event.id):
            room.key_generation += 1
        session.flush()
        log_action(session, "event.renew_room_codes", event, actor=actor)

    retry_on_lock_timeout(
        session,
        work,
        message=MSG_TRY_AGAIN,
        first_locks=lambda: lock_row(session, Event, event.id, allows_references=True),
    )


def _repeat(session, room_id, work):
    retry_on_lock_timeout(
        session, work, message=MSG_TRY_AGAIN, first_locks=lambda: lock_event_of(session, Room, room_id)
    )


def _lock_room(session, room_id):
    room = lock_row(session, Room, room_id)
    if room is None:
        raise NotFound(MSG_ROOM_NOT_FOUND)
    return room


def _move_talks(session, room_id, into_id):
    session.execute(
        update(Talk)
        .where(Talk.room_id == room_id)
        .values(room_id=into_id, version=Talk.version + 1)
        .execution_options(synchronize_session=False)
    )


def _delete(session, room_id):
    session.execute(delete(Room).where(Room.id == room_id).execution_options(synchronize_session=False))
