"""New feedback on the talks of speakers that no other mail tells them of: ratings by tap, and texts of guests."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import and_, false, func, or_, select, true

from joindin.models import (
    AuditEntry,
    Event,
    EventSettings,
    Mail,
    MailOptOut,
    Talk,
    TalkComment,
    TalkRating,
    TalkSpeaker,
    User,
)
from joindin.models.crew import CrewProfile

_NEW_RATING = (TalkRating.talk_id == Talk.id, TalkRating.is_left_out == false())
_NEW_TEXT = (TalkComment.talk_id == Talk.id, TalkComment.user_id.is_(None), TalkComment.is_hidden == false())
# Texts that waited are new when a host releases them. The audit log has the time.
_RELEASES = (AuditEntry.subject_type == "talk_comment", AuditEntry.action == "talk_comment.release")
_TEXT_SHOWN_AT = func.coalesce(
    select(func.max(AuditEntry.occurred_at))
    .where(*_RELEASES, AuditEntry.subject_id == TalkComment.id)
    .scalar_subquery(),
    TalkComment.created_at,
)
_OF_SPEAKERS = (TalkSpeaker.is_pending == false(), Talk.is_active == true(), Event.is_visible == true())


class NewFeedback(NamedTuple):
    """A rating or a text about a talk of a user. ``language`` is that of the user, else of the event, or None."""

    user_id: int
    talk_id: int
    title: str
    event: str
    language: str | None
    shown_at: dt.datetime
    is_text: bool


def list_speakers_with_feedback(session, topic: str, since: dt.datetime, until: dt.datetime) -> list[int]:
    """Return the ids of active users with an address whose talks got feedback, and who want mails of the topic."""
    opted_out = select(MailOptOut.user_id).where(MailOptOut.topic == topic)
    speakers = (
        select(TalkSpeaker.user_id)
        .join(Talk, Talk.id == TalkSpeaker.talk_id)
        .join(Event, Event.id == Talk.event_id)
        .join(User, User.id == TalkSpeaker.user_id)
        .where(
            *_OF_SPEAKERS,
            User.is_active == true(),
            User.email != "",
            User.id.not_in(opted_out),
            or_(
                Talk.id.in_(select(TalkRating.talk_id).where(*_NEW_RATING[1:], *_is_new(TalkRating, since, until))),
                Talk.id.in_(select(TalkComment.talk_id).where(*_NEW_TEXT[1:], *_is_new(TalkComment, since, until))),
            ),
        )
    )
    return session.scalars(speakers.distinct().order_by(TalkSpeaker.user_id)).all()


def load_new_feedback(session, user_ids: Collection[int], since: dt.datetime, until: dt.datetime) -> list[NewFeedback]:
    """Return a row for each rating and text on the users' talks, by the start of the talk: two statements."""
    return [
        NewFeedback(*row, is_text)
        for model, conditions, is_text in ((TalkRating, _NEW_RATING, False), (TalkComment, _NEW_TEXT, True))
        for row in session.execute(_feedback(model, conditions, user_ids, since, until))
    ]


def load_last_mails(session, kind: str, user_ids: Collection[int]) -> dict[int, dt.datetime]:
    """Return when the users last got a mail of the kind, if the outbox still has it."""
    last = select(Mail.user_id, func.max(Mail.created_at)).where(Mail.kind == kind, Mail.user_id.in_(user_ids))
    return dict(session.execute(last.group_by(Mail.user_id)).all())


def _published_at(model):
    return _TEXT_SHOWN_AT if model is TalkComment else model.created_at


def _is_new(model, since, until):
    """Return the conditions for feedback that was shown from ``since`` until before ``until``."""
    conditions = _published_at(model) >= since, _published_at(model) < until
    if model is TalkRating:
        return conditions
    # Found by index: only these can have been shown in that time.
    in_time = AuditEntry.occurred_at >= since, AuditEntry.occurred_at < until
    released = select(AuditEntry.subject_id).where(*_RELEASES, *in_time)
    created = and_(model.created_at >= since, model.created_at < until)
    return or_(created, model.id.in_(released)), *conditions


def _feedback(model, conditions, user_ids, since, until):
    language = func.coalesce(CrewProfile.preferred_language, EventSettings.language)
    return (
        select(TalkSpeaker.user_id, Talk.id, Talk.title, Event.name, language, _published_at(model))
        .join(Talk, Talk.id == TalkSpeaker.talk_id)
        .join(Event, Event.id == Talk.event_id)
        .join(model, and_(*conditions))
        .outerjoin(CrewProfile, CrewProfile.user_id == TalkSpeaker.user_id)
        .outerjoin(EventSettings, EventSettings.event_id == Event.id)
        .where(*_OF_SPEAKERS, TalkSpeaker.user_id.in_(user_ids), *_is_new(model, since, until))
        .order_by(Talk.starts_at, Talk.id, model.id)
    )
