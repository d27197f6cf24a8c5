"""Copies of a user's names in other tables: contact names of events, and entries of the audit log about the user."""

import json
from collections.abc import Iterable

from sqlalchemy import Text, and_, cast, or_, select

from joindin.models import AuditEntry, Event, EventContact, EventHost, User
from joindin.utils.text import fold_case


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
    quoted_names = [json.dumps(name) for name in (user.username, user.full_name) if name]
    mentions = [cast(AuditEntry.changes, Text).contains(name, autoescape=True) for name in quoted_names]
    return session.scalars(select(AuditEntry).where(or_(is_subject, *mentions)).order_by(AuditEntry.id)).all()
