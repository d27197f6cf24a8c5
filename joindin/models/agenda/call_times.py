"""When a call for papers closes.

An end at the first time of a day, which is midnight unless clocks skip it, is a date without a time: the call is open to the
end of that day. The clock is that of the event, or for a call that is open anywhere on earth that of the zone in which days end
last.
"""

import datetime as dt
from typing import NamedTuple

from joindin.utils.datetimes import get_timezone, is_start_of_day

ANYWHERE_ON_EARTH = "Etc/GMT+12"
ONE_MINUTE = dt.timedelta(minutes=1)


class CallTimes(NamedTuple):
    opens_at: dt.datetime | None
    ends_at: dt.datetime | None
    timezone: str

    @classmethod
    def of(cls, event) -> "CallTimes":
        """``event`` is an event, or a row with its columns of the call and its time zone."""
        timezone = ANYWHERE_ON_EARTH if event.is_cfp_anywhere else event.timezone or "UTC"
        return cls(event.cfp_starts_at, event.cfp_ends_at, timezone)

    @property
    def local_end(self) -> dt.datetime | None:
        return self.ends_at and self.ends_at.astimezone(get_timezone(self.timezone))

    @property
    def has_time(self) -> bool:
        return self.ends_at is not None and not is_start_of_day(self.local_end)

    @property
    def closes_at(self) -> dt.datetime | None:
        """The instant from which the call is closed."""
        if self.ends_at is None or self.has_time:
            return self.ends_at
        next_day = self.local_end.date() + dt.timedelta(days=1)
        return dt.datetime.combine(next_day, dt.time.min, get_timezone(self.timezone)).astimezone(dt.UTC)

    @property
    def last_minute(self) -> dt.datetime | None:
        """The last time that is written for the call: 23:59 for a date without a time."""
        return self.closes_at if self.ends_at is None or self.has_time else self.closes_at - ONE_MINUTE


def find_former_end(former_end: dt.datetime | None, before: CallTimes, after: CallTimes) -> dt.datetime | None:
    """Return the last minute that a call had before it was extended; None for a call that was not.

    ``former_end`` is that of earlier changes. A call that opens after the old one has closed is another call, and a zone that is
    corrected extends none.
    """
    if before.ends_at is None or after.ends_at is None:
        return None
    if after.opens_at is not None and after.opens_at >= before.closes_at:
        return None
    is_same_clock = before.local_end.replace(tzinfo=None) == after.local_end.replace(tzinfo=None)
    is_corrected = is_same_clock and ANYWHERE_ON_EARTH not in (before.timezone, after.timezone)
    if after.closes_at > before.closes_at and not is_corrected:
        return before.last_minute
    return former_end if former_end is not None and former_end < after.last_minute else None
