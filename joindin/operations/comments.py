"""Saying something about an event, and dealing with what should not have been said."""

import datetime as dt

from sqlalchemy import select, update

from joindin.database import locked
from joindin.errors import Conflict, Invalid, NotFound
from joindin.models import Event, EventComment, EventCommentReport, EventHost
from joindin.operations.audit import record
from joindin.operations.mail import notify_later
from joindin.queries.comments import has_rated_event, has_said
from joindin.queries.users import list_hosts_to_tell
from joindin.viewer import Person

RATINGS = range(1, 6)
DECISIONS = ("approved", "denied")
DECIDED = "Somebody has decided about that comment already"


def comment_on_event(
    session, event_id: int, *, author: Person, text: str, rating: float, source: str, now: dt.datetime
) -> EventComment:
    """Add a comment. The rating counts once a person, and never from a host; else 0 is stored.

    :raises Invalid: if a rating that would count is not 1 to 5, or the same words stand there.
    """
    event = locked(session, Event, event_id)
    if event is None:
        raise NotFound("Event not found")
    counts = not _is_host(session, event_id, author.id) and not has_rated_event(session, event_id, author.id)
    if counts and rating not in RATINGS:
        raise Invalid('The field "rating" must be a number (1-5)')
    if has_said(session, event_id, author.id, text):
        raise Invalid("Duplicate comment")
    comment = EventComment(
        event_id=event_id,
        user_id=author.id,
        author_name=author.full_name,
        rating=int(rating) if counts else 0,
        text=text,
        source=source,
        created_at=now,
    )
    session.add(comment)
    event.comment_count = Event.comment_count + 1
    if counts:
        event.rating_sum = Event.rating_sum + int(rating)
        event.rating_count = Event.rating_count + 1
    session.flush()
    return comment


def report_event_comment(session, comment: EventComment, *, reporter: Person, now: dt.datetime) -> None:
    """Hide a comment at once and tell the hosts, who decide. Each report is kept."""
    if locked(session, EventComment, comment.id) is None:
        raise NotFound("Comment not found")
    comment.is_hidden = True
    session.add(EventCommentReport(comment_id=comment.id, reporter_id=reporter.id, reported_at=now))
    session.flush()
    event = session.get_one(Event, comment.event_id)
    notify_later(
        session,
        "event_comment_reported",
        list_hosts_to_tell(session, event.id),
        event=event.name,
        slug=event.slug,
        rating=comment.rating,
        author=comment.user.full_name if comment.user else comment.author_name,
        comment=comment.text,
    )


def decide_about_event_comment(
    session, comment: EventComment, *, decider: Person, decision: str, now: dt.datetime, only_open: bool = False
) -> None:
    """Uphold the reports (``approved``: it stays hidden) or turn them down (``denied``: shown again).

    :raises Conflict: with ``only_open``, if no report waits for a decision.
    """
    if decision not in DECISIONS:
        raise Invalid("Unexpected decision")
    if locked(session, EventComment, comment.id) is None:
        raise NotFound("Comment not found")
    if only_open:
        check_open(session, EventCommentReport, comment.id)
    comment.is_hidden = decision == "approved"
    record(session, "event_comment.hide" if comment.is_hidden else "event_comment.show", comment, actor=decider)
    close_reports(session, EventCommentReport, comment.id, decider=decider, decision=decision, now=now)


def check_open(session, model, comment_id: int) -> None:
    """:raises Conflict: if nobody's word about the comment waits; ``model`` is the kind of report."""
    waiting = select(model.id).where(model.comment_id == comment_id, model.decision.is_(None))
    if session.scalar(waiting.limit(1)) is None:
        raise Conflict(DECIDED)


def close_reports(session, model, comment_id: int, *, decider: Person, decision: str, now: dt.datetime) -> None:
    """Write the decision onto all reports about a comment; ``model`` is the kind of report."""
    session.execute(
        update(model)
        .where(model.comment_id == comment_id)
        .values(decision=decision, decider_id=decider.id, decided_at=now)
        .execution_options(synchronize_session=False)
    )


def _is_host(session, event_id, user_id):
    hosting = select(EventHost.id).where(EventHost.event_id == event_id, EventHost.user_id == user_id)
    return session.scalar(hosting) is not None
