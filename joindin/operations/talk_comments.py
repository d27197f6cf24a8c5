"""Saying something about a talk, changing it, and dealing with what should not have been said.

Locks are taken in one order, or two writers wait for each other: the author, the talk, the comment, the event.
"""

import datetime as dt
from dataclasses import dataclass
from math import ceil

from sqlalchemy import select, update

from joindin.database import begin_write, locked
from joindin.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooOften
from joindin.models import Event, Talk, TalkComment, TalkCommentReport, User
from joindin.operations.audit import record
from joindin.operations.comments import DECISIONS, check_open, close_reports
from joindin.operations.events import touch
from joindin.operations.mail import notify_later
from joindin.operations.talk_counters import recount_talks
from joindin.operations.talks import hold_talk, touch_talks
from joindin.queries.talk_comments import has_commented_on_talk, has_rated_talk, recent_talk_comments
from joindin.queries.talks import list_speakers
from joindin.queries.users import list_hosts_to_tell
from joindin.viewer import Person


@dataclass(frozen=True)
class RateLimit:
    """So many comments on talks may come from one person within ``window``."""

    most: int
    window: dt.timedelta


def check_comment_rate(session, author: Person, limit: RateLimit, *, now: dt.datetime) -> None:
    """:raises TooOften: until the oldest comment that counts has left the window."""
    number, oldest_at = recent_talk_comments(session, author.id, since=now - limit.window)
    if number >= limit.most:
        seconds = max(1, ceil((oldest_at + limit.window - now).total_seconds()))
        raise TooOften(f"Rate limit exceeded. Try again in {seconds} seconds", seconds)


def comment_on_talk(
    session,
    talk: Talk,
    *,
    author: Person,
    text: str,
    rating: int,
    is_private: bool,
    source: str,
    limit: RateLimit,
    now: dt.datetime,
) -> TalkComment:
    """Add a comment and tell the speakers. The rating counts once a person, and never from a speaker; else 0 is stored.

    :raises TooOften: if the author has used up ``limit``.
    :raises Invalid: if the author has said the same words about the talk.
    """
    begin_write(session)
    # Held by one at a time, so that neither the limit nor a duplicate slips by. Others may go on
    # referring to the author, or one who holds the talk to do so would wait for us, and we for the talk.
    me = select(User.id).where(User.id == author.id).with_for_update(key_share=True)
    if session.scalar(me) is None:
        raise NotSignedIn("You must be logged in to create data")
    check_comment_rate(session, author, limit, now=now)
    if has_commented_on_talk(session, talk.id, author.id, text):
        raise Invalid("Duplicate comment")
    hold_talk(session, talk.id)
    # Read now that nobody can become a speaker unseen.
    speakers = {entry.user_id: entry.user for entry in list_speakers(session, talk.id) if entry.user}
    counts = author.id not in speakers and not has_rated_talk(session, talk.id, author.id)
    comment = TalkComment(
        talk_id=talk.id,
        event_id=talk.event_id,
        user_id=author.id,
        rating=rating if counts else 0,
        text=text,
        source=source,
        is_private=is_private,
        is_hidden=False,
        created_at=now,
    )
    session.add(comment)
    session.flush()
    shown = {"comment_count": 1, "rating_sum": comment.rating, "rating_count": int(comment.rating > 0)}
    _count(session, Talk, talk.id, all_comment_count=1, **({} if is_private else shown))
    _count(session, Event, talk.event_id, talk_comment_count=1)
    notify_later(
        session,
        "talk_comment",
        [speaker for speaker in speakers.values() if speaker.id != author.id],
        talk=talk.title,
        stub=talk.stub,
        author=author.full_name,
        rating=comment.rating,
        comment=text,
        is_private=is_private,
    )
    return comment


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


def _count(session, model, id_, **changes):
    """Add to counters of an event or a talk, and move its version."""
    counters = {name: getattr(model, name) + change for name, change in changes.items()}
    session.execute(
        update(model)
        .where(model.id == id_)
        .values(counters | {"version": model.version + 1})
        .execution_options(synchronize_session=False)
    )
