"""The call for papers of an event: whether it is open, and when it closes."""

import datetime as dt
from typing import NamedTuple

from joindin.models.agenda.call_times import ANYWHERE_ON_EARTH, CallTimes
from joindin.utils.datetimes import get_timezone

ANNOUNCED, OPEN, CLOSED = "announced", "open", "closed"
# A call is new for this long after it opened, or after its event was approved.
NEW_FOR = dt.timedelta(days=7)
LAST_TIME = dt.time(23, 59)


class Call(NamedTuple):
    """``state`` is None for a call without dates. ``days`` are those until it opens or closes, in its time zone.

    ``ends_at`` is its last minute, and ``former_end`` that before it was extended. ``has_time`` is False for a call that is open to the
    end of a day. ``changes_at`` is when any of these change without a write; None for a closed call.
    """

    state: str | None
    opens_at: dt.datetime | None
    ends_at: dt.datetime | None
    days: int
    has_time: bool
    timezone: str
    former_end: dt.datetime | None
    is_new: bool
    changes_at: dt.datetime | None

    @property
    def is_anywhere(self) -> bool:
        """Whether the call closes with the day anywhere on earth."""
        return self.timezone == ANYWHERE_ON_EARTH


def represent_call(event, now: dt.datetime) -> Call:
    times = CallTimes.of(event)
    state, until = _state(times, now)
    today = now.astimezone(get_timezone(times.timezone)).date()
    has_time = times.has_time and not (event.is_cfp_anywhere and times.local_end.time().replace(second=0) == LAST_TIME)
    newest = max(filter(None, (times.opens_at, event.approved_at)), default=None)
    new_until = newest + NEW_FOR if state == OPEN and newest is not None and now < newest + NEW_FOR else None
    return Call(
        state,
        times.opens_at,
        times.last_minute,
        (until.astimezone(get_timezone(times.timezone)).date() - today).days if until else 0,
        has_time,
        times.timezone,
        event.cfp_former_ends_at,
        new_until is not None,
        _next_change(times, state, now, new_until),
    )


def _state(times, now):
    """Return the state and the time until which the call is in it."""
    if times.ends_at is not None and times.closes_at <= now:
        return CLOSED, None
    if times.opens_at is not None and times.opens_at > now:
        return ANNOUNCED, times.opens_at
    return OPEN if times.opens_at or times.ends_at else None, times.last_minute


def _next_change(times, state, now, new_until):
    if state in (CLOSED, None):
        return None
    zone = get_timezone(times.timezone)
    tomorrow = dt.datetime.combine(now.astimezone(zone).date() + dt.timedelta(days=1), dt.time.min, zone)
    instants = (tomorrow, times.closes_at, times.opens_at, new_until)
    return min(at for at in instants if at is not None and at > now).astimezone(dt.UTC)
