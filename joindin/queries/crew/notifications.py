"""Notifications of a user, and whether the mail of a notification is still due."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, true

from joindin.models import User
from joindin.models.crew import (
    AWAITS_DISPOSITION,
    BY_MAIL,
    REMINDER_HOURS,
    RESPONSIBLE_DECLINED,
    RESPONSIBLE_STATE_CHANGED,
    SHIFT_REMINDER,
    STATE_CHANGED,
    CrewNotification,
    CrewProfile,
    Participation,
)

# Types that are outdated once the participation has another state.
_ABOUT_A_STATE = {
    STATE_CHANGED,
    AWAITS_DISPOSITION,
    RESPONSIBLE_STATE_CHANGED,
    RESPONSIBLE_DECLINED,
    SHIFT_REMINDER,
}
_row = CrewNotification.__table__.c


def list_notifications(connection, user_id: int, *, limit: int, offset: int) -> tuple[Sequence, int, int]:
    """Return a page of the user's list, newest first, the total, and the number of unread ones: two statements."""
    listed = (_row.user_id == user_id) & (_row.is_listed == true())
    page = connection.execute(select(*_row).where(listed).order_by(_row.id.desc()).limit(limit).offset(offset)).all()
    total, unread = connection.execute(
        select(func.count(), func.count().filter(_row.read_at.is_(None))).select_from(CrewNotification).where(listed)
    ).one()
    return page, total, unread


def is_muted(session, user_id: int, slug: str, way: str) -> bool:
    muted = session.scalar(select(CrewProfile.muted_notifications).where(CrewProfile.user_id == user_id))
    return [slug, way] in (muted or [])


def get_preferences(session, user_id: int) -> tuple[list, int | None]:
    """Return the muted pairs of type and way, and the hours of reminders."""
    columns = select(CrewProfile.muted_notifications, CrewProfile.reminder_hours)
    row = session.execute(columns.where(CrewProfile.user_id == user_id)).first()
    return (row.muted_notifications or [], row.reminder_hours) if row else ([], REMINDER_HOURS)


def is_mail_due(session, context: Mapping[str, Any]) -> bool:
    """Return whether the mail of a notification still says something new (spec 17).

    It does not if the user has read the notification, has switched its mails off or is no longer active, or the
    participation has another state.
    """
    if (notification_id := context.get("notification_id")) is not None:
        is_unread = select(CrewNotification.user_id).join(User, User.id == CrewNotification.user_id)
        is_unread = is_unread.where(_row.id == notification_id, _row.read_at.is_(None), User.is_active == true())
        user_id = session.scalar(is_unread)
        if user_id is None or is_muted(session, user_id, context["slug"], BY_MAIL):
            return False
    data = context["data"]
    if context["slug"] in _ABOUT_A_STATE and "participation_id" in data:
        state = select(Participation.state).where(Participation.id == data["participation_id"])
        return session.scalar(state) == data["state"]
    return True
