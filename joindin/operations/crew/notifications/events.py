"""Notices that an event or a shift moves, changes, or is cancelled: to those who are confirmed or have asked.

Shifts that are over need none. Call the notices of a cancellation before the rows are deleted.
"""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import update

from joindin.models import Event
from joindin.models.crew import (
    CONFIRMED,
    EVENT_CANCELLED,
    EVENT_CHANGED,
    REQUESTED,
    SHIFT_CANCELLED,
    SHIFT_MOVED,
    Participation,
    Shift,
)
from joindin.operations.crew.notifications.storing import describe_attendance, store_notifications
from joindin.queries.crew.notification_receivers import Attendance, list_attendances
from joindin.utils.datetimes import utc_now

_SIGNED_UP = Participation.state.in_((REQUESTED, CONFIRMED))


def get_shift_times(shift: Shift) -> tuple[dt.datetime, dt.datetime, dt.datetime]:
    return shift.meets_at, shift.starts_at, shift.ends_at


def notify_shift_moved(
    session, shift: Shift, before: tuple[dt.datetime, dt.datetime, dt.datetime], *, actor_id: int | None
) -> None:
    """Notify if the times of the shift differ from ``before``. The participants will be reminded once more."""
    if before == get_shift_times(shift) or max(before[2], shift.ends_at) < utc_now():
        return
    session.execute(
        update(Participation)
        .where(Participation.shift_id == shift.id)
        .values(reminded_at=None)
        .execution_options(synchronize_session="fetch")
    )
    facts = {
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
        "old_starts_at": before[1].isoformat(),
        "old_ends_at": before[2].isoformat(),
    }
    rows = list_attendances(session, Participation.shift_id == shift.id, _SIGNED_UP)
    store_notifications(session, SHIFT_MOVED, _with_facts(rows, **facts), actor_id=actor_id)


def notify_shift_cancelled(session, shift_id: int, *, actor_id: int | None) -> None:
    rows = list_attendances(session, Participation.shift_id == shift_id, _SIGNED_UP, Shift.ends_at >= utc_now())
    store_notifications(session, SHIFT_CANCELLED, _with_facts(rows), actor_id=actor_id)


def notify_event_cancelled(session, event_id: int, *, actor_id: int | None) -> None:
    """Notify each person once, also of several shifts."""
    rows = _one_each(list_attendances(session, Shift.event_id == event_id, _SIGNED_UP, Shift.ends_at >= utc_now()))
    store_notifications(session, EVENT_CANCELLED, _with_facts(rows), actor_id=actor_id)


def notify_event_changed(
    session, event: Event, *, old_title: str, old_location: str | None, actor_id: int | None
) -> None:
    """Notify each person once if the title or the location differs from before."""
    if (event.name, event.location or "") == (old_title, old_location or ""):
        return
    rows = _one_each(list_attendances(session, Shift.event_id == event.id, _SIGNED_UP, Shift.ends_at >= utc_now()))
    facts = {"old_event": old_title, "old_location": old_location or ""}
    store_notifications(session, EVENT_CHANGED, _with_facts(rows, **facts), actor_id=actor_id)


def _with_facts(rows: Iterable[Attendance], **facts):
    return [(row.receiver, describe_attendance(row) | facts) for row in rows]


def _one_each(rows):
    """Return the first participation of each person."""
    return list({(row.receiver.user_id, row.receiver.email): row for row in reversed(rows) if row.receiver}.values())
