"""Bursts of ratings of one talk: more within two minutes than its room has chairs or than usual, or most from one network.

They are found when a host reads them, from the times of all ratings by tap. Nothing is decided while people rate.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from sqlalchemy import and_, false, func, select, true

from joindin.models import AuditEntry, Room, Talk, TalkRating, TalkRatingNetwork

WINDOW = dt.timedelta(minutes=2)
# Far more: this many standard deviations above the mean of the other talks.
MAX_DEVIATIONS = 5
# Fewer ratings are compared with chairs only, and fewer windows of other talks say nothing about the event.
MIN_RATINGS, MIN_WINDOWS = 10, 10
# Of an event with more ratings the newest ones are read.
MAX_RATINGS = 50_000
# From one network: more than this part of the ratings without an account that were sent outside the days of the event.
MAX_SHARE = 0.6
CHAIRS, PACE, NETWORK = "chairs", "pace", "network"
# The action and the field of audit entries that record bursts which hosts accepted as honest.
ACCEPT_ACTION, ACCEPTED_BURST = "talk.accept_ratings", "accepted burst"

# The ratings that are counted by network.
OF_GUESTS = (TalkRating.user_id.is_(None), TalkRating.is_on_site == false())


@dataclass(frozen=True)
class Burst:
    """Ratings of one talk from ``starts_at`` to ``ends_at``.

    ``reason`` is ``chairs``, ``pace`` or ``network``. In the last case they are those of guests without the code of the room.
    """

    talk_id: int
    reason: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    number: int
    number_left_out: int
    is_accepted: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a host has yet to decide about it."""
        return not self.is_accepted and self.number > self.number_left_out

    def describe(self) -> str:
        """Return the reason and the interval (ISO 8601, UTC) as they are stored in the audit log."""
        return f"{self.reason} {self.starts_at.isoformat()}/{self.ends_at.isoformat()}"


def find_bursts(session, event_id: int) -> list[Burst]:
    """Return the bursts at an event, newest first: four statements. Ratings that were left out belong to them."""
    is_of_guest = and_(*OF_GUESTS).label("is_of_guest")
    newest = (
        select(TalkRating.talk_id, TalkRating.created_at, TalkRating.is_left_out, is_of_guest)
        .join(Talk, Talk.id == TalkRating.talk_id)
        .where(Talk.event_id == event_id)
        .order_by(TalkRating.created_at.desc(), TalkRating.id.desc())
        .limit(MAX_RATINGS)
    )
    ratings = {}
    for row in reversed(session.execute(newest).all()):
        ratings.setdefault(row.talk_id, []).append(row)
    chairs = _load_chairs(session, event_id)
    paces = _Paces(ratings)
    bursts = [
        burst
        for talk_id, of_talk in ratings.items()
        for burst in _bursts_of(of_talk, chairs.get(talk_id), paces.find_limit(talk_id))
    ]
    for network in _find_dominant_networks(session, event_id):
        of_guests = (row for row in ratings.get(network.talk_id, ()) if row.is_of_guest)
        part = [row for row in of_guests if network.first_at <= row.created_at <= network.last_at]
        bursts += [_burst(part, NETWORK)] if part else []
    accepted = _load_accepted(session, event_id)
    bursts = [replace(each, is_accepted=(each.talk_id, each.describe()) in accepted) for each in bursts]
    return sorted(bursts, key=lambda burst: (burst.starts_at, burst.talk_id, burst.reason), reverse=True)


def count_left_out(session, event_id: int) -> dict[int, int]:
    """Return the numbers of ratings that hosts left out, by talk."""
    numbers = (
        select(TalkRating.talk_id, func.count())
        .join(Talk, Talk.id == TalkRating.talk_id)
        .where(Talk.event_id == event_id, TalkRating.is_left_out == true())
        .group_by(TalkRating.talk_id)
    )
    return dict(session.execute(numbers).all())


def list_talk_titles(session, talk_ids) -> dict[int, str]:
    return dict(session.execute(select(Talk.id, Talk.title).where(Talk.id.in_(sorted(talk_ids)))).all())


def _load_accepted(session, event_id):
    entries = (
        select(AuditEntry.subject_id, AuditEntry.changes)
        .join(Talk, Talk.id == AuditEntry.subject_id)
        .where(Talk.event_id == event_id, AuditEntry.subject_type == "talk", AuditEntry.action == ACCEPT_ACTION)
    )
    return {(talk_id, changes[ACCEPTED_BURST][1]) for talk_id, changes in session.execute(entries)}


class _Paces:
    """Numbers of ratings in the windows of two minutes in which a talk was rated."""

    def __init__(self, ratings):
        self._windows = {talk_id: _count_by_window(rows) for talk_id, rows in ratings.items()}
        self._all = _sums(number for windows in self._windows.values() for number in windows)

    def find_limit(self, talk_id: int) -> float | None:
        """Return the greatest usual number within two minutes, by the other talks; None if too few were rated."""
        count, total, squares = (a - b for a, b in zip(self._all, _sums(self._windows[talk_id])))
        if count < MIN_WINDOWS:
            return None
        mean = total / count
        # At least the deviation of independent people.
        deviation = sqrt(max(squares / count - mean**2, mean))
        return max(mean + MAX_DEVIATIONS * deviation, MIN_RATINGS - 1)


def _load_chairs(session, event_id):
    rooms = select(Talk.id, Room.capacity).join(Room, Room.id == Talk.room_id)
    return dict(session.execute(rooms.where(Talk.event_id == event_id, Room.capacity > 0)).all())


def _find_dominant_networks(session, event_id):
    """Return the row of the network from which most ratings of a talk came, for each talk that has one."""
    counted = select(TalkRatingNetwork).join(Talk, Talk.id == TalkRatingNetwork.talk_id)
    networks = {}
    for row in session.scalars(counted.where(Talk.event_id == event_id).limit(MAX_RATINGS)):
        networks.setdefault(row.talk_id, []).append(row)
    for rows in networks.values():
        greatest = max(rows, key=lambda row: row.number)
        if greatest.number >= MIN_RATINGS and greatest.number > MAX_SHARE * sum(row.number for row in rows):
            yield greatest


def _count_by_window(rows):
    return list(Counter(int(row.created_at.timestamp() // WINDOW.total_seconds()) for row in rows).values())


def _sums(numbers):
    """Return the count, the sum and the sum of squares."""
    numbers = list(numbers)
    return len(numbers), sum(numbers), sum(number * number for number in numbers)


def _bursts_of(rows: Sequence, chairs: int | None, usual: float | None) -> Iterator[Burst]:
    """Yield the bursts of one talk, whose ratings are sorted by time. Windows that overlap are one burst."""
    limits = [(limit, reason) for limit, reason in ((chairs, CHAIRS), (usual, PACE)) if limit is not None]
    if not limits:
        return
    limit, reason = min(limits)
    first, found = 0, []
    for last, row in enumerate(rows):
        while row.created_at - rows[first].created_at > WINDOW:
            first += 1
        if last - first + 1 <= limit:
            continue
        if found and first <= found[-1][1]:
            found[-1][1] = last
        else:
            found.append([first, last])
    for start, end in found:
        yield _burst(rows[start : end + 1], reason)


def _burst(rows, reason):
    left_out = sum(row.is_left_out for row in rows)
    return Burst(rows[0].talk_id, reason, rows[0].created_at, rows[-1].created_at, len(rows), left_out)
