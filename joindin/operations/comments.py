"""Saying something about an event, and dealing with what should not have been said."""

import datetime as dt

from sqlalchemy import Integer, bindparam, select, update

from joindin.db.locking import lock_row
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import Event, EventComment, EventCommentReport
from joindin.operations.audit import log_action
from joindin.operations.outbox import enqueue_notification
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.write_statements import increment_counters, insert_comment_statement
from joindin.queries.accounts.users import list_hosts_to_notify
from joindin.queries.comments import get_event_comment_context
from joindin.viewer import UserSnapshot

RATINGS = range(1, 6)
DECISIONS = ("approved", "denied")
MSG_REPORT_DECIDED = "Somebody has decided about that comment already"


def add_event_comment(
    connection, event_id: int, *, author: UserSnapshot, text: str, rating: float, source: str, now: dt.datetime
) -> int:
    """Add a comment, and tell its id. The rating counts once a person, and never from a host; else 0 is stored.

    A work for :class:`joindin.performance.sql.writer.TransactionRunner`.

    :raises InvalidInput: if a rating that would count is not 1 to 5, or the same words stand there.
    """
    # Nobody becomes a host, and nobody else comments, until this is committed.
    if connection.execute(_HOLD, {"event": event_id}).first() is None:
        raise NotFound("Event not found")
    known = get_event_comment_context(connection, event_id, author.id, text)
    counts = not (known.is_host or known.has_rated)
    if counts and rating not in RATINGS:
        raise InvalidInput('The field "rating" must be a number (1-5)')
    if known.has_said:
        raise InvalidInput("Duplicate comment")
    stored = int(rating) if counts else 0
    comment = {
        "event_id": event_id,
        "user_id": author.id,
        "author_name": author.full_name,
        "rating": stored,
        "text": text,
        "source": source,
        "created_at": now,
    }
    comment_id = connection.execute(_ADD, comment).scalar()
    connection.execute(_COUNT, {"event": event_id, "stars": stored, "ratings": int(counts)})
    return comment_id


def report_event_comment(session, comment: EventComment, *, reporter: UserSnapshot, now: dt.datetime) -> None:
    """Hide a comment at once and tell the hosts, who decide. Each report is kept."""
    if lock_row(session, EventComment, comment.id) is None:
        raise NotFound("Comment not found")
    comment.is_hidden = True
    session.add(EventCommentReport(comment_id=comment.id, reporter_id=reporter.id, reported_at=now))
    session.flush()
    event = session.get_one(Event, comment.event_id)
    enqueue_notification(
        session,
        "event_comment_reported",
        list_hosts_to_notify(session, event.id),
        event=event.name,
        slug=event.slug,
        rating=comment.rating,
        author=comment.user.full_name if comment.user else comment.author_name,
        comment=comment.text,
    )


def resolve_event_comment_reports(
    session,
    comment: EventComment,
    *,
    decider: UserSnapshot,
    decision: str,
    now: dt.datetime,
    require_open: bool = False,
) -> None:
    """Uphold the reports (``approved``: it stays hidden) or turn them down (``denied``: shown again).

    :raises Conflict: with ``only_open``, if no report waits for a decision.
    """
    if decision not in DECISIONS:
        raise InvalidInput("Unexpected decision")
    if lock_row(session, EventComment, comment.id) is None:
        raise NotFound("Comment not found")
    if require_open:
        require_open_report(session, EventCommentReport, comment.id)
    comment.is_hidden = decision == "approved"
    log_action(session, "event_comment.hide" if comment.is_hidden else "event_comment.show", comment, actor=decider)
    close_reports(session, EventCommentReport, comment.id, decider=decider, decision=decision, now=now)


def require_open_report(session, model, comment_id: int) -> None:
    """:raises Conflict: if nobody's word about the comment waits; ``model`` is the kind of report."""
    waiting = select(model.id).where(model.comment_id == comment_id, model.decision.is_(None))
    if session.scalar(waiting.limit(1)) is None:
        raise Conflict(MSG_REPORT_DECIDED)


def close_reports(session, model, comment_id: int, *, decider: UserSnapshot, decision: str, now: dt.datetime) -> None:
    """Write the decision onto all reports about a comment; ``model`` is the kind of report."""
    session.execute(
        update(model)
        .where(model.comment_id == comment_id)
        .values(decision=decision, decider_id=decider.id, decided_at=now)
        .execution_options(synchronize_session=False)
    )


_HOLD = CompiledStatement(select(Event.id).where(Event.id == bindparam("event")).with_for_update(key_share=True))
_ADD = insert_comment_statement(EventComment.__table__, "event_id user_id author_name rating text source created_at")
_COUNT = increment_counters(
    Event.__table__,
    "event",
    comment_count=1,
    rating_sum=bindparam("stars", type_=Integer),
    rating_count=bindparam("ratings", type_=Integer),
)
