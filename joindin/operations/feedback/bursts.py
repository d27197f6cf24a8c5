"""Decisions of hosts about bursts of ratings: leave them out of the tally of a talk, count them again, accept them as honest.

Counters change in the same transaction. The audit entry of an accepted burst is the record of that decision.
"""

import datetime as dt

from sqlalchemy import func, select, true, update

from joindin.errors import Conflict, NotFound
from joindin.models import TalkRating, User
from joindin.operations.audit import log_action
from joindin.operations.talk_counters import recompute_talk_counters
from joindin.operations.talks import lock_talk
from joindin.queries.feedback.bursts import ACCEPT_ACTION, ACCEPTED_BURST, NETWORK, OF_GUESTS, Burst, find_bursts
from joindin.viewer import UserSnapshot

MSG_NO_BURST = "These ratings have changed meanwhile. Look at them again"
MSG_NONE_LEFT_OUT = "No rating of this talk is left out"


def leave_out_burst(
    session, event_id: int, talk_id: int, *, reason: str, starts_at: dt.datetime, actor: User | UserSnapshot
) -> int:
    """Leave the ratings of a burst out of the tally; return their number. Hosts choose among bursts, not among ratings.

    :raises NotFound: if the event has no such talk.
    :raises Conflict: if no burst of the talk with ratings that count has that reason and begins at that time.
    """
    talk = _lock_talk_of(session, event_id, talk_id)
    burst = _find_counted_burst(session, event_id, (talk_id, reason, starts_at))
    in_burst = [TalkRating.created_at.between(burst.starts_at, burst.ends_at)]
    if reason == NETWORK:
        in_burst += OF_GUESTS
    return _set_left_out(session, talk, "talk.leave_out_ratings", actor, True, *in_burst)


def count_ratings_again(session, event_id: int, talk_id: int, *, actor: User | UserSnapshot) -> int:
    """Count all ratings of a talk that were left out; return their number.

    :raises NotFound: as :func:`leave_out_burst`.
    :raises Conflict: if none was left out.
    """
    talk = _lock_talk_of(session, event_id, talk_id)
    if not _count_left_out(session, talk):
        raise Conflict(MSG_NONE_LEFT_OUT)
    return _set_left_out(session, talk, "talk.count_ratings", actor, False)


def accept_burst(
    session, event_id: int, talk_id: int, *, reason: str, starts_at: dt.datetime, actor: User | UserSnapshot
) -> None:
    """Record that the ratings of a burst are honest. The burst is flagged again if it grows.

    :raises NotFound: as :func:`leave_out_burst`.
    :raises Conflict: as :func:`leave_out_burst`, or if the burst is accepted already.
    """
    talk = _lock_talk_of(session, event_id, talk_id)
    burst = _find_counted_burst(session, event_id, (talk_id, reason, starts_at))
    if burst.is_accepted:
        raise Conflict(MSG_NO_BURST)
    log_action(session, ACCEPT_ACTION, talk, actor=actor, changes={ACCEPTED_BURST: [None, burst.describe()]})


def _find_counted_burst(session, event_id, key) -> Burst:
    bursts = find_bursts(session, event_id)
    burst = next((each for each in bursts if (each.talk_id, each.reason, each.starts_at) == key), None)
    if burst is None or burst.number == burst.number_left_out:
        raise Conflict(MSG_NO_BURST)
    return burst


def _lock_talk_of(session, event_id, talk_id):
    talk = lock_talk(session, talk_id)
    if talk.event_id != event_id:
        raise NotFound("Talk not found")
    return talk


def _set_left_out(session, talk, action, actor, is_left_out, *conditions):
    before = _count_left_out(session, talk)
    changed = session.execute(
        update(TalkRating)
        .where(TalkRating.talk_id == talk.id, TalkRating.is_left_out != is_left_out, *conditions)
        .values(is_left_out=is_left_out)
        .execution_options(synchronize_session=False)
    ).rowcount
    recompute_talk_counters(session, [talk.id])
    log_action(
        session, action, talk, actor=actor, changes={"ratings left out": [before, _count_left_out(session, talk)]}
    )
    return changed


def _count_left_out(session, talk):
    left_out = select(func.count(TalkRating.id)).where(TalkRating.talk_id == talk.id, TalkRating.is_left_out == true())
    return session.scalar(left_out)
