"""The order of the tracks and of the rooms of an event."""

from collections.abc import Sequence

from sqlalchemy import select

from joindin.db.locking import retry_on_lock_timeout
from joindin.errors import InvalidInput, NotFound
from joindin.models import Room, Track
from joindin.operations.organiser.programme_locks import lock_event_of

MSG_NOT_FOUND = "This no longer exists"
MSG_TRY_AGAIN = "Others are changing this event. Try again"
UP, DOWN = "up", "down"


def move_part(session, model: type[Track] | type[Room], part_id: int, direction: str) -> None:
    """Exchange the place of a track or a room with that of its neighbour; no effect at the end of the list.

    :raises InvalidInput: if the direction is neither.
    :raises NotFound: if the row was deleted since it was loaded.
    """
    if direction not in (UP, DOWN):
        raise InvalidInput("Choose a direction")

    def work():
        event_id = session.scalar(select(model.event_id).where(model.id == part_id))
        parts = sorted(lock_parts(session, model, event_id), key=lambda part: (part.position, part.name_key, part.id))
        place = next((number for number, part in enumerate(parts) if part.id == part_id), None)
        if place is None:
            raise NotFound(MSG_NOT_FOUND)
        other = place + (1 if direction == DOWN else -1)
        if 0 <= other < len(parts):
            parts[place], parts[other] = parts[other], parts[place]
        for position, part in enumerate(parts):
            part.position = position
        session.flush()

    retry_on_lock_timeout(
        session, work, message=MSG_TRY_AGAIN, first_locks=lambda: lock_event_of(session, model, part_id)
    )


def lock_parts(session, model: type[Track] | type[Room], event_id: int | None) -> Sequence:
    """Return the tracks or rooms of an event, locked in the order of their ids. Talks may meanwhile refer to them."""
    parts = select(model).where(model.event_id == event_id).order_by(model.id).with_for_update(key_share=True)
    return session.scalars(parts.execution_options(populate_existing=True)).all()
