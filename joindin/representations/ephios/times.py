"""Times in the form of the ephios API: ISO 8601 with the offset of the crew's time zone (spec 1, #6)."""

import datetime as dt

from joindin.utils.datetimes import get_timezone

ONE_MINUTE = dt.timedelta(minutes=1)


def iso_time(at: dt.datetime | None, timezone: str) -> str | None:
    if at is None:
        return None
    local = at.astimezone(get_timezone(timezone))
    # Offsets before the time of zones had seconds, which RFC 3339 does not allow.
    if surplus := local.utcoffset() % ONE_MINUTE:
        local = at.astimezone(dt.timezone(local.utcoffset() - surplus))
    return local.isoformat()


def age_on(day: dt.date, date_of_birth: dt.date | None) -> int | None:
    """Return the age in full years on a day; None if the date of birth is unknown."""
    if date_of_birth is None:
        return None
    had_birthday = (day.month, day.day) >= (date_of_birth.month, date_of_birth.day)
    return day.year - date_of_birth.year - (not had_birthday)


def iso_day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
