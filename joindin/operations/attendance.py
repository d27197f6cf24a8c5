"""Attendance of events."""

from sqlalchemy import update

from joindin.db.upserts import insert_or_ignore
from joindin.models import Attendance, Event
from joindin.operations.toggles import CountedToggle
from joindin.performance.sql.writer import TransactionRunner

_toggle = CountedToggle(
    Attendance.__table__,
    "event_id",
    objects=Event.__table__,
    counter="attendee_count",
    visible=Event.__table__.c.is_visible,
)


def attend(session, event_id: int, user_id: int) -> bool:
    """Add an attendance in the session's transaction. Return whether it is new."""
    is_new = insert_or_ignore(session, Attendance, event_id=event_id, user_id=user_id)
    if is_new:
        session.execute(
            update(Event)
            .where(Event.id == event_id)
            .values(attendee_count=Event.attendee_count + 1, version=Event.version + 1)
            .execution_options(synchronize_session=False)
        )
    return is_new


def attend_with_choice(session, event_id: int, user_id: int, *, is_listed: bool) -> None:
    """Add an attendance if there is none, and store whether the web site lists the name."""
    attend(session, event_id, user_id)
    session.execute(
        update(Attendance)
        .where(Attendance.event_id == event_id, Attendance.user_id == user_id, Attendance.is_listed != is_listed)
        .values(is_listed=is_listed)
        .execution_options(synchronize_session=False)
    )


def attend_in_transaction(writer: TransactionRunner, event_id: int, user_id: int) -> bool:
    """Add an attendance, and commit. Return False if no such event is visible."""
    return _toggle.set(writer, event_id, user_id)


def unattend_in_transaction(writer: TransactionRunner, event_id: int, user_id: int) -> None:
    """Remove an attendance if there is one, and commit."""
    _toggle.unset(writer, event_id, user_id)
