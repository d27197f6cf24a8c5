"""Date and time helpers: parsing, formatting and time zones.

All stored datetimes are aware and in UTC; other zones appear only in input and output. The rules of a zone come from
:mod:`zoneinfo`, because the tables of pytz end in 2037. pytz provides the list of names and the zones of a country.
"""

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytz

UTC = dt.UTC
EPOCH = dt.date(1970, 1, 1)

# One year inside the range of datetime, so that conversion to another zone cannot overflow.
EARLIEST = dt.datetime(2, 1, 1, tzinfo=UTC)
LATEST = dt.datetime(9998, 12, 31, tzinfo=UTC)

MAX_DATE_LENGTH = 100
ISO_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?( ?(Z|[+-]\d{2}:?\d{2}))?)?\Z")
UNIX_PATTERN = re.compile(r"@(-?\d{1,12})\Z")
DIGITS_PATTERN = re.compile(r"[+-]?\d+\Z")
YEAR_PATTERN = re.compile(r"\d{4}|\d+[./-]\d+[./-]\d+")
DAY_FIRST_PATTERN = re.compile(r"\d{1,2}[.-]\d{1,2}[.-]\d{4}\b")


def utc_now() -> dt.datetime:
    """Return the current time in whole seconds, the precision of all stored times."""
    return dt.datetime.now(UTC).replace(microsecond=0)


def midnight(now: dt.datetime) -> dt.datetime:
    """Return the start of the UTC day of ``now``."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def day_number(at: dt.datetime) -> int:
    """Return the number of days from 1970-01-01 to the UTC day of ``at``."""
    return (at.astimezone(UTC).date() - EPOCH).days


def is_timezone(name: str) -> bool:
    return name in pytz.all_timezones_set


def get_timezone(name: str | None) -> dt.tzinfo:
    """Return the time zone of that name, or UTC if the name is missing or unknown (old data)."""
    return _load_timezone(name) if name else UTC


@lru_cache(maxsize=1024)
def _load_timezone(name):
    return ZoneInfo(name) if is_timezone(name) else UTC


@lru_cache(maxsize=4096)
def iso_local(at: dt.datetime | None, timezone: str | None) -> str | None:
    """Format as ``YYYY-MM-DDTHH:MM:SS±HH:MM`` in the time zone, always with a numeric offset."""
    return None if at is None else at.astimezone(get_timezone(timezone)).isoformat(timespec="seconds")


def iso_utc(at: dt.datetime | None) -> str | None:
    """Format as ``YYYY-MM-DDTHH:MM:SS.mmmZ``, like JavaScript's ``toISOString``."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_date(text: str, timezone: str | None, now: dt.datetime) -> dt.datetime | None:
    """Parse a date that a user typed; return it in UTC, or None if it is not understood.

    Accepts ISO 8601, ``@<unix seconds>`` and free forms such as ``8 September 2014`` or ``next friday``. Text without an
    offset is local time in ``timezone``, a day without a time is its midnight, and relative words count from ``now``.
    """
    text = text.strip()
    if not text or len(text) > MAX_DATE_LENGTH:
        return None
    try:
        parsed = _parse(text, get_timezone(timezone), now)
        return parsed.astimezone(UTC).replace(microsecond=0) if _is_storable(parsed) else None
    except (ValueError, OverflowError):
        return None


def is_relative(text: str) -> bool:
    """Whether the result of parsing the text can depend on the current time."""
    text = text.strip()
    return bool(text) and not any(pattern.match(text) for pattern in (ISO_PATTERN, UNIX_PATTERN, DIGITS_PATTERN))


def _parse(text, tzinfo, now):
    if ISO_PATTERN.match(text):
        parsed = dt.datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=tzinfo)
    if unix := UNIX_PATTERN.match(text):
        return dt.datetime(1970, 1, 1, tzinfo=UTC) + dt.timedelta(seconds=int(unix[1]))
    if DIGITS_PATTERN.match(text):
        # A day without separators. The meaning of other bare numbers would be a guess.
        return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=tzinfo) if len(text) == 8 else None
    return now if text.lower() == "now" else _parse_free_form(text, tzinfo, now)


def _parse_free_form(text, tzinfo, now):
    # Imported here: dateparser takes 0.2 s to load, and most requests contain ISO dates.
    from dateparser.date import DateDataParser

    local_now = now.astimezone(tzinfo).replace(tzinfo=None)
    date_text = re.sub(r"^(next|this|coming)\s+", "", text, flags=re.IGNORECASE)
    parsed = (
        DateDataParser(
            languages=["en"],
            settings={
                "PREFER_DATES_FROM": "current_period" if date_text == text and YEAR_PATTERN.search(text) else "future",
                "RELATIVE_BASE": local_now.replace(hour=0, minute=0, second=0),
                "PREFER_DAY_OF_MONTH": "first",
                "PREFER_LOCALE_DATE_ORDER": False,
                "DATE_ORDER": "DMY" if DAY_FIRST_PATTERN.match(date_text) else "MDY",
                "REQUIRE_PARTS": [],
            },
        )
        .get_date_data(date_text)
        .date_obj
    )
    if parsed is None:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=tzinfo)


def _is_storable(at):
    return at is not None and EARLIEST.replace(tzinfo=None) < at.replace(tzinfo=None) < LATEST.replace(tzinfo=None)
