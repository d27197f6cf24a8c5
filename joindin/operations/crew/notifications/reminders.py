"""Reminders of shifts that begin soon, and of qualifications that expire. Several workers may run them at the same time."""

import datetime as dt

from sqlalchemy import and_, case, false, func, or_, select, true, update

from joindin.db.locking import begin_write
from joindin.models import User
from joindin.models.crew import (
    CONFIRMED,
    QUALIFICATION_EXPIRES,
    REMINDER_CHOICES,
    REMINDER_HOURS,
    SHIFT_REMINDER,
    CrewDetails,
    CrewProfile,
    Participation,
    Qualification,
    QualificationGrant,
    Shift,
)
from joindin.operations.crew.notifications.storing import describe_attendance, store_notifications
from joindin.queries.crew.notification_receivers import list_attendances, list_receivers

BATCH_SIZE = 200
EXPIRY_NOTICE = dt.timedelta(days=30)
# Individual times may begin before those of the shift.
MAX_EARLIER = dt.timedelta(days=1)


def remind_of_shifts(session, *, now: dt.datetime) -> int:
    """Remind a batch of confirmed people, each once before a shift, and return its size.

    Users choose the hours; guests and federated users have the default.
    """
    starts_at = func.coalesce(Participation.individual_starts_at, Shift.starts_at)
    hours = case((CrewProfile.user_id.is_not(None), CrewProfile.reminder_hours), else_=REMINDER_HOURS)
    is_due = or_(*(and_(hours == each, starts_at <= now + dt.timedelta(hours=each)) for each in REMINDER_CHOICES))
    due = (
        select(Participation.id)
        .join(Shift, Shift.id == Participation.shift_id)
        .join(CrewDetails, CrewDetails.event_id == Shift.event_id)
        .outerjoin(CrewProfile, CrewProfile.user_id == Participation.user_id)
        .where(
            Shift.starts_at.between(now - MAX_EARLIER, now + dt.timedelta(hours=max(REMINDER_CHOICES)) + MAX_EARLIER),
            Participation.state == CONFIRMED,
            Participation.placeholder_name.is_(None),
            Participation.reminded_at.is_(None),
            CrewDetails.is_draft == false(),
            starts_at > now,
            is_due,
        )
    )
    ids = _claim(session, due, Participation)
    if not ids:
        return 0
    session.execute(
        update(Participation)
        .where(Participation.id.in_(ids))
        .values(reminded_at=now)
        .execution_options(synchronize_session=False)
    )
    rows = list_attendances(session, Participation.id.in_(ids))
    store_notifications(session, SHIFT_REMINDER, [(row.receiver, describe_attendance(row)) for row in rows])
    return len(ids)


def announce_expiring_qualifications(session, *, now: dt.datetime) -> int:
    """Notify the users of a batch of qualifications that expire within 30 days, once for each expiry. Return its size."""
    grant = QualificationGrant
    due = (
        select(grant.id)
        .join(User, User.id == grant.user_id)
        .where(
            grant.expires_at > now,
            grant.expires_at <= now + EXPIRY_NOTICE,
            or_(grant.announced_expiry_at.is_(None), grant.announced_expiry_at != grant.expires_at),
            User.is_active == true(),
        )
    )
    ids = _claim(session, due, grant)
    if not ids:
        return 0
    session.execute(
        update(grant)
        .where(grant.id.in_(ids))
        .values(announced_expiry_at=grant.expires_at)
        .execution_options(synchronize_session=False)
    )
    rows = session.execute(
        select(grant.user_id, grant.expires_at, Qualification.title)
        .join(Qualification, Qualification.id == grant.qualification_id)
        .where(grant.id.in_(ids))
        .order_by(grant.id)
    ).all()
    receivers = {each.user_id: each for each in list_receivers(session, {row.user_id for row in rows})}
    items = [
        (receivers.get(row.user_id), {"qualification": row.title, "expires_at": row.expires_at.isoformat()})
        for row in rows
    ]
    store_notifications(session, QUALIFICATION_EXPIRES, items)
    return len(ids)


def _claim(session, due, model):
    """Lock the next rows. Those that another worker has locked are left to it."""
    begin_write(session)
    claimed = due.order_by(model.id).limit(BATCH_SIZE).with_for_update(of=model, skip_locked=True)
    return session.scalars(claimed).all()
