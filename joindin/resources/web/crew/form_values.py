"""Values of the crew's forms: local dates and times, numbers, and texts.

A reader returns None for an empty value and raises ``ValueError`` for one that is not acceptable.
"""

import datetime as dt

from joindin.operations.crew.fields import YEARS
from joindin.utils.datetimes import UTC, get_timezone
from joindin.utils.row_ids import MAX_ROW_ID
from joindin.utils.text import to_plain_line


def read_local_time(date: str, time: str, timezone: str) -> dt.datetime | None:
    """Return the time in UTC. A date without a time, or the reverse, is an error."""
    if not date.strip() and not time.strip():
        return None
    local = dt.datetime.combine(dt.date.fromisoformat(date.strip()), dt.time.fromisoformat(time.strip()))
    if local.year not in YEARS or local.tzinfo is not None:
        raise ValueError("unrealistic year or an offset")
    return local.replace(tzinfo=get_timezone(timezone), second=0, microsecond=0).astimezone(UTC)


def local_date(at: dt.datetime | None, timezone: str) -> str:
    """Return the value of an ``<input type=date>``."""
    return f"{at.astimezone(get_timezone(timezone)):%Y-%m-%d}" if at else ""


def local_time(at: dt.datetime | None, timezone: str) -> str:
    """Return the value of an ``<input type=time>``."""
    return f"{at.astimezone(get_timezone(timezone)):%H:%M}" if at else ""


def read_number(text: str, maximum: int = MAX_ROW_ID) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or int(text) > maximum:
        raise ValueError("not a number in this range")
    return int(text)


def read_line(text: str, max_length: int) -> str:
    line = to_plain_line(text)
    if len(line) > max_length:
        raise ValueError("too long")
    return line
