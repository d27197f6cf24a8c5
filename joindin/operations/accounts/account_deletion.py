"""Deletion of users and of their comments on talks.

The counters of events and talks are recomputed in the same transaction.
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
    EventContact,
    EventHost,
    EventSettings,
    Talk,
    TalkComment,
    TalkRating,
    TalkSpeaker,
    TalkStar,
    User,
)
from joindin.operations.accounts.clients import disable_clients_of
from joindin.operations.accounts.copied_names import remove_copied_names
from joindin.operations.accounts.roles import is_last_admin, lock_user
from joindin.operations.audit import log_action
from joindin.operations.counter_repair import EVENT_COUNTERS
from joindin.operations.crew.account_traces import remove_participations
from joindin.operations.talk_counters import recompute_talk_counters
from joindin.queries.accounts.copied_names import has_contact_address
from joindin.utils.datetimes import utc_now

BATCH_SIZE = 1000
MSG_USER_NOT_DELETED = "There was a problem trying to delete the user"


def delete_user(session, user_id: int, *, actor: User | None) -> None:
    """Delete an account and what depends on it; no effect if it does not exist.

    The database deletes attendances, stars, ratings by tap, host rows, claims and tokens with the row. Comments stay without an
    author, and their ratings no longer count. Speakers keep the name that hosts wrote, reports lose their reporter. The
    user's applications are disabled; those of the operator lose their owner. Copies of the names are removed. Shifts that
    are over keep nameless participations.

    :raises Conflict: if no admin would be left.
    """

    def work():
        user = lock_user(session, user_id)
        if user is None:
            return
        if is_last_admin(session, user):
            raise Conflict(MSG_USER_NOT_DELETED)
        remove_participations(session, user, now=utc_now())
        talks = _lock_rows(session, Talk, _affected_talks(user_id))
        events = _lock_rows(session, Event, _affected_events(user))
        disable_clients_of(session, user_id, actor=actor, now=utc_now())
        log_action(session, "user.delete", user, actor=actor)
        remove_copied_names(session, user)
        session.execute(delete(User).where(User.id == user_id).execution_options(synchronize_session=False))
        _recompute_events(session, events, "attendee_count", "rating_sum", "rating_count")
        for batch in _batches(talks):
            recompute_talk_counters(session, batch)

    retry_on_lock_timeout(session, work, message=MSG_USER_NOT_DELETED)


def delete_talk_comments(session, user_id: int, *, actor: User | None) -> None:
    """Delete all comments of a user on talks, with the reports about them."""

    def work():
        # The lock keeps the user from commenting, so that the list of talks stays complete.
        user = session.scalar(select(User).where(User.id == user_id).with_for_update())
        talks = _lock_rows(session, Talk, select(TalkComment.talk_id).where(TalkComment.user_id == user_id))
        events = _lock_rows(session, Event, select(TalkComment.event_id).where(TalkComment.user_id == user_id))
        deleted = session.execute(
            delete(TalkComment).where(TalkComment.user_id == user_id).execution_options(synchronize_session=False)
        ).rowcount
        if user is not None:
            log_action(session, "user.delete_talk_comments", user, actor=actor, changes={"comments": [deleted, 0]})
        _recompute_events(session, events, "talk_comment_count")
        for batch in _batches(talks):
            recompute_talk_counters(session, batch)

    retry_on_lock_timeout(session, work, message="There was a problem trying to delete the comments")


def _affected_events(user):
    user_id = user.id
    return union(
        select(Attendance.event_id).where(Attendance.user_id == user_id),
        select(EventHost.event_id).where(EventHost.user_id == user_id),
        select(EventComment.event_id).where(EventComment.user_id == user_id),
        select(EventContact.event_id).where(EventContact.user_id == user_id),
        select(EventSettings.event_id).where(has_contact_address(user)),
    )


def _affected_talks(user_id):
    return union(
        select(TalkStar.talk_id).where(TalkStar.user_id == user_id),
        select(TalkSpeaker.talk_id).where(TalkSpeaker.user_id == user_id),
        select(TalkComment.talk_id).where(TalkComment.user_id == user_id),
        select(TalkRating.talk_id).where(TalkRating.user_id == user_id),
    )


def _lock_rows(session, model, ids):
    """Lock the rows with these ids in the order of their ids; return the ids."""
    return session.scalars(select(model.id).where(model.id.in_(ids)).order_by(model.id).with_for_update()).all()


def _recompute_events(session, event_ids, *counters):
    counted = {name: EVENT_COUNTERS[name].scalar_subquery() for name in counters}
    for batch in _batches(event_ids):
        session.execute(
            update(Event)
            .where(Event.id.in_(batch))
            .values(counted | {"version": Event.version + 1})
            .execution_options(synchronize_session=False)
        )


def _batches(ids: Iterable[int]):
    """Split ids into lists that fit into one statement."""
    rest = iter(ids)
    while batch := list(islice(rest, BATCH_SIZE)):
        yield batch
