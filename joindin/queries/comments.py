"""Event comments and the reports about them."""

from sqlalchemy import false, func, select
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Event, EventComment, EventCommentReport
from joindin.queries.paging import Page, Paging

# All that a representation of a comment reads.
SHOWN = (
    joinedload(EventComment.user),
    joinedload(EventComment.event).load_only(Event.timezone, Event.slug),
)


def find_event_comment(session, comment_id: int) -> EventComment:
    """A comment that is not hidden; :raises NotFound: otherwise."""
    comment = session.scalar(
        select(EventComment).where(EventComment.id == comment_id, EventComment.is_hidden == false()).options(*SHOWN)
    )
    if comment is None:
        raise NotFound("Comment not found")
    return comment


def find_any_event_comment(session, comment_id: int) -> EventComment:
    """A comment, hidden or not; :raises NotFound: if there is none."""
    comment = session.scalar(select(EventComment).where(EventComment.id == comment_id).options(*SHOWN))
    if comment is None:
        raise NotFound("Comment not found")
    return comment


def list_event_comments(session, event_id: int, paging: Paging) -> Page:
    """The comments of an event that are not hidden, newest first."""
    shown = (EventComment.event_id == event_id, EventComment.is_hidden == false())
    rows = select(EventComment).where(*shown).options(*SHOWN)
    newest_first = rows.order_by(EventComment.created_at.desc(), EventComment.id.desc())
    total = session.scalar(select(func.count()).select_from(EventComment).where(*shown))
    return Page(session.scalars(paging.slice(newest_first)).all(), total, paging)


def list_open_event_reports(session, event_id: int) -> Page:
    """Reports nobody has decided about, oldest first; never paged (spec 5.5)."""
    rows = (
        select(EventCommentReport)
        .join(EventCommentReport.comment)
        .where(EventComment.event_id == event_id, EventCommentReport.decision.is_(None))
        .options(
            joinedload(EventCommentReport.comment).options(*SHOWN),
            joinedload(EventCommentReport.reporter),
            joinedload(EventCommentReport.decider),
        )
        .order_by(EventCommentReport.id)
    )
    reports = session.scalars(rows).all()
    return Page(reports, len(reports))


def has_rated_event(session, event_id: int, user_id: int) -> bool:
    rated = select(EventComment.id).where(
        EventComment.event_id == event_id, EventComment.user_id == user_id, EventComment.rating > 0
    )
    return session.scalar(rated.limit(1)) is not None


def has_said(session, event_id: int, user_id: int, text: str) -> bool:
    """Whether this person already left just these words at the event, however long ago."""
    said = select(EventComment.id).where(
        EventComment.event_id == event_id, EventComment.user_id == user_id, EventComment.text == text
    )
    return session.scalar(said.limit(1)) is not None
