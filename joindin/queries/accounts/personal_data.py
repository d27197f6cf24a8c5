"""The personal data that is stored about a user.

It is read from the table definitions: every row that refers to the user is part of it, also in tables that are added
later. Credentials are left out.
"""

from sqlalchemy import or_, select

from joindin.db.base import Base
from joindin.models import Event, EventSettings, Mail, Talk, User
from joindin.models.crew import (
    FOR_RESPONSIBLES,
    CrewGuest,
    Participation,
    ParticipationComment,
    Qualification,
    Question,
    QuestionAnswer,
    Shift,
)
from joindin.queries.accounts.copied_names import has_contact_address, list_audit_entries_about, list_contact_events
from joindin.queries.crew.people.guest_accounts import list_guest_ids

# Columns with credentials, besides all hashes.
SECRETS = ("secret", "public_key", "credential_id", "code_challenge")
LOOKUP_KEYS = ("username_key", "lookalike_key", "email_key", "full_name_key")


def collect_personal_data(session, user: User) -> dict[str, list[dict]]:
    """Return the rows by table; a table that refers to the user by several columns is listed once for each."""
    found = {"users": _rows(session, User.__table__, User.__table__.c.id, user.id)}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "users" for key in column.foreign_keys):
                name = table.name if column.name == "user_id" else f"{table.name}.{column.name}"
                found[name] = _rows(session, table, column, user.id)
    # The content of a mail may be a link that gives access to the account.
    of_user = or_(Mail.recipient == user.email, Mail.user_id == user.id)
    found["outbox"] = [
        {"kind": mail.kind, "recipient": mail.recipient, "created_at": mail.created_at, "sent_at": mail.sent_at}
        for mail in session.scalars(select(Mail).where(of_user).order_by(Mail.id))
    ]
    contacts = list_contact_events(session, user.id, (user.username, user.full_name))
    found["contact_names"] = [{"event_id": event_id, "contact_name": name} for event_id, name in contacts]
    found["contact_addresses"] = [
        {"event_id": row.event_id, "contact_address": row.contact_address}
        for row in session.scalars(
            select(EventSettings).where(has_contact_address(user)).order_by(EventSettings.event_id)
        )
    ]
    found["audit_entries.subject"] = [
        {"occurred_at": entry.occurred_at, "action": entry.action, "changes": entry.changes}
        for entry in list_audit_entries_about(session, user)
    ]
    found |= _crew_rows(session, user)
    found["names"] = _names(session, found)
    return found


def _crew_rows(session, user):
    """Return what belongs to participations of the user, and the guests with the user's proven address."""
    own = select(Participation.id).where(Participation.user_id == user.id)
    comments, answers = ParticipationComment.__table__, QuestionAnswer.__table__
    is_shown = comments.c.visibility != FOR_RESPONSIBLES
    guest_ids = list_guest_ids(session, user)
    return {
        "participation_comments.participation_id": _select(
            session, comments, comments.c.participation_id.in_(own), is_shown
        ),
        "question_answers": _select(session, answers, answers.c.participation_id.in_(own)),
        "crew_guests": _select(session, CrewGuest.__table__, CrewGuest.id.in_(guest_ids)),
        "participations.guest_id": _select(session, Participation.__table__, Participation.guest_id.in_(guest_ids)),
    }


def _rows(session, table, column, user_id):
    return _select(session, table, column == user_id)


def _select(session, table, *conditions):
    hidden = SECRETS + LOOKUP_KEYS
    columns = [each for each in table.columns if each.name not in hidden and not each.name.endswith("_hash")]
    rows = session.execute(select(*columns).where(*conditions).order_by(*table.primary_key.columns))
    return [dict(row) for row in rows.mappings()]


def _names(session, found):
    """Return the names of the events, talks, shifts and others whose ids occur in the rows."""
    rows = [row for those in found.values() for row in those]
    names = []
    for kind, model, name in (
        ("event", Event, Event.name),
        ("talk", Talk, Talk.title),
        ("shift", Shift, Shift.label),
        ("qualification", Qualification, Qualification.title),
        ("question", Question, Question.text),
    ):
        ids = sorted({row[f"{kind}_id"] for row in rows if row.get(f"{kind}_id")})
        for start in range(0, len(ids), 1000):
            some = session.execute(select(model.id, name).where(model.id.in_(ids[start : start + 1000])))
            names += [{"kind": kind, "id": id_, "name": text} for id_, text in some]
    return names
