"""Deleting people, and what they said about talks.

What counted them is counted anew, in the transaction that takes them away.
"""

from collections.abc import Iterable
from itertools import islice

from sqlalchemy import delete, select, union, update

from joindin.db.locking import retry_on_lock_timeout
from joindin.errors import Conflict
from joindin.models import (
    Attendance,
    Event,
    EventComment,
    EventHost,
    Talk,
    TalkComment,
    TalkSpeaker,
    TalkStar,
    User,
)
from joindin.operations.accounts.roles import is_last_admin, lock_user
from joindin.operations.audit import log_action
from joindin.operations.counter_repair import EVENT_COUNTERS
from joindin.operations.talk_counters import recompute_talk_counters

BATCH_SIZE = 1000
MSG_USER_NOT_DELETED = "There was a problem trying to delete the user"


def delete_user(session, user_id: int, *, actor: User) -> None:
    """Delete an account and what only made sense with it; nothing happens if there is none.

    Attendances, stars, host rows, claims, tokens and mailed tokens go with the row, by the
    database's own rules. Comments stay, as nobody's: their author is no longer shown, and their
    ratings no longer count. Speakers keep the name that the talk has, reports lose their reporter,
    applications their owner.

    :raises Conflict: if no admin would be left.
    """

    def work():
        user = lock_user(session, user_id)
        if user is None:
            return
        if is_last_admin(session, user):
            raise Conflict(MSG_USER_NOT_DELETED)
        talks = _hold(session, Talk, _talks_that_show(user_id))
        events = _hold(session, Event, _events_that_show(user_id))
        session.execute(
            update(EventComment)
            .where(EventComment.user_id == user_id)
            .values(author_name=None)
            .execution_options(synchronize_session=False)
        )
        log_action(session, "user.delete", user, actor=actor)
        session.execute(delete(User).where(User.id == user_id).execution_options(synchronize_session=False))
        _recount_events(session, events, "attendee_count", "rating_sum", "rating_count")
        for batch in _batches(talks):
            recompute_talk_counters(session, batch)

    retry_on_lock_timeout(session, work, message=MSG_USER_NOT_DELETED)


def delete_talk_comments(session, user_id: int, *, actor: User) -> None:
    """Delete all that somebody said about talks, with the reports about it."""

    def work():
        # Nobody can comment while their own row is held, so the list of talks stays right.
        user = session.scalar(select(User).where(User.id == user_id).with_for_update())
        talks = _hold(session, Talk, select(TalkComment.talk_id).where(TalkComment.user_id == user_id))
        events = _hold(session, Event, select(TalkComment.event_id).where(TalkComment.user_id == user_id))
        deleted = session.execute(
            delete(TalkComment).where(TalkComment.user_id == user_id).execution_options(synchronize_session=False)
        ).rowcount
        if user is not None:
            log_action(session, "user.delete_talk_comments", user, actor=actor, changes={"comments": [deleted, 0]})
        _recount_events(session, events, "talk_comment_count")
        for batch in _batches(talks):
            recompute_talk_counters(session, batch)

    retry_on_lock_timeout(session, work, message="There was a problem trying to delete the comments")


def _events_that_show(user_id):
    return union(
        select(Attendance.event_id).where(Attendance.user_id == user_id),
        select(EventHost.event_id).where(EventHost.user_id == user_id),
        select(EventComment.event_id).where(EventComment.user_id == user_id),
    )


def _talks_that_show(user_id):
    return union(
        select(TalkStar.talk_id).where(TalkStar.user_id == user_id),
        select(TalkSpeaker.talk_id).where(TalkSpeaker.user_id == user_id),
        select(TalkComment.talk_id).where(TalkComment.user_id == user_id),
    )


def _hold(session, model, ids):
    """Lock the rows with these ids, in their order; the ids."""
    return session.scalars(select(model.id).where(model.id.in_(ids)).order_by(model.id).with_for_update()).all()


def _recount_events(session, event_ids, *counters):
    counted = {name: EVENT_COUNTERS[name].scalar_subquery() for name in counters}
    for batch in _batches(event_ids):
        session.execute(
            update(Event)
            .where(Event.id.in_(batch))
            .values(counted | {"version": Event.version + 1})
            .execution_options(synchronize_session=False)
        )


def _batches(ids: Iterable[int]):
    """In pieces that either database takes in one statement."""
    rest = iter(ids)
    while batch := list(islice(rest, BATCH_SIZE)):
        yield batch
