"""The order of locks in the programme of an event: first the event, then its talks, tracks and rooms."""

from sqlalchemy import select

from joindin.models import Event, Room, Talk, Track


def lock_event_of(session, model: type[Talk] | type[Track] | type[Room], part_id: int) -> None:
    """Lock the event of a talk, track or room until the transaction ends, before the part; no effect without that part.

    Triggers write the version of the programme to the event after each change of a part. Two writers of several parts
    that reach the event after their parts would wait for each other. Others may meanwhile add parts to the event.
    """
    event_id = select(model.event_id).where(model.id == part_id).scalar_subquery()
    session.execute(select(Event.id).where(Event.id == event_id).with_for_update(key_share=True))
