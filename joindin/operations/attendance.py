"""Saying that one goes, and that one does not."""

from sqlalchemy import delete, update

from joindin.database import insert_or_ignore
from joindin.models import Attendance, Event


def attend(session, event_id: int, user_id: int) -> bool:
    """Mark somebody as attending; whether that is news."""
    is_new = insert_or_ignore(session, Attendance, event_id=event_id, user_id=user_id)
    if is_new:
        _count(session, event_id, +1)
    return is_new


def unattend(session, event_id: int, user_id: int) -> bool:
    """Take the mark back; whether there was one."""
    gone = session.execute(
        delete(Attendance).where(Attendance.event_id == event_id, Attendance.user_id == user_id)
    ).rowcount
    if gone:
        _count(session, event_id, -1)
    return bool(gone)


def _count(session, event_id, change):
    session.execute(
        update(Event)
        .where(Event.id == event_id)
        .values(attendee_count=Event.attendee_count + change, version=Event.version + 1)
        .execution_options(synchronize_session=False)
    )
