"""Saying something about a talk, changing it, and dealing with what should not have been said.

Locks are taken in one order, or two writers wait for each other: the author, the talk, the comment, the event.
"""

import datetime as dt
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, select

from joindin.db.locking import lock_row
from joindin.errors import Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from joindin.models import Event, Talk, TalkComment, TalkCommentReport, TalkSpeaker, User
from joindin.operations.audit import log_action
from joindin.operations.comments import DECISIONS, close_reports, require_open_report
from joindin.operations.events import bump_event_versions
from joindin.operations.outbox import enqueue_notification, notification_statement
from joindin.operations.talk_counters import recompute_talk_counters
from joindin.operations.talks import bump_talk_versions
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.write_statements import increment_counters, insert_comment_statement
from joindin.queries.accounts.users import list_hosts_to_notify
from joindin.queries.talk_comments import count_recent_talk_comments, get_talk_comment_context
from joindin.viewer import UserSnapshot


@dataclass(frozen=True)
class CommentRateLimit:
    """So many comments on talks may come from one person within ``window``."""

    max_count: int
    window: dt.timedelta


class AddedComment(NamedTuple):
    """A comment that was added; ``is_told``: there are letters about it."""

    comment_id: int
    has_mail: bool


def check_comment_rate(connection, author: UserSnapshot, limit: CommentRateLimit, *, now: dt.datetime) -> None:
    """:raises RateLimited: until the oldest comment that counts has left the window."""
    number, oldest_at = count_recent_talk_comments(connection, author.id, since=now - limit.window)
    if number >= limit.max_count:
        seconds = max(1, ceil((oldest_at + limit.window - now).total_seconds()))
        raise RateLimited(f"Rate limit exceeded. Try again in {seconds} seconds", seconds)


def add_talk_comment(
    connection,
    talk_id: int,
    *,
    author: UserSnapshot,
    text: str,
    rating: int,
    is_private: bool,
    source: str,
    limit: CommentRateLimit,
    now: dt.datetime,
) -> AddedComment:
    """Add a comment and tell the speakers. The rating counts once a person, and never from a speaker; else 0 is stored.

    A work for :class:`joindin.performance.sql.writer.TransactionRunner`.

    :raises RateLimited: if the author has used up ``limit``.
    :raises InvalidInput: if the author has said the same words about the talk.
    """
    # Held by one at a time, so that neither the limit nor a duplicate slips by. Others may go on
    # referring to the author, or one who holds the talk to do so would wait for us, and we for the talk.
    if connection.execute(_HOLD_AUTHOR, {"author": author.id}).first() is None:
        raise Unauthenticated("You must be logged in to create data")
    check_comment_rate(connection, author, limit, now=now)
    # Nobody becomes a speaker until this is committed.
    talk = connection.execute(_HOLD_TALK, {"talk": talk_id}).first()
    if talk is None:
        raise NotFound("Talk not found")
    known = get_talk_comment_context(connection, talk_id, author.id, text)
    if known.has_said:
        raise InvalidInput("Duplicate comment")
    stored = 0 if known.is_speaker or known.has_rated else rating
    comment = {
        "talk_id": talk_id,
        "event_id": talk.event_id,
        "user_id": author.id,
        "rating": stored,
        "text": text,
        "source": source,
        "is_private": is_private,
        "created_at": now,
    }
    comment_id = connection.execute(_ADD, comment).scalar()
    shown = {"comments": 1, "stars": stored, "ratings": int(stored > 0)}
    connection.execute(_COUNT, {"talk": talk_id, **(dict.fromkeys(shown, 0) if is_private else shown)})
    connection.execute(_COUNT_AT_EVENT, {"event": talk.event_id})
    facts = {
        "talk": talk.title,
        "stub": talk.stub,
        "author": author.full_name,
        "rating": stored,
        "comment": text,
        "is_private": is_private,
    }
    told = connection.execute(_TELL_SPEAKERS, {"talk": talk_id, "author": author.id, "context": facts, "now": now})
    return AddedComment(comment_id, told.rowcount > 0)


