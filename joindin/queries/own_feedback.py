"""Comments and ratings of one person or device, for their own pages."""

import datetime as dt

from sqlalchemy import false, func, or_, select, true
from sqlalchemy.orm import contains_eager

from joindin.models import (
    DeviceStar,
    Event,
    EventComment,
    EventSettings,
    ScheduleAddress,
    Talk,
    TalkComment,
    TalkRating,
    TalkSpeaker,
    TalkStar,
)
from joindin.models.event_settings import ACCOUNT, OFF
from joindin.models.talk_comments import ANONYMOUS, EVERYONE, SPEAKERS
from joindin.queries.paging import Page, Paging
from joindin.queries.talks import VISIBLE

# Talks that ended longer ago are not named again.
REMINDER_TIME = dt.timedelta(days=30)
MAX_UNRATED_TALKS = 20


def list_own_talk_comments(session, user_id: int, paging: Paging) -> Page:
    """List the user's comments on visible talks, also private ones, newest first, with talk and event."""
    comments = (
        select(TalkComment)
        .join(TalkComment.talk)
        .join(Talk.event)
        .where(TalkComment.user_id == user_id, *VISIBLE)
        .order_by(TalkComment.created_at.desc(), TalkComment.id.desc())
        .options(contains_eager(TalkComment.talk).contains_eager(Talk.event))
    )
    return _page(session, comments, paging)


def get_last_level(session, user_id: int) -> tuple[str, bool] | None:
    """Return the level of the user's newest comment on a talk, and whether a private one is without the name; None without comments."""
    # By time, which has no index alone: PostgreSQL would search the newest ids of all users.
    newest = (
        select(TalkComment.is_private, TalkComment.is_name_hidden)
        .where(TalkComment.user_id == user_id)
        .order_by(TalkComment.created_at.desc(), TalkComment.id.desc())
        .limit(1)
    )
    row = session.execute(newest).first()
    if row is None:
        return None
    if row.is_private:
        return SPEAKERS, row.is_name_hidden
    return (ANONYMOUS if row.is_name_hidden else EVERYONE), False


def list_own_event_comments(session, user_id: int, paging: Paging) -> Page:
    """List the user's comments on visible events, newest first, with the event."""
    comments = (
        select(EventComment)
        .join(EventComment.event)
        .where(EventComment.user_id == user_id, Event.is_visible == true())
        .order_by(EventComment.created_at.desc(), EventComment.id.desc())
        .options(contains_eager(EventComment.event))
    )
    return _page(session, comments, paging)


def list_unrated_talks(session, user_id: int, now: dt.datetime) -> list[Talk]:
    """Return starred talks that began in the last days and that the user has neither rated nor commented on."""
    own = [
        select(model.id).where(model.talk_id == Talk.id, model.user_id == user_id).exists()
        for model in (TalkRating, TalkComment, TalkSpeaker)
    ]
    return _list_unrated(session, TalkStar, TalkStar.user_id == user_id, own, [OFF], now)


def list_talks_not_rated_from_device(session, device_id: int, now: dt.datetime) -> list[Talk]:
    """Return talks starred from a device, as :func:`list_unrated_talks`, of the events that take feedback without an account."""
    rated = select(TalkRating.id).where(TalkRating.talk_id == Talk.id, TalkRating.device_id == device_id).exists()
    return _list_unrated(session, DeviceStar, DeviceStar.device_id == device_id, [rated], [OFF, ACCOUNT], now)


def _list_unrated(session, star, is_own_star, feedback, excluded_access, now):
    talks = (
        select(Talk)
        .join(Talk.event)
        .join(star, star.talk_id == Talk.id)
        .outerjoin(EventSettings, EventSettings.event_id == Event.id)
        .where(
            is_own_star,
            *VISIBLE,
            Talk.has_feedback == true(),
            or_(EventSettings.event_id.is_(None), EventSettings.feedback_access.not_in(excluded_access)),
            Talk.starts_at <= now,
            Talk.starts_at >= now - REMINDER_TIME,
            *(~condition for condition in feedback),
        )
        .order_by(Talk.starts_at.desc(), Talk.id.desc())
        .limit(MAX_UNRATED_TALKS)
        .options(contains_eager(Talk.event))
    )
    return session.scalars(talks).all()


def list_device_ratings(session, device_id: int) -> list[TalkRating]:
    """Return the ratings of a device on visible talks with talk and event, newest first."""
    ratings = (
        select(TalkRating, Talk)
        .join(Talk, Talk.id == TalkRating.talk_id)
        .join(Talk.event)
        .where(TalkRating.device_id == device_id, *VISIBLE)
        .order_by(TalkRating.updated_at.desc(), TalkRating.id.desc())
        .options(contains_eager(Talk.event))
    )
    return session.execute(ratings).all()


def list_device_texts(session, device_id: int) -> list[TalkComment]:
    """Return the texts of a device about visible talks in any state with talk and event, newest first."""
    texts = (
        select(TalkComment)
        .join(TalkComment.talk)
        .join(Talk.event)
        .where(TalkComment.device_id == device_id, *VISIBLE)
        .order_by(TalkComment.created_at.desc(), TalkComment.id.desc())
        .options(contains_eager(TalkComment.talk).contains_eager(Talk.event))
    )
    return session.scalars(texts).all()


def count_device_contents(session, device_id: int) -> tuple[int, int, int]:
    """Return how many stars, ratings and addresses of calendars a device has."""
    counts = [
        select(func.count()).select_from(model).where(model.device_id == device_id).scalar_subquery()
        for model in (DeviceStar, TalkRating, ScheduleAddress)
    ]
    return tuple(session.execute(select(*counts)).one())


def list_spoken_talks(session, user_id: int, paging: Paging) -> Page:
    """List the visible talks of which the user is a claimed speaker, newest first, with event and links."""
    speaking = select(TalkSpeaker.talk_id).where(TalkSpeaker.user_id == user_id, TalkSpeaker.is_pending == false())
    talks = (
        select(Talk)
        .join(Talk.event)
        .where(Talk.id.in_(speaking), *VISIBLE)
        .order_by(Talk.starts_at.desc(), Talk.id.desc())
        .options(contains_eager(Talk.event))
    )
    return _page(session, talks, paging)


def _page(session, statement, paging):
    counted = statement.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    return Page(session.scalars(paging.slice(statement)).all(), session.scalar(counted), paging)
