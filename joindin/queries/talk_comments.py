"""Talk comments and the reports about them. Private and hidden comments are found by nobody."""

import datetime as dt

from sqlalchemy import false, func, select
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Event, Talk, TalkComment, TalkCommentReport
from joindin.queries.paging import Page, Paging

PUBLIC = (TalkComment.is_private == false(), TalkComment.is_hidden == false())

# All that a representation of a comment reads.
SHOWN = (
    joinedload(TalkComment.user),
    joinedload(TalkComment.talk).load_only(Talk.title),
    joinedload(TalkComment.event).load_only(Event.timezone, Event.slug),
)


def find_talk_comment(session, comment_id: int) -> TalkComment:
    """A comment that is neither private nor hidden; :raises NotFound: otherwise."""
    comment = session.scalar(select(TalkComment).where(TalkComment.id == comment_id, *PUBLIC).options(*SHOWN))
    if comment is None:
        raise NotFound("Comment not found")
    return comment


def find_hidden_talk_comment(session, comment_id: int) -> TalkComment:
    """A comment that may be hidden, with all that is told of it when it is reported; private ones are not found."""
    comment = session.scalar(
        select(TalkComment)
        .where(TalkComment.id == comment_id, TalkComment.is_private == false())
        .options(
            joinedload(TalkComment.user),
            joinedload(TalkComment.talk).load_only(Talk.title),
            joinedload(TalkComment.event).load_only(Event.name, Event.slug),
        )
    )
    if comment is None:
        raise NotFound("Comment not found")
    return comment


def list_talk_comments(session, talk_id: int, paging: Paging) -> Page:
    """The comments on a talk, oldest first."""
    return _page(session, TalkComment.talk_id == talk_id, (TalkComment.created_at, TalkComment.id), paging)


def list_event_talk_comments(session, event_id: int, paging: Paging) -> Page:
    """The comments on all talks of an event, newest first."""
    return _page(session, TalkComment.event_id == event_id, NEWEST_FIRST, paging)


def list_user_talk_comments(session, user_id: int, paging: Paging) -> Page:
    """What somebody said about talks, newest first."""
    return _page(session, TalkComment.user_id == user_id, NEWEST_FIRST, paging)


def list_open_talk_reports(session, event_id: int) -> Page:
    """Reports nobody has decided about, oldest first; never paged (spec 8.6).

    Hosts see what is hidden, but not what was said in private.
    """
    rows = (
        select(TalkCommentReport)
        .join(TalkCommentReport.comment)
        .where(
            TalkComment.event_id == event_id,
            TalkComment.is_private == false(),
            TalkCommentReport.decision.is_(None),
        )
        .options(
            joinedload(TalkCommentReport.comment).options(*SHOWN),
            joinedload(TalkCommentReport.reporter),
            joinedload(TalkCommentReport.decider),
        )
        .order_by(TalkCommentReport.id)
    )
    reports = session.scalars(rows).all()
    return Page(reports, len(reports))


def has_rated_talk(session, talk_id: int, user_id: int) -> bool:
    """Whether this person rated the talk, be it in private or in a comment that is hidden by now."""
    rated = select(TalkComment.id).where(
        TalkComment.talk_id == talk_id, TalkComment.user_id == user_id, TalkComment.rating > 0
    )
    return session.scalar(rated.limit(1)) is not None


def has_commented_on_talk(session, talk_id: int, user_id: int, text: str) -> bool:
    """Whether this person already left just these words, however long ago."""
    said = select(TalkComment.id).where(
        TalkComment.talk_id == talk_id, TalkComment.user_id == user_id, TalkComment.text == text
    )
    return session.scalar(said.limit(1)) is not None


def recent_talk_comments(session, user_id: int, *, since: dt.datetime) -> tuple[int, dt.datetime | None]:
    """How many comments on talks somebody wrote after ``since``, and when the oldest of them."""
    recent = select(func.count(), func.min(TalkComment.created_at)).where(
        TalkComment.user_id == user_id, TalkComment.created_at > since
    )
    return session.execute(recent).one()


NEWEST_FIRST = (TalkComment.created_at.desc(), TalkComment.id.desc())


def _page(session, condition, order, paging):
    total = session.scalar(select(func.count()).select_from(TalkComment).where(condition, *PUBLIC))
    rows = select(TalkComment).where(condition, *PUBLIC).options(*SHOWN).order_by(*order)
    return Page(session.scalars(paging.slice(rows)).all(), total, paging)
