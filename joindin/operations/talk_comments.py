"""New and edited comments on talks. Reports about them are in ``comment_reports.py``.

Rows are locked in one order, or two writers would wait for each other: the author, the talk, the comment, the event.
"""

import datetime as dt
from dataclasses import dataclass
from math import ceil

from sqlalchemy import Integer, bindparam, false, select

from joindin.errors import Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from joindin.models import Event, EventComment, EventSettings, Talk, TalkComment, TalkSpeaker, User
from joindin.operations.comment_reports import lock_comment
from joindin.operations.events import bump_event_versions
from joindin.operations.feedback.windows import check_event_has_feedback, check_has_feedback
from joindin.operations.outbox import mark_mail_enqueued, notification_statement
from joindin.operations.talks import bump_talk_versions
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.write_statements import increment_counters, insert_comment_statement
from joindin.queries.talk_comments import count_recent_talk_comments, get_talk_comment_context
from joindin.viewer import UserSnapshot


@dataclass(frozen=True)
class CommentRateLimit:
    """The number of comments on talks that one user may post within ``window``."""

    max_count: int
    window: dt.timedelta


def check_comment_rate(connection, author: UserSnapshot, limit: CommentRateLimit, *, now: dt.datetime) -> None:
    """:raises RateLimited: with the seconds until the oldest counted comment leaves the window."""
    count, oldest_at = count_recent_talk_comments(connection, author.id, since=now - limit.window)
    if count >= limit.max_count:
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
    is_name_hidden: bool = False,
    source: str,
    limit: CommentRateLimit,
    now: dt.datetime,
) -> int:
    """Add a comment, enqueue mails to the speakers and return the id of the comment.

    A user's first rating of a talk counts. A speaker's rating never counts; 0 is stored for ratings that do not.
    A counted rating replaces the one that the author tapped. With ``is_name_hidden`` the mails name no author.
    Runs on the connection of a :class:`joindin.performance.sql.writer.TransactionRunner`.

    :raises RateLimited: if the author has reached ``limit``.
    :raises InvalidInput: if the author has already posted the same text about the talk.
    :raises Forbidden: if the talk or its event takes no feedback.
    """
    # One comment of an author at a time, so that neither the limit nor a duplicate is missed. The lock is
    # FOR NO KEY UPDATE: a writer that holds the talk can still insert references to the author.
    if connection.execute(_LOCK_AUTHOR, {"author": author.id}).first() is None:
        raise Unauthenticated("You must be logged in to create data")
    check_comment_rate(connection, author, limit, now=now)
    # The lock keeps others from becoming speakers until the commit.
    talk = connection.execute(_LOCK_TALK, {"talk": talk_id}).first()
    if talk is None:
        raise NotFound("Talk not found")
    check_has_feedback(talk)
    check_event_has_feedback(talk.feedback_access)
    context = get_talk_comment_context(connection, talk_id, author.id, text)
    if context.is_duplicate:
        raise InvalidInput("Duplicate comment")
    stored_rating = 0 if context.is_speaker or context.has_rated else rating
    comment = {
        "talk_id": talk_id,
        "event_id": talk.event_id,
        "user_id": author.id,
        "rating": stored_rating,
        "text": text,
        "source": source,
        "is_private": is_private,
        "is_name_hidden": is_name_hidden,
        "is_waiting": False,
        "created_at": now,
    }
    comment_id = connection.execute(_INSERT, comment).scalar()
    public = {"comments": 1, "rating": stored_rating, "ratings": int(stored_rating > 0)}
    if stored_rating and context.tapped_rating:
        public |= {"rating": stored_rating - context.tapped_rating, "ratings": 0}
    connection.execute(_COUNT, {"talk": talk_id, **(dict.fromkeys(public, 0) if is_private else public)})
    connection.execute(_COUNT_AT_EVENT, {"event": talk.event_id})
    context = {
        "talk": talk.title,
        "event": talk.event_name,
        "stub": talk.stub,
        "author": None if is_name_hidden else author.full_name,
        "rating": stored_rating,
        "comment": text,
        "is_private": is_private,
    }
    mails = connection.execute(_ENQUEUE_MAILS, {"talk": talk_id, "author": author.id, "context": context, "now": now})
    if mails.rowcount > 0:
        mark_mail_enqueued(connection)
    return comment_id


def edit_talk_comment(
    session, comment: TalkComment, *, editor: UserSnapshot, text: str, minutes: int, now: dt.datetime
) -> None:
    """Change the text of the editor's own comment, within ``minutes`` of its creation.

    :raises Forbidden: if the comment is another user's.
    :raises InvalidInput: if the comment is too old.
    :raises NotFound: if the comment was deleted or reported since it was loaded.
    """
    if comment.user_id != editor.id:
        raise Forbidden("You are not the comment author")
    check_edit_time(comment, minutes=minutes, now=now)
    lock_comment(session, comment)
    if comment.is_hidden:
        # The hosts decide about the text that was reported.
        raise NotFound("Comment not found")
    comment.text = text
    session.flush()
    bump_talk_versions(session, comment.talk_id)
    bump_event_versions(session, comment.event_id)


def check_edit_time(comment: TalkComment | EventComment, *, minutes: int, now: dt.datetime) -> None:
    """:raises InvalidInput: if the comment is older than ``minutes``, and cannot be edited any more."""
    if now - comment.created_at > dt.timedelta(minutes=minutes):
        raise InvalidInput(f"Cannot edit the comment after {minutes} minutes")


_LOCK_AUTHOR = CompiledStatement(select(User.id).where(User.id == bindparam("author")).with_for_update(key_share=True))
_LOCK_TALK = CompiledStatement(
    select(
        Talk.event_id,
        Talk.title,
        Talk.stub,
        Talk.has_feedback,
        select(EventSettings.feedback_access)
        .where(EventSettings.event_id == Talk.event_id)
        .scalar_subquery()
        .label("feedback_access"),
        select(Event.name).where(Event.id == Talk.event_id).scalar_subquery().label("event_name"),
    )
    .where(Talk.id == bindparam("talk"))
    .with_for_update(key_share=True)
)
_INSERT = insert_comment_statement(
    TalkComment.__table__, "talk_id event_id user_id rating text source is_private is_name_hidden is_waiting created_at"
)
_COUNT = increment_counters(
    Talk.__table__,
    "talk",
    all_comment_count=1,
    comment_count=bindparam("comments", type_=Integer),
    rating_sum=bindparam("rating", type_=Integer),
    rating_count=bindparam("ratings", type_=Integer),
)
_COUNT_AT_EVENT = increment_counters(Event.__table__, "event", talk_comment_count=1)
_ENQUEUE_MAILS = notification_statement(
    "talk_comment",
    User.id.in_(
        select(TalkSpeaker.user_id).where(TalkSpeaker.talk_id == bindparam("talk"), TalkSpeaker.is_pending == false())
    ),
    User.id != bindparam("author"),
)
