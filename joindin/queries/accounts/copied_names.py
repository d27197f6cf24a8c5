"""Copies of a user's names in other tables: contact names of events, entries of the audit log, waiting mails."""

import json
from collections.abc import Iterable

from sqlalchemy import Text, and_, cast, false, func, or_, select

from joindin.models import AuditEntry, Event, EventContact, EventHost, EventSettings, Mail, User
from joindin.utils.text import fold_case


def has_contact_address(user: User):
    """Return the condition that the contact of an event is the e-mail address of the user."""
    return func.lower(EventSettings.contact_address) == (user.email or "").lower()


def list_contact_events(session, user_id: int, names: Iterable[str | None]) -> list[tuple[int, str]]:
    """Return id and contact name of the events whose contact is the user.

    The user is stored with the event, or is a host and has the name of the contact: imported events have the name only.
    """
    keys = {fold_case(name) for name in names if name}
    hosted = select(EventHost.event_id).where(EventHost.user_id == user_id)
    stored = select(EventContact.event_id).where(EventContact.user_id == user_id)
    candidates = (
        select(Event.id, Event.contact_name, EventContact.user_id)
        .outerjoin(EventContact, EventContact.event_id == Event.id)
        .where(or_(Event.id.in_(stored), Event.id.in_(hosted)), Event.contact_name != "")
    )
    return [
        (event_id, contact_name)
        for event_id, contact_name, contact_id in session.execute(candidates.order_by(Event.id))
        if contact_id == user_id or (contact_id is None and fold_case(contact_name) in keys)
    ]


def list_audit_entries_about(session, user: User) -> list[AuditEntry]:
    """Return the entries whose subject is the user, or whose changes contain a name of the user."""
    is_subject = and_(AuditEntry.subject_type == "user", AuditEntry.subject_id == user.id)
    mentions = [_has_value(AuditEntry.changes, name) for name in (user.username, user.full_name) if name]
    return session.scalars(select(AuditEntry).where(or_(is_subject, *mentions)).order_by(AuditEntry.id)).all()


def list_waiting_mails_with(session, names: Iterable[str]) -> list[Mail]:
    """Return the mails that are not sent yet and whose context contains one of ``names``."""
    mentions = [_has_value(Mail.context, name) for name in names]
    return session.scalars(
        select(Mail).where(Mail.due_at.is_not(None), or_(false(), *mentions)).order_by(Mail.id)
    ).all()


def _has_value(column, value):
    """Return the condition that the stored JSON contains this text, quoted."""
    return cast(column, Text).contains(json.dumps(value), autoescape=True)
