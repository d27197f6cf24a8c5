"""Entries of the audit log about one event and its parts, for its organisers."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from joindin.models import AuditEntry, EventComment, Talk, TalkComment

SHOWN_ENTRIES = 10
RATING_ACTIONS = ("talk.accept_ratings", "talk.count_ratings", "talk.leave_out_ratings")


def list_event_history(session, event_id: int) -> Sequence[AuditEntry]:
    """Return the newest entries about the event itself: one statement, as the functions below."""
    return _list(session, AuditEntry.subject_type == "event", AuditEntry.subject_id == event_id)


def list_talk_history(session, talk_id: int) -> Sequence[AuditEntry]:
    return _list(session, AuditEntry.subject_type == "talk", AuditEntry.subject_id == talk_id)


def list_claim_history(session, event_id: int) -> Sequence[AuditEntry]:
    return _list(session, AuditEntry.action.startswith("claim."), *_is_about("talk", Talk, event_id))


def list_rating_history(session, event_id: int) -> Sequence[AuditEntry]:
    return _list(session, AuditEntry.action.in_(RATING_ACTIONS), *_is_about("talk", Talk, event_id))


def list_comment_history(session, event_id: int) -> Sequence[AuditEntry]:
    about = (_is_about("talk_comment", TalkComment, event_id), _is_about("event_comment", EventComment, event_id))
    return _list(session, or_(*(subject_type & subject_id for subject_type, subject_id in about)))


def _is_about(subject_type, model, event_id):
    ids = select(model.id).where(model.event_id == event_id)
    return AuditEntry.subject_type == subject_type, AuditEntry.subject_id.in_(ids)


def _list(session, *conditions):
    entries = select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc())
    return session.scalars(entries.limit(SHOWN_ENTRIES)).all()
