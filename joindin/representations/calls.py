"""The call for papers of an event: whether it is open, and when it closes."""

import datetime as dt
from typing import NamedTuple

from joindin.representations.programme.days import is_midnight
from joindin.utils.datetimes import get_timezone

ANNOUNCED, OPEN, CLOSED = "announced", "open", "closed"


class Call(NamedTuple):
    """``state`` is None for a call without dates. ``days`` are those until it opens or closes, at the event.

    A call that closes at midnight was given by its last day, to the end of which it is open; ``has_time`` is False then.
    """

    state: str | None
    closes_at: dt.datetime | None
    days: int
    has_time: bool
    changes_at: dt.datetime | None


def represent_call(event, now: dt.datetime) -> Call:
    zone = get_timezone(event.timezone)
    opens_at, ends_at, today = event.cfp_starts_at, event.cfp_ends_at, now.astimezone(zone).date()
    has_time = ends_at is not None and not is_midnight(ends_at.astimezone(zone))
    closes_at = ends_at if ends_at is None or has_time else ends_at + dt.timedelta(days=1)
    if closes_at is not None and closes_at <= now:
        return Call(CLOSED, ends_at, 0, has_time, None)
    if opens_at is not None and opens_at > now:
        return Call(ANNOUNCED, ends_at, (opens_at.astimezone(zone).date() - today).days, has_time, opens_at)
    if ends_at is None:
        return Call(OPEN if opens_at else None, None, 0, has_time, None)
    return Call(OPEN, ends_at, (ends_at.astimezone(zone).date() - today).days, has_time, closes_at)
