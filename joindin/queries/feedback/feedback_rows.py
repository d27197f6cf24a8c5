"""Feedback on talks as rows of an export: one for each person or device and talk, or for each of several texts."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from joindin.models import Talk, TalkComment, TalkRating, TalkSpeaker
from joindin.queries.talks import VISIBLE

MAX_ROWS = 50_000


@dataclass(frozen=True)
class FeedbackRow:
    """``comment`` is None for ratings without a text. ``written_at`` is the time of the text, else of the rating."""

    talk: Talk
    rating: int | None
    rating_2: int | None
    comment: TalkComment | None
    has_account: bool
    is_on_site: bool
    written_at: dt.datetime


def list_feedback(session, *, talk_id: int | None = None, event_id: int | None = None) -> list[FeedbackRow]:
    """Return the feedback on a visible talk, or on those of an event, by talk and time: four statements.

    Texts that are reported or wait, and ratings that hosts left out, are not in it.
    """
    is_chosen = Talk.id == talk_id if talk_id is not None else Talk.event_id == event_id
    found = select(Talk).join(Talk.event).where(is_chosen, *VISIBLE)
    loads = (
        joinedload(Talk.room),
        joinedload(Talk.language),
        selectinload(Talk.speakers).joinedload(TalkSpeaker.user),
    )
    talks = {talk.id: talk for talk in session.scalars(found.options(*loads))}
    ratings = {_rater(rating): rating for rating in _load(session, TalkRating, talks, is_left_out=False)}
    rows = []
    for comment in _load(session, TalkComment, talks, is_hidden=False):
        rating = ratings.pop(_rater(comment), None)
        rows.append(_row(talks[comment.talk_id], rating, comment))
    rows += (_row(talks[rating.talk_id], rating, None) for rating in ratings.values())
    return sorted(rows, key=lambda row: (row.talk.starts_at, row.talk.id, row.written_at))


def _load(session, model, talks, **values):
    rows = select(model).where(model.talk_id.in_(sorted(talks))).filter_by(**values)
    if model is TalkComment:
        rows = rows.options(joinedload(TalkComment.user))
    return session.scalars(rows.order_by(model.created_at, model.id).limit(MAX_ROWS)).all()


def _rater(row):
    """Return who gave a rating or a text about a talk. A row without user and device stands for itself."""
    is_known = row.user_id is not None or row.device_id is not None
    return (row.talk_id, row.user_id, row.device_id) if is_known else (row.talk_id, type(row), row.id)


def _row(talk, rating, comment):
    given = comment if comment is not None else rating
    return FeedbackRow(
        talk=talk,
        rating=(comment is not None and comment.rating) or (rating and rating.rating),
        rating_2=rating and rating.rating_2,
        comment=comment,
        has_account=given.user_id is not None,
        is_on_site=bool(rating and rating.is_on_site),
        written_at=given.created_at,
    )
