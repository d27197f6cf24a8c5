"""Copies of a user's names in other tables: they follow the user, and go with the account.

The name that an event shows as its contact is a copy, and so may be the e-mail address. The audit log and the outbox hold names and addresses beside ids.
Names of speakers that hosts wrote are part of the programme and stay; a claim replaces them by the user's name.
"""

from collections.abc import Iterable

from sqlalchemy import and_, delete, or_, select, update

from joindin.models import (
    MAX_AUTHOR_NAME_LENGTH,
    AuditEntry,
    EmailChange,
    Event,
    EventComment,
    EventSettings,
    FormerEmail,
    Mail,
    Registration,
    TalkSpeaker,
    User,
)
from joindin.performance.sql.reader import batched
from joindin.queries.accounts.copied_names import (
    has_contact_address,
    list_audit_entries_about,
    list_contact_events,
    list_waiting_mails_with,
)

# Fields of the audit log: those that a changed account has, and those of other objects that hold names of users.
_ACCOUNT_FIELDS = ("username", "full_name", "email", "requested email")
_NAME_FIELDS = ("speaker", "host", "member")


def rename_copies(session, user: User, *, old_names: Iterable[str | None]) -> None:
    """Have the events whose contact is the user show the present name. ``old_names`` are those of imported events."""
    _set_contact_name(session, list_contact_events(session, user.id, old_names), user.full_name or user.username)
    if user.full_name:
        claimed = (TalkSpeaker.user_id == user.id, TalkSpeaker.listed_name.is_not(None))
        written = (EventComment.user_id == user.id, EventComment.author_name.is_not(None))
        for renamed in (
            update(TalkSpeaker).where(*claimed).values(name=user.full_name),
            update(EventComment).where(*written).values(author_name=user.full_name[:MAX_AUTHOR_NAME_LENGTH]),
        ):
            session.execute(renamed.execution_options(synchronize_session=False))


def remove_copied_names(session, user: User) -> None:
    """Remove the names and the address of a user who is about to be deleted. The user and the events are locked."""
    _set_contact_name(session, list_contact_events(session, user.id, (user.username, user.full_name)), None)
    contact = update(EventSettings).where(has_contact_address(user)).values(contact_address=None)
    session.execute(contact.execution_options(synchronize_session=False))
    comments = update(EventComment).where(EventComment.user_id == user.id).values(author_name=None)
    session.execute(comments.execution_options(synchronize_session=False))
    claimed = (TalkSpeaker.user_id == user.id, TalkSpeaker.listed_name.is_not(None))
    restored = update(TalkSpeaker).where(*claimed).values(name=TalkSpeaker.listed_name, listed_name=None)
    session.execute(restored.execution_options(synchronize_session=False))
    _remove_from_outbox(session, user)
    _remove_from_audit_log(session, user)


def _set_contact_name(session, contact_events, name):
    for ids in batched(event_id for event_id, _ in contact_events):
        renamed = update(Event).where(Event.id.in_(ids)).values(contact_name=name)
        session.execute(renamed.execution_options(synchronize_session=False))


def _remove_from_outbox(session, user):
    """Delete the mails to the user and the registrations with the address; hide the name and address in other mails."""
    addresses = [user.email] if user.email else []
    for model in (EmailChange, FormerEmail):
        addresses += session.scalars(select(model.email).where(model.user_id == user.id))
    to_user = or_(Mail.user_id == user.id, Mail.recipient.in_(addresses))
    session.execute(delete(Mail).where(to_user).execution_options(synchronize_session=False))
    session.execute(delete(Registration).where(Registration.email.in_(addresses)))
    if user.email:
        answered = (Mail.reply_to.contains(user.email, autoescape=True), Mail.due_at.is_(None))
        cleared = update(Mail).where(*answered).values(reply_to=None)
        session.execute(cleared.execution_options(synchronize_session=False))
    names = {user.username, user.full_name} - {None, ""}
    for mail in list_waiting_mails_with(session, names):
        mail.context = {
            field: _placeholder(user) if isinstance(value, str) and value in names else value
            for field, value in mail.context.items()
        }


def _placeholder(user):
    return f"deleted account {user.id}"


def _remove_from_audit_log(session, user):
    """Replace the names by the id of the account, which does not tell who it was but keeps entries together."""
    placeholder = _placeholder(user)
    is_subject = and_(AuditEntry.subject_type == "user", AuditEntry.subject_id == user.id)
    # Users who delete themselves have no id in that entry.
    has_deleted_itself = and_(is_subject, AuditEntry.actor_id.is_(None), AuditEntry.actor_name == user.username)
    is_actor = or_(AuditEntry.actor_id == user.id, has_deleted_itself)
    names = {user.username, user.full_name} - {None, ""}
    for entry in list_audit_entries_about(session, user):
        hidden_fields = _ACCOUNT_FIELDS if (entry.subject_type, entry.subject_id) == ("user", user.id) else ()
        entry.changes = {
            field: [
                placeholder
                if value and (field in hidden_fields or (field in _NAME_FIELDS and value in names))
                else value
                for value in values
            ]
            for field, values in entry.changes.items()
        }
    session.flush()
    for condition, values in ((is_actor, {"actor_name": placeholder}), (is_subject, {"subject_name": placeholder})):
        session.execute(update(AuditEntry).where(condition).values(values).execution_options(synchronize_session=False))
