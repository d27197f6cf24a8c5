"""Ratings of talks by tap, of a user or of a device: once a talk, the last one counts.

Rows are locked in one order, or two writers would wait for each other: the user or the device, the talk. All taps on a
talk wait for its row, so its counters are recomputed exactly.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select

from joindin.db.locking import lock_row
from joindin.errors import Forbidden, InvalidInput, Unauthenticated
from joindin.models import Device, TalkRating, User
from joindin.operations.feedback.rating_networks import count_network
from joindin.operations.feedback.windows import check_has_feedback
from joindin.operations.rate_limits import RateLimit, count_attempt
from joindin.operations.talk_rating_counters import recompute_guest_ratings, recompute_talk_ratings
from joindin.operations.talks import lock_talk
from joindin.queries.talks import is_speaker

RATINGS = range(1, 6)
# A request with an idempotency key is executed once for each rater and talk. Devices send it again for seven days.
FEEDBACK_KEY = RateLimit("feedback key", 1, dt.timedelta(days=7))
MSG_OWN_TALK = "You are a speaker of this talk. Speakers do not rate their own talks"
MSG_RATING_REQUIRED = "Choose a rating from 1 to 5"


@dataclass(frozen=True)
class Rater:
    """The user or the device that rates; one of the two is None."""

    user_id: int | None = None
    device_id: int | None = None

    @property
    def is_own(self):
        """The condition that selects this rater's ratings."""
        if self.user_id is not None:
            return TalkRating.user_id == self.user_id
        return TalkRating.device_id == self.device_id


def rate_talk(
    session,
    talk_id: int,
    rater: Rater,
    *,
    rating: int,
    rating_2: int | None = None,
    is_on_site: bool = False,
    network: str | None = None,
    written_at: dt.datetime | None = None,
    now: dt.datetime,
) -> TalkRating:
    """Store the rating, or replace the rater's earlier one, and return what is stored.

    A new rating is counted for its ``network``, if one is given. ``written_at`` is when the rater tapped, if not ``now``: a
    delayed request does not replace a rating that was given later.

    :raises InvalidInput: unless the ratings are 1 to 5.
    :raises Forbidden: if the rater is a claimed speaker of the talk, or the talk takes no feedback.
    :raises NotFound: if the talk was deleted since it was loaded.
    """
    if rating not in RATINGS or rating_2 not in (None, *RATINGS):
        raise InvalidInput(MSG_RATING_REQUIRED)
    _lock_rater(session, rater)
    check_has_feedback(lock_talk(session, talk_id))
    if rater.user_id is not None and is_speaker(session, talk_id, rater.user_id):
        raise Forbidden(MSG_OWN_TALK)
    stored = get_rating(session, talk_id, rater)
    is_new = stored is None
    if not is_new and written_at is not None and written_at < stored.updated_at:
        return stored
    if is_new:
        stored = TalkRating(talk_id=talk_id, user_id=rater.user_id, device_id=rater.device_id, created_at=now)
        session.add(stored)
    stored.rating, stored.updated_at = rating, written_at or now
    stored.rating_2 = rating_2 if rating_2 is not None else stored.rating_2
    stored.is_on_site = bool(stored.is_on_site or is_on_site)
    session.flush()
    if is_new and network is not None:
        count_network(session, talk_id, network, now=now)
    _recompute(session, talk_id, rater)
    return stored


def delete_rating(session, talk_id: int, rater: Rater, *, written_at: dt.datetime | None = None) -> bool:
    """Delete the rater's rating; return whether there was one. One that was given after ``written_at`` stays."""
    _lock_rater(session, rater)
    lock_talk(session, talk_id)
    rating = delete(TalkRating).where(TalkRating.talk_id == talk_id, rater.is_own)
    if written_at is not None:
        rating = rating.where(TalkRating.updated_at <= written_at)
    deleted = session.execute(rating.execution_options(synchronize_session="fetch"))
    _recompute(session, talk_id, rater)
    return deleted.rowcount > 0


def is_repeated_feedback(session, talk_id: int, rater: Rater, key: str | None, *, now: dt.datetime) -> bool:
    """Return whether the rater has sent a request with this idempotency key about the talk, and record this one.

    Requests without a key are never repeated. The function is called before rows are locked, and waits for a simultaneous
    request with the same key.
    """
    if key is None:
        return False
    count, _ = count_attempt(session, FEEDBACK_KEY, [rater.user_id, rater.device_id, talk_id, key], now=now)
    return count > FEEDBACK_KEY.max_count


def get_rating(session, talk_id: int, rater: Rater) -> TalkRating | None:
    return session.scalar(
        select(TalkRating).where(TalkRating.talk_id == talk_id, rater.is_own).execution_options(populate_existing=True)
    )


def _lock_rater(session, rater):
    model, id_ = (User, rater.user_id) if rater.user_id is not None else (Device, rater.device_id)
    if lock_row(session, model, id_, allows_references=True) is None:
        raise Unauthenticated("You must be signed in")


def _recompute(session, talk_id, rater):
    if rater.user_id is None:
        recompute_guest_ratings(session, talk_id)
    else:
        recompute_talk_ratings(session, talk_id)