def edit_talk_comment(
    session, comment: TalkComment, *, editor: UserSnapshot, text: str, minutes: int, now: dt.datetime
) -> None:
    """Give a comment other words, if it is the editor's own and no older than ``minutes``."""
    if comment.user_id != editor.id:
        raise Forbidden("You are not the comment author")
    if now - comment.created_at > dt.timedelta(minutes=minutes):
        raise InvalidInput(f"Cannot edit the comment after {minutes} minutes")
    _hold(session, comment)
    if comment.is_hidden:
        # Reported since it was found: what the hosts decide about stays as it is.
        raise NotFound("Comment not found")
    comment.text = text
    session.flush()
    bump_talk_versions(session, comment.talk_id)
    bump_event_versions(session, comment.event_id)


def report_talk_comment(session, comment: TalkComment, *, reporter: UserSnapshot, now: dt.datetime) -> None:
    """Hide a comment at once and tell the hosts, who decide. Each report is kept."""
    _hold(session, comment)
    session.add(TalkCommentReport(comment_id=comment.id, reporter_id=reporter.id, reported_at=now))
    _hide(session, comment, True)
    enqueue_notification(
        session,
        "talk_comment_reported",
        list_hosts_to_notify(session, comment.event_id),
        event=comment.event.name,
        slug=comment.event.slug,
        talk=comment.talk.title,
        author=comment.user.full_name if comment.user else None,
        rating=comment.rating,
        comment=comment.text,
    )


def resolve_talk_comment_reports(
    session, comment: TalkComment, *, decider: UserSnapshot, decision: str, now: dt.datetime, require_open: bool = False
) -> None:
    """Uphold the reports (``approved``: it stays hidden) or turn them down (``denied``: shown again).

    :raises Conflict: with ``only_open``, if no report waits for a decision.
    """
    if decision not in DECISIONS:
        raise InvalidInput("Unexpected decision")
    _hold(session, comment)
    if require_open:
        require_open_report(session, TalkCommentReport, comment.id)
    action = "talk_comment.hide" if decision == "approved" else "talk_comment.show"
    log_action(session, action, comment, actor=decider)
    close_reports(session, TalkCommentReport, comment.id, decider=decider, decision=decision, now=now)
    _hide(session, comment, decision == "approved")


def _hold(session, comment):
    """Lock the comment, and first the talk, which counts it."""
    lock_row(session, Talk, comment.talk_id)
    if lock_row(session, TalkComment, comment.id) is None:
        raise NotFound("Comment not found")


def _hide(session, comment, is_hidden):
    """Hide the comment or show it again, and count what is shown then."""
    is_news = comment.is_hidden != is_hidden
    comment.is_hidden = is_hidden
    session.flush()
    if is_news:
        recompute_talk_counters(session, [comment.talk_id])
        bump_event_versions(session, comment.event_id)


_HOLD_AUTHOR = CompiledStatement(select(User.id).where(User.id == bindparam("author")).with_for_update(key_share=True))
_HOLD_TALK = CompiledStatement(
    select(Talk.event_id, Talk.title, Talk.stub).where(Talk.id == bindparam("talk")).with_for_update(key_share=True)
)
_ADD = insert_comment_statement(
    TalkComment.__table__, "talk_id event_id user_id rating text source is_private created_at"
)
_COUNT = increment_counters(
    Talk.__table__,
    "talk",
    all_comment_count=1,
    comment_count=bindparam("comments", type_=Integer),
    rating_sum=bindparam("stars", type_=Integer),
    rating_count=bindparam("ratings", type_=Integer),
)
_COUNT_AT_EVENT = increment_counters(Event.__table__, "event", talk_comment_count=1)
_TELL_SPEAKERS = notification_statement(
    "talk_comment",
    User.id.in_(select(TalkSpeaker.user_id).where(TalkSpeaker.talk_id == bindparam("talk"))),
    User.id != bindparam("author"),
)
