"""Dates that people type: PHP's grammar, and dates in other languages."""

import datetime as dt
import re

from joindin.utils.datetimes import EARLIEST, LATEST, UTC, get_timezone
from joindin.utils.php_dates import DoubtfulDate, UnreadableDate, read_php_date
from joindin.utils.php_dates.zones import GREATEST_OFFSET, LEAST_OFFSET

# How a message tells the form that every reader understands.
DATE_FORMS = "2027-05-08 or 2027-05-08T09:30"

MAX_DATE_LENGTH = 100
# An offset after a space may be the end of a range, as in "2027-05-08 10:00-12:00": PHP's reader decides.
ISO_PATTERN = re.compile(
    r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?| \d{2}:\d{2}(:\d{2})?Z?)?\Z", re.ASCII
)

# A comment after an offset, as JavaScript writes it: "GMT+0200 (Central European Summer Time)".
ZONE_COMMENT = re.compile(r"(?<=[+-]\d{4})\s*\([^()]*\)\Z")

# Croatian is missing: its "listopad" is October, in its neighbours' languages it is November.
LANGUAGES = [
    *("en", "de", "fr", "es", "it", "pt", "nl", "da", "sv", "nb", "fi", "pl", "cs", "sk", "sl", "hu", "ro", "bg", "el"),
    *("ru", "uk", "tr", "ja", "zh", "ko", "ca", "et", "lv", "lt", "id", "vi"),
]
# Another language is tried for texts with a number and a word, not for dates whose month is a number.
WORD = re.compile(r"[^\W\d_]{3}|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
NUMERIC_DATE = re.compile(r"\d\s*[./-]\s*\d+\s*[./-]\s*\d|\b\d{1,2}[\s./-]+\d{1,2}[\s./-]+\d")
# "8-10 May 2027" and "May 8 to 10" name more than one day.
RANGE = re.compile(r"\d\s*[-\u2013\u2014/&+]\s*\d")


def date_hint(field: str, text: str) -> str | None:
    """Return what to write instead of an unclear date; None for a text without numbers, which is no attempt at one."""
    return f"The date of '{field}' is not clear: write it as {DATE_FORMS}" if re.search(r"\d", text) else None


def parse_date(text: str, timezone: str | None, now: dt.datetime) -> dt.datetime | None:
    """Return the time that a text names, in UTC and whole seconds; None if it is not clear.

    The readings are those of PHP's ``strtotime``: ISO 8601, ``@<unix seconds>``, ``8 September 2014``, ``next friday``,
    ``+1 week``. Text without an offset is local time in ``timezone``, a day without a time is its midnight, and relative
    words count from ``now``.
    """
    reading = _read(text, get_timezone(timezone), now)
    return reading[0] if reading else None


def is_relative(text: str, now: dt.datetime) -> bool:
    """Whether the result of parsing the text can depend on the current time."""
    reading = _read(text, UTC, now)
    return reading is not None and reading[1]


def _read(text, tzinfo, now):
    """Return the time and whether it depends on ``now``, or None."""
    text = text.strip()
    if not text or len(text) > MAX_DATE_LENGTH:
        return None
    at, depends_on_now = _read_iso(text, tzinfo) or _read_php(text, tzinfo, now) or (None, False)
    try:
        at = at.astimezone(UTC).replace(microsecond=0) if at else None
    except OverflowError:
        return None
    return (at, depends_on_now) if at and EARLIEST < at < LATEST else None


def _read_iso(text, tzinfo):
    if not ISO_PATTERN.match(text):
        return None
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError:
        # A day that overflows, as February 30, has a meaning in PHP.
        return None
    if parsed.tzinfo is None:
        return parsed.replace(tzinfo=tzinfo), False
    return (parsed, False) if LEAST_OFFSET <= parsed.utcoffset() <= GREATEST_OFFSET else None


def _read_php(text, tzinfo, now):
    for candidate in {text: None, ZONE_COMMENT.sub("", text): None}:
        try:
            return read_php_date(candidate, tzinfo, now)
        except DoubtfulDate:
            return None
        except UnreadableDate:
            pass
    at = _read_other_language(text, tzinfo)
    return (at, False) if at else None


def _read_other_language(text, tzinfo):
    """Return the time of a full date in one of ``LANGUAGES``, or None."""
    if not re.search(r"\d", text) or not WORD.search(text) or NUMERIC_DATE.search(text) or RANGE.search(text):
        return None
    # Imported here: dateparser takes 0.3 s to load, and most requests contain ISO dates.
    from dateparser.date import DateDataParser

    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"], "PREFER_LOCALE_DATE_ORDER": False}
    try:
        parsed = DateDataParser(languages=LANGUAGES, settings=settings).get_date_data(text).date_obj
    except (ValueError, OverflowError):
        # Numbers beyond the calendar.
        return None
    return parsed.replace(tzinfo=parsed.tzinfo or tzinfo) if parsed else None
