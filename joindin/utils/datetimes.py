"""Instants, days and time zones.

Everything inside the house is an aware datetime in UTC; zones appear only where dates come in
and go out. Zone rules are those of :mod:`zoneinfo`, which go on after 2037 where pytz's tables
end; pytz knows which names exist and which zones a country has.
"""

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytz

UTC = dt.UTC
EPOCH = dt.date(1970, 1, 1)

# A year's distance from what datetime can hold, so that no zone can push an instant over the edge.
EARLIEST = dt.datetime(2, 1, 1, tzinfo=UTC)
LATEST = dt.datetime(9998, 12, 31, tzinfo=UTC)

MAX_DATE_LENGTH = 100
ISO_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?( ?(Z|[+-]\d{2}:?\d{2}))?)?\Z")
UNIX_PATTERN = re.compile(r"@(-?\d{1,12})\Z")
DIGITS_PATTERN = re.compile(r"[+-]?\d+\Z")
YEAR_PATTERN = re.compile(r"\d{4}|\d+[./-]\d+[./-]\d+")
DAY_FIRST_PATTERN = re.compile(r"\d{1,2}[.-]\d{1,2}[.-]\d{4}\b")


def utc_now() -> dt.datetime:
    """This instant, in whole seconds, as everything we store and show is."""
    return dt.datetime.now(UTC).replace(microsecond=0)


def midnight(now: dt.datetime) -> dt.datetime:
    """The start, in UTC, of the day that ``now`` falls in."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def day_number(at: dt.datetime) -> int:
    """The UTC day of an instant, counted from 1970-01-01."""
    return (at.astimezone(UTC).date() - EPOCH).days


def is_timezone(name: str) -> bool:
    return name in pytz.all_timezones_set


def get_timezone(name: str | None) -> dt.tzinfo:
    """The zone of that name; UTC where there is none, or one that nobody knows (old data)."""
    return _load_timezone(name) if name else UTC


@lru_cache(maxsize=1024)
def _load_timezone(name):
    return ZoneInfo(name) if is_timezone(name) else UTC


@lru_cache(maxsize=65536)
def iso_local(at: dt.datetime | None, timezone: str | None) -> str | None:
    """``YYYY-MM-DDTHH:MM:SS±HH:MM`` on the clocks of that zone; always a numeric offset."""
    return None if at is None else at.astimezone(get_timezone(timezone)).isoformat(timespec="seconds")


def iso_utc(at: dt.datetime | None) -> str | None:
    """``YYYY-MM-DDTHH:MM:SS.mmmZ``, as JavaScript writes it."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_date(text: str, timezone: str | None, now: dt.datetime) -> dt.datetime | None:
    """The instant a person meant, or None where that cannot be told.

    Takes ISO 8601, ``@<unix seconds>`` and free forms such as ``8 September 2014`` or
    ``next friday``. A text without an offset is read on the clocks of ``zone_name``, a day
    without a time is its midnight, and relative words count from ``now``.
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
    """Whether the text may mean another instant when it is read later."""
    text = text.strip()
    return bool(text) and not any(form.match(text) for form in (ISO_PATTERN, UNIX_PATTERN, DIGITS_PATTERN))


def _parse(text, tzinfo, now):
    if ISO_PATTERN.match(text):
        parsed = dt.datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=tzinfo)
    if unix := UNIX_PATTERN.match(text):
        return dt.datetime(1970, 1, 1, tzinfo=UTC) + dt.timedelta(seconds=int(unix[1]))
    if DIGITS_PATTERN.match(text):
        # A day without separators; other bare numbers would be guessed at.
        return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=tzinfo) if len(text) == 8 else None
    return now if text.lower() == "now" else _parse_free_form(text, tzinfo, now)


def _parse_free_form(text, tzinfo, now):
    # Imported here: dateparser takes a fifth of a second to load and most requests bring ISO dates.
    from dateparser.date import DateDataParser

    local_now = now.astimezone(tzinfo).replace(tzinfo=None)
    words = re.sub(r"^(next|this|coming)\s+", "", text, flags=re.IGNORECASE)
    found = DateDataParser(
        languages=["en"],
        settings={
            "PREFER_DATES_FROM": "current_period" if words == text and YEAR_PATTERN.search(text) else "future",
            "RELATIVE_BASE": local_now.replace(hour=0, minute=0, second=0),
            "PREFER_DAY_OF_MONTH": "first",
            "PREFER_LOCALE_DATE_ORDER": False,
            "DATE_ORDER": "DMY" if DAY_FIRST_PATTERN.match(words) else "MDY",
            "REQUIRE_PARTS": [],
        },
    ).get_date_data(words)
    parsed = found.date_obj
    if parsed is None:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=tzinfo)


def _is_storable(at):
    return at is not None and EARLIEST.replace(tzinfo=None) < at.replace(tzinfo=None) < LATEST.replace(tzinfo=None)
