"""Reads of the feedback pages that need a room or the ratings of one person."""

import datetime as dt

from sqlalchemy import and_, bindparam, case, false, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from joindin.errors import NotFound
from joindin.models import (
    CANCELLED_TALK,
    Event,
    EventComment,
    EventCommentReport,
    Room,
    Talk,
    TalkComment,
    TalkCommentReport,
    TalkSpeaker,
    TalkStar,
)
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.comments import MSG_COMMENT_NOT_FOUND
from joindin.queries.paging import Paging

MAX_TALKS_OF_DAY, MAX_SHOWN_COMMENTS = 200, 10_000
# A talk is rated at the door of its room from this part of its length on, until some minutes after its end.
RATED_FROM = 0.6
RATED_UNTIL_AFTER_END = dt.timedelta(minutes=20)

_REPORTS = {EventComment: EventCommentReport, TalkComment: TalkCommentReport}
_rooms = Room.__table__
_ROOM = CompiledStatement(select(_rooms).where(_rooms.c.id == bindparam("room_id")))

_SEATS = CompiledStatement(
    select(func.coalesce(func.sum(_rooms.c.capacity), 0)).where(_rooms.c.event_id == bindparam("event_id"))
)


def find_room_by_code(session, code: str) -> tuple[Room, Event]:
    """Return the room of a printed code and its visible event; :raises NotFound: if there is none.

    Codes are stored in lower case. The case of ``code`` does not count, because people type it from paper.
    """
    statement = select(Room, Event).join(Event, Event.id == Room.event_id)
    row = session.execute(statement.where(Room.code == code.lower(), Event.is_visible == true())).first()
    if row is None:
        raise NotFound("Room not found")
    return row.Room, row.Event


def get_room(connection, room_id: int | None):
    """Return the row of a room, or None."""
    return None if room_id is None else connection.execute(_ROOM, {"room_id": room_id}).first()


def count_seats_of_rooms(connection, event_id: int) -> int:
    """Return the sum of the capacities of the rooms of an event."""
    return connection.execute(_SEATS, {"event_id": event_id}).scalar()


def list_room_talks(session, room_id: int, *, starts_from: dt.datetime, starts_before: dt.datetime) -> list[Talk]:
    """Return the visible talks of a room that start within a range of time, with their speakers: two statements."""
    talks = (
        select(Talk)
        .where(
            Talk.room_id == room_id,
            Talk.is_active == true(),
            Talk.starts_at >= starts_from,
            Talk.starts_at < starts_before,
        )
        .order_by(Talk.starts_at, Talk.id)
        .limit(MAX_TALKS_OF_DAY)
        .options(selectinload(Talk.speakers).joinedload(TalkSpeaker.user))
    )
    return session.scalars(talks).all()


def find_rated_now(talks: list[Talk], now: dt.datetime) -> Talk | None:
    """Return the last of the talks that is over to a large part, or ended a few minutes ago."""
    for talk in reversed(talks):
        length = dt.timedelta(minutes=talk.duration or 0)
        if talk.starts_at + length * RATED_FROM <= now <= talk.starts_at + length + RATED_UNTIL_AFTER_END:
            return talk
    return None


def get_rating_of_comments(session, talk_id: int, user_id: int) -> int | None:
    """Return the rating of the user's comments on the talk that counts, or None."""
    rating = select(TalkComment.rating).where(
        TalkComment.talk_id == talk_id, TalkComment.user_id == user_id, TalkComment.rating > 0
    )
    return session.scalar(rating.order_by(TalkComment.id).limit(1))


def list_begun_talks(session, event_id: int, now: dt.datetime, paging: Paging, user_id: int | None) -> list[Talk]:
    """Return the talks that have begun: those that the user starred first, then the newest first; two statements."""
    is_starred = select(TalkStar.talk_id).where(TalkStar.user_id == user_id)
    talks = (
        select(Talk)
        .where(*_begun(event_id, now))
        .order_by(case((Talk.id.in_(is_starred), 0), else_=1), Talk.starts_at.desc(), Talk.id)
        .options(selectinload(Talk.speakers).joinedload(TalkSpeaker.user))
    )
    return session.scalars(paging.slice(talks)).all()


def count_begun_talks(session, event_id: int, now: dt.datetime) -> int:
    return session.scalar(select(func.count()).select_from(Talk).where(*_begun(event_id, now)))


