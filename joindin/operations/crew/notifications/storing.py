"""Storing of notifications: a row for the list and a mail, as the receiver wants them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert

from joindin.models import Mail
from joindin.models.crew import BY_MAIL, CREW_MAIL, IN_LIST, NOTIFICATION_TYPES, CrewNotification
from joindin.operations.outbox import mark_mail_enqueued
from joindin.queries.crew.notification_receivers import Attendance, Receiver
from joindin.utils.datetimes import utc_now

MAX_ADDRESS_LENGTH = Mail.__table__.c.recipient.type.length


def store_notifications(
    session, slug: str, items: Iterable[tuple[Receiver | None, dict[str, Any]]], *, actor_id: int | None = None
) -> None:
    """Store a notification for each receiver, with its facts. The acting user gets none."""
    now, mails, rows = utc_now(), [], []
    for receiver, facts in items:
        if receiver is None or (receiver.user_id is not None and receiver.user_id == actor_id):
            continue
        is_mailed, is_listed = _is_wanted(receiver, slug, BY_MAIL), _is_wanted(receiver, slug, IN_LIST)
        row = None
        if receiver.user_id is not None and (is_mailed or is_listed):
            row = CrewNotification(user_id=receiver.user_id, slug=slug, data=facts, is_listed=is_listed, created_at=now)
            rows.append(row)
        if is_mailed and receiver.email and len(receiver.email) <= MAX_ADDRESS_LENGTH:
            mails.append((receiver, facts, row))
    session.add_all(rows)
    session.flush()
    if mails:
        session.execute(insert(Mail), [_build_mail(slug, *mail, now) for mail in mails])
        mark_mail_enqueued(session)


def describe_attendance(attendance: Attendance) -> dict[str, Any]:
    """Return the facts of a participation for texts, and those by which a mail is known to be outdated."""
    return {
        "event_id": attendance.event_id,
        "event": attendance.event_title,
        "location": attendance.location or "",
        "shift_id": attendance.shift_id,
        "shift": attendance.label,
        "meets_at": attendance.meets_at.isoformat(),
        "starts_at": attendance.starts_at.isoformat(),
        "ends_at": attendance.ends_at.isoformat(),
        "person": attendance.name,
        "participation_id": attendance.participation_id,
        "state": attendance.state,
    }


def _is_wanted(receiver, slug, way):
    return NOTIFICATION_TYPES[slug].is_mandatory or (slug, way) not in receiver.muted


def _build_mail(slug, receiver, facts, row, now):
    context = {
        "slug": slug,
        "language": receiver.language,
        "name": receiver.name,
        "data": facts,
        "notification_id": row.id if row else None,
        "federation_guest_id": receiver.federation_guest_id,
    }
    # The key that the outbox encrypts.
    if receiver.guest_token:
        context["token"] = receiver.guest_token
    return {
        "kind": CREW_MAIL,
        "recipient": receiver.email,
        "user_id": receiver.user_id,
        "context": context,
        "created_at": now,
        "due_at": now,
    }
