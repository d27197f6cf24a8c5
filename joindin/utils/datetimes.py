"""Date and time helpers: the current time, days, and formatting in a time zone.

All stored datetimes are aware and in UTC; other zones appear only in input and output.
"""

import datetime as dt
from functools import lru_cache

from joindin.utils.timezones import find_timezone

UTC = dt.UTC
EPOCH = dt.date(1970, 1, 1)

# One year inside the range of datetime, so that conversion to another zone cannot overflow.
EARLIEST = dt.datetime(2, 1, 1, tzinfo=UTC)
LATEST = dt.datetime(9998, 12, 31, tzinfo=UTC)


def utc_now() -> dt.datetime:
    """Return the current time in whole seconds, the precision of all stored times."""
    return dt.datetime.now(UTC).replace(microsecond=0)


def midnight(now: dt.datetime) -> dt.datetime:
    """Return the start of the UTC day of ``now``."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def day_number(at: dt.datetime) -> int:
    """Return the number of days from 1970-01-01 to the UTC day of ``at``."""
    return (at.astimezone(UTC).date() - EPOCH).days


def get_timezone(name: str | None) -> dt.tzinfo:
    """Return the time zone of that name, or UTC if the name is missing or unknown (old data)."""
    return find_timezone(name) or UTC


def is_start_of_day(local: dt.datetime) -> bool:
    """Return whether an aware local time is the first one of its day: midnight unless clocks skip it."""
    if local.time() == dt.time.min:
        return True
    # Zones skip midnight by two hours at most.
    return local.hour < 3 and dt.datetime.combine(local.date(), dt.time.min, local.tzinfo).astimezone(UTC) == local


@lru_cache(maxsize=4096)
def iso_local(at: dt.datetime | None, timezone: str | None) -> str | None:
    """Format as ``YYYY-MM-DDTHH:MM:SS±HH:MM`` in the time zone, always with a numeric offset."""
    return None if at is None else at.astimezone(get_timezone(timezone)).isoformat(timespec="seconds")


def iso_utc(at: dt.datetime | None) -> str | None:
    """Format as ``YYYY-MM-DDTHH:MM:SS.mmmZ``, like JavaScript's ``toISOString``."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
