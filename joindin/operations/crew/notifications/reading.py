"""Reading of notifications by their user. Mails that wait for delivery are then left out."""

import datetime as dt

from sqlalchemy import update

from joindin.models.crew import CrewNotification


def mark_read(session, user_id: int, notification_id: int, *, now: dt.datetime) -> bool:
    """Mark a notification of the user as read. Return whether it was unread; others' do not count."""
    return _mark_read(session, now, CrewNotification.user_id == user_id, CrewNotification.id == notification_id)


def mark_all_read(session, user_id: int, *, now: dt.datetime) -> None:
    _mark_read(session, now, CrewNotification.user_id == user_id)


def _mark_read(session, now, *conditions):
    unread = update(CrewNotification).where(*conditions, CrewNotification.read_at.is_(None))
    return session.execute(unread.values(read_at=now).execution_options(synchronize_session=False)).rowcount > 0
