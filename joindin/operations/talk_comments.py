"""Saying something about a talk, changing it, and dealing with what should not have been said.

Locks are taken in one order, or two writers wait for each other: the author, the talk, the comment, the event.
"""

import datetime as dt
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, select

from joindin.db.locking import locked
from joindin.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooOften
from joindin.models import Event, Talk, TalkComment, TalkCommentReport, TalkSpeaker, User
from joindin.operations.audit import record
from joindin.operations.comments import DECISIONS, check_open, close_reports
from joindin.operations.events import touch
from joindin.operations.outbox import notify_later, notifying
from joindin.operations.talk_counters import recount_talks
from joindin.operations.talks import touch_talks
from joindin.performance.sql.compiled import Prepared
from joindin.performance.sql.write_statements import adding_comment, counting
from joindin.queries.accounts.users import list_hosts_to_tell
from joindin.queries.talk_comments import author_at_talk, recent_talk_comments
from joindin.viewer import Person


@dataclass(frozen=True)
class RateLimit:
    """So many comments on talks may come from one person within ``window``."""

    most: int
    window: dt.timedelta


class Said(NamedTuple):
    """A comment that was added; ``is_told``: there are letters about it."""

    comment_id: int
    is_told: bool


def check_comment_rate(connection, author: Person, limit: RateLimit, *, now: dt.datetime) -> None:
    """:raises TooOften: until the oldest comment that counts has left the window."""
    number, oldest_at = recent_talk_comments(connection, author.id, since=now - limit.window)
    if number >= limit.most:
        seconds = max(1, ceil((oldest_at + limit.window - now).total_seconds()))
        raise TooOften(f"Rate limit exceeded. Try again in {seconds} seconds", seconds)


def comment_on_talk(
    connection,
    talk_id: int,
    *,
    author: Person,
    text: str,
    rating: int,
    is_private: bool,
    source: str,
    limit: RateLimit,
    now: dt.datetime,
) -> Said:
    """Add a comment and tell the speakers. The rating counts once a person, and never from a speaker; else 0 is stored.

    A work for :class:`joindin.performance.sql.writer.Writer`.

    :raises TooOften: if the author has used up ``limit``.
    :raises Invalid: if the author has said the same words about the talk.
    """
    # Held by one at a time, so that neither the limit nor a duplicate slips by. Others may go on
    # referring to the author, or one who holds the talk to do so would wait for us, and we for the talk.
    if connection.execute(_HOLD_AUTHOR, {"author": author.id}).first() is None:
        raise NotSignedIn("You must be logged in to create data")
    check_comment_rate(connection, author, limit, now=now)
    # Nobody becomes a speaker until this is committed.
    talk = connection.execute(_HOLD_TALK, {"talk": talk_id}).first()
    if talk is None:
        raise NotFound("Talk not found")
    known = author_at_talk(connection, talk_id, author.id, text)
    if known.has_said:
        raise Invalid("Duplicate comment")
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
    told = connection.execute(_TELL_SPEAKERS, {"talk": talk_id, "author": author.id, "facts": facts, "now": now})
    return Said(comment_id, told.rowcount > 0)


def edit_talk_comment(
    session, comment: TalkComment, *, editor: Person, text: str, minutes: int, now: dt.datetime
) -> None:
    """Give a comment other words, if it is the editor's own and no older than ``minutes``."""
    if comment.user_id != editor.id:
        raise NotAllowed("You are not the comment author")
    if now - comment.created_at > dt.timedelta(minutes=minutes):
        raise Invalid(f"Cannot edit the comment after {minutes} minutes")
    _hold(session, comment)
    if comment.is_hidden:
        # Reported since it was found: what the hosts decide about stays as it is.
        raise NotFound("Comment not found")
    comment.text = text
    session.flush()
    touch_talks(session, comment.talk_id)
    touch(session, comment.event_id)


def report_talk_comment(session, comment: TalkComment, *, reporter: Person, now: dt.datetime) -> None:
    """Hide a comment at once and tell the hosts, who decide. Each report is kept."""
    _hold(session, comment)
    session.add(TalkCommentReport(comment_id=comment.id, reporter_id=reporter.id, reported_at=now))
    _hide(session, comment, True)
    notify_later(
        session,
        "talk_comment_reported",
        list_hosts_to_tell(session, comment.event_id),
        event=comment.event.name,
        slug=comment.event.slug,
        talk=comment.talk.title,
        author=comment.user.full_name if comment.user else None,
        rating=comment.rating,
        comment=comment.text,
    )


def decide_about_talk_comment(
    session, comment: TalkComment, *, decider: Person, decision: str, now: dt.datetime, only_open: bool = False
) -> None:
    """Uphold the reports (``approved``: it stays hidden) or turn them down (``denied``: shown again).

    :raises Conflict: with ``only_open``, if no report waits for a decision.
    """
    if decision not in DECISIONS:
        raise Invalid("Unexpected decision")
    _hold(session, comment)
    if only_open:
        check_open(session, TalkCommentReport, comment.id)
    action = "talk_comment.hide" if decision == "approved" else "talk_comment.show"
    record(session, action, comment, actor=decider)
    close_reports(session, TalkCommentReport, comment.id, decider=decider, decision=decision, now=now)
    _hide(session, comment, decision == "approved")


def _hold(session, comment):
    """Lock the comment, and first the talk, which counts it."""
    locked(session, Talk, comment.talk_id)
    if locked(session, TalkComment, comment.id) is None:
        raise NotFound("Comment not found")


def _hide(session, comment, is_hidden):
    """Hide the comment or show it again, and count what is shown then."""
    is_news = comment.is_hidden != is_hidden
    comment.is_hidden = is_hidden
    session.flush()
    if is_news:
        recount_talks(session, [comment.talk_id])
        touch(session, comment.event_id)


_HOLD_AUTHOR = Prepared(select(User.id).where(User.id == bindparam("author")).with_for_update(key_share=True))
_HOLD_TALK = Prepared(
    select(Talk.event_id, Talk.title, Talk.stub).where(Talk.id == bindparam("talk")).with_for_update(key_share=True)
)
_ADD = adding_comment(TalkComment.__table__, "talk_id event_id user_id rating text source is_private created_at")
_COUNT = counting(
    Talk.__table__,
    "talk",
    all_comment_count=1,
    comment_count=bindparam("comments", type_=Integer),
    rating_sum=bindparam("stars", type_=Integer),
    rating_count=bindparam("ratings", type_=Integer),
)
_COUNT_AT_EVENT = counting(Event.__table__, "event", talk_comment_count=1)
_TELL_SPEAKERS = notifying(
    "talk_comment",
    User.id.in_(select(TalkSpeaker.user_id).where(TalkSpeaker.talk_id == bindparam("talk"))),
    User.id != bindparam("author"),
)
