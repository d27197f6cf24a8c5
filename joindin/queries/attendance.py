"""Attendance of events, for the web site."""

from sqlalchemy import func, select, true

from joindin.models import Attendance, User
from joindin.queries.paging import Page, Paging


def get_attendance(session, event_id: int, user_id: int) -> Attendance | None:
    return session.get(Attendance, (event_id, user_id))


def list_named_attendees(session, event_id: int, paging: Paging) -> Page:
    """List the active users who attend an event and agreed to be listed, by name; the caller has found the event."""
    attending = (Attendance.event_id == event_id, Attendance.is_listed == true(), User.is_active == true())
    users = select(User).join(Attendance, Attendance.user_id == User.id).where(*attending)
    total = session.scalar(select(func.count()).select_from(User).join(Attendance).where(*attending))
    return Page(session.scalars(paging.slice(users.order_by(User.full_name_key, User.id))).all(), total, paging)