def get_next_start(session, event_id: int, now: dt.datetime) -> dt.datetime | None:
    """Return when the next talk of the event begins, or None if all have begun."""
    later = select(func.min(Talk.starts_at)).where(Talk.event_id == event_id, Talk.starts_at > now)
    return session.scalar(later)


def list_starred_talk_ids(session, event_id: int, user_id: int) -> set[int]:
    starred = select(TalkStar.talk_id).join(Talk, Talk.id == TalkStar.talk_id)
    return set(session.scalars(starred.where(Talk.event_id == event_id, TalkStar.user_id == user_id)))


def _begun(event_id, now):
    return (
        Talk.event_id == event_id,
        Talk.is_active == true(),
        Talk.has_feedback == true(),
        Talk.starts_at <= now,
        Talk.state != CANCELLED_TALK,
    )


def find_shown_comment(
    session,
    model: type[TalkComment] | type[EventComment],
    comment_id: int,
    *,
    author_id: int | None = None,
    or_reported: bool = False,
    or_own_hidden: bool = False,
):
    """Return a comment that is shown to everyone, with its author, event and, of a talk, the talk and its speakers.

    With ``author_id``, also that user's own one for the speakers and hosts. With ``or_reported``, also one that is hidden
    because of a report. With ``or_own_hidden``, also a hidden one of the user with ``author_id``.

    :raises NotFound: if there is none.
    """
    is_found = model.is_hidden == false()
    if or_reported:
        report = _REPORTS[model]
        is_reported = select(report.id).where(report.comment_id == model.id).exists()
        if model is TalkComment:
            is_reported = and_(TalkComment.is_waiting == false(), is_reported)
        is_found = or_(is_found, is_reported)
    if or_own_hidden:
        is_found = or_(is_found, model.user_id == author_id)
    conditions = [model.id == comment_id, is_found, Event.is_visible == true()]
    options = [joinedload(model.user), contains_eager(model.event)]
    statement = select(model).join(model.event).where(*conditions).options(*options)
    if model is TalkComment:
        is_readable = TalkComment.is_private == false()
        if author_id is not None:
            is_readable = or_(is_readable, TalkComment.user_id == author_id)
        statement = (
            statement.join(TalkComment.talk)
            .where(is_readable, Talk.is_active == true())
            .options(contains_eager(TalkComment.talk))
        )
    comment = session.scalar(statement)
    if comment is None:
        raise NotFound(MSG_COMMENT_NOT_FOUND)
    return comment


def get_sent_comment_id(
    session, model: type[TalkComment] | type[EventComment], *, rating: int, since: dt.datetime, **values
) -> int | None:
    """Return the id of the shown comment with these values that was stored from ``since`` on, or None.

    A rating that does not count is stored as 0. Rating 0 stands for any: people who have rated are not asked again.
    """
    ids = select(model.id).filter_by(is_hidden=False, **values).where(model.created_at >= since)
    if rating:
        ids = ids.where(model.rating.in_((0, rating)))
    return session.scalar(ids.order_by(model.id.desc()).limit(1))


def has_open_report(session, comment: TalkComment | EventComment) -> bool:
    report = _REPORTS[type(comment)]
    open_reports = select(report.id).where(report.comment_id == comment.id, report.decision.is_(None))
    return session.scalar(open_reports.limit(1)) is not None


def list_shown_comment_ids(session, model: type[TalkComment] | type[EventComment], of_subject) -> list[int]:
    """Return the ids of the first public comments of a talk or an event, which ``of_subject`` selects."""
    is_public = [model.is_hidden == false()]
    if model is TalkComment:
        is_public.append(TalkComment.is_private == false())
    ids = select(model.id).where(of_subject, *is_public).order_by(model.id).limit(MAX_SHOWN_COMMENTS)
    return session.scalars(ids).all()


def find_answerable_comment(session, comment_id: int) -> TalkComment:
    """Return a comment on a visible talk that its speakers may read: not hidden, private or not; :raises NotFound: if there is none."""
    comment = session.scalar(
        select(TalkComment)
        .join(TalkComment.event)
        .join(TalkComment.talk)
        .where(
            TalkComment.id == comment_id,
            TalkComment.is_hidden == false(),
            Event.is_visible == true(),
            Talk.is_active == true(),
        )
        .options(joinedload(TalkComment.user), contains_eager(TalkComment.event), contains_eager(TalkComment.talk))
    )
    if comment is None:
        raise NotFound(MSG_COMMENT_NOT_FOUND)
    return comment
