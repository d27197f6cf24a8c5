"""Reports about comments on events and talks, and decisions about them.

A reported comment is hidden at once. The hosts of the event are notified and decide. Every report is stored.
"""

import datetime as dt

from sqlalchemy import select, update

from joindin.db.locking import lock_row
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import Event, EventComment, EventCommentReport, Talk, TalkComment, TalkCommentReport, User
from joindin.operations.audit import log_action
from joindin.operations.events import bump_event_versions
from joindin.operations.outbox import enqueue_notification
from joindin.operations.talk_counters import recompute_talk_counters
from joindin.queries.accounts.users import list_hosts_to_notify
from joindin.viewer import UserSnapshot

# The model of the reports, and the prefix of audit actions and mail templates, by the type of the comment.
COMMENT_TYPES = {
    EventComment: (EventCommentReport, "event_comment"),
    TalkComment: (TalkCommentReport, "talk_comment"),
}
DECISIONS = ("approved", "denied")
MSG_NO_HIDDEN_NAME = "This comment has no hidden name"
MSG_REPORT_DECIDED = "This report has already been decided"


def report_comment(
    session,
    comment: EventComment | TalkComment,
    *,
    reporter: UserSnapshot,
    now: dt.datetime,
    reason: str | None = None,
    note: str | None = None,
) -> None:
    """Store a report, hide the comment and notify the hosts. ``reason`` is one of ``REPORT_REASONS``.

    :raises NotFound: if the comment was deleted since it was loaded.
    """
    model, prefix = COMMENT_TYPES[type(comment)]
    lock_comment(session, comment)
    session.add(model(comment_id=comment.id, reporter_id=reporter.id, reported_at=now, reason=reason, note=note))
    _set_hidden(session, comment, True)
    event = session.get_one(Event, comment.event_id)
    about_talk = {"talk": comment.talk.title} if isinstance(comment, TalkComment) else {}
    enqueue_notification(
        session,
        f"{prefix}_reported",
        list_hosts_to_notify(session, event.id),
        event=event.name,
        slug=event.slug,
        author=_author_name(comment),
        rating=comment.rating,
        comment=comment.text,
        **about_talk,
    )


def resolve_comment_reports(
    session,
    comment: EventComment | TalkComment,
    *,
    decider: UserSnapshot | User,
    decision: str,
    now: dt.datetime,
    require_open: bool = False,
) -> None:
    """Uphold the reports (``approved``: the comment stays hidden) or dismiss them (``denied``: it is shown again).

    :raises InvalidInput: if the decision is neither.
    :raises NotFound: if the comment was deleted since it was loaded.
    :raises Conflict: with ``require_open``, if no report is open.
    """
    if decision not in DECISIONS:
        raise InvalidInput("Unexpected decision")
    model, prefix = COMMENT_TYPES[type(comment)]
    lock_comment(session, comment)
    if require_open:
        _require_open_report(session, model, comment.id)
    is_hidden = decision == "approved"
    log_action(session, f"{prefix}.{'hide' if is_hidden else 'show'}", comment, actor=decider)
    session.execute(
        update(model)
        .where(model.comment_id == comment.id)
        .values(decision=decision, decider_id=decider.id, decided_at=now)
        .execution_options(synchronize_session=False)
    )
    _set_hidden(session, comment, is_hidden)


def reveal_author(session, comment: TalkComment, *, actor: UserSnapshot | User) -> User:
    """Return the author of a reported comment whose name is hidden, and log that the actor has seen it.

    :raises NotFound: if the comment was deleted since it was loaded.
    :raises Conflict: if no report is open, or no name is hidden.
    """
    lock_comment(session, comment)
    _require_open_report(session, TalkCommentReport, comment.id)
    if not comment.is_name_hidden or comment.user_id is None:
        raise Conflict(MSG_NO_HIDDEN_NAME)
    log_action(session, "talk_comment.reveal_author", comment, actor=actor)
    return session.get_one(User, comment.user_id)


def lock_comment(session, comment: EventComment | TalkComment) -> None:
    """Lock the comment, and before it the talk, whose counters depend on it.

    :raises NotFound: if the comment was deleted since it was loaded.
    """
    if isinstance(comment, TalkComment):
        lock_row(session, Talk, comment.talk_id)
    if lock_row(session, type(comment), comment.id) is None:
        raise NotFound("Comment not found")


def _author_name(comment):
    if comment.user is None:
        return getattr(comment, "author_name", None)
    return None if getattr(comment, "is_name_hidden", False) else comment.user.full_name


def _require_open_report(session, model, comment_id):
    open_reports = select(model.id).where(model.comment_id == comment_id, model.decision.is_(None))
    if session.scalar(open_reports.limit(1)) is None:
        raise Conflict(MSG_REPORT_DECIDED)


def _set_hidden(session, comment, is_hidden):
    has_changed = comment.is_hidden != is_hidden
    comment.is_hidden = is_hidden
    session.flush()
    # Events also count hidden comments, talks count only visible ones.
    if has_changed and isinstance(comment, TalkComment):
        recompute_talk_counters(session, [comment.talk_id])
        bump_event_versions(session, comment.event_id)
