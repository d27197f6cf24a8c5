"""News about the talks of a user, and open decisions at the events that the user hosts, for the first own page."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import and_, exists, false, func, or_, select, true

from joindin.models import (
    Event,
    EventComment,
    EventCommentReport,
    Talk,
    TalkClaim,
    TalkComment,
    TalkCommentReport,
    TalkLink,
    TalkRating,
)
from joindin.queries.comment_reports import select_open_reports


class TalkNews(NamedTuple):
    """Numbers of new ratings by tap and new texts, and whether the talk has slides."""

    ratings: int
    texts: int
    has_slides: bool


class EventTasks(NamedTuple):
    """Numbers of claims, reports and texts about which the hosts have yet to decide."""

    claims: int
    reports: int
    texts: int


def load_talk_news(session, talk_ids: Collection[int], since: dt.datetime) -> dict[int, TalkNews]:
    """Return the news of talks by id: one statement."""
    is_slides = and_(TalkLink.talk_id == Talk.id, TalkLink.type == "slides_link")
    columns = (
        _count(TalkRating, TalkRating.talk_id == Talk.id, TalkRating.is_left_out == false(), since=since),
        _count(TalkComment, TalkComment.talk_id == Talk.id, TalkComment.is_hidden == false(), since=since),
        or_(func.coalesce(Talk.slides_url, "") != "", exists().where(is_slides)),
    )
    rows = session.execute(select(Talk.id, *columns).where(Talk.id.in_(sorted(talk_ids))))
    return {talk_id: TalkNews(ratings, texts, bool(has_slides)) for talk_id, ratings, texts, has_slides in rows}


def load_event_tasks(session, event_ids: Collection[int]) -> dict[int, EventTasks]:
    """Return the open decisions of events by id: one statement."""
    claims = (
        select(func.count())
        .select_from(TalkClaim)
        .join(Talk, Talk.id == TalkClaim.talk_id)
        .where(Talk.event_id == Event.id, TalkClaim.user_approved_at.is_not(None), TalkClaim.host_approved_at.is_(None))
    )
    columns = (
        _of_event(claims),
        _count_reports(EventCommentReport, EventComment) + _count_reports(TalkCommentReport, TalkComment),
        _of_event(select(func.count()).where(TalkComment.event_id == Event.id, TalkComment.is_waiting == true())),
    )
    rows = session.execute(select(Event.id, *columns).where(Event.id.in_(sorted(event_ids))))
    return {event_id: EventTasks(*numbers) for event_id, *numbers in rows}


def _count(model, *conditions, since):
    counted = select(func.count()).select_from(model).where(*conditions, model.created_at >= since)
    return counted.correlate(Talk).scalar_subquery()


def _count_reports(reports, comments):
    counted = select_open_reports(reports).with_only_columns(func.count())
    return _of_event(counted.where(comments.event_id == Event.id))


def _of_event(counted):
    return counted.correlate(Event).scalar_subquery()
