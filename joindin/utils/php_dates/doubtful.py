"""Texts that PHP reads as a date although their likely meaning is another one, or none.

Each rule names its example. A refusal makes the writer choose a clear form; PHP's reading would be stored in silence.
"""

import datetime as dt
import re
from itertools import pairwise

from joindin.utils.php_dates.parts import DateParts
from joindin.utils.php_dates.patterns import ROMAN

TIME_UNIT = r"(?i:ms|[mµu]?secs?|\w*seconds?|mins?|minutes?|hours?|days?|weeks?|forth?nights?|months?|years?)"

# "08.05.27" is 08:05:27 today for PHP, and "8.5" is 08:05. Both are days for most people.
POINTED_CLOCK = re.compile(r"\d{1,2}\.(?:\d{1,2}\.\d{2}|(?:\d|0[1-9]|1[0-2])\.?)(?!\s*[aApP]\.?[mM])(?:\s|\Z)")
# "1.5 days" is 5 days in the zone +1 for PHP.
FRACTION = re.compile(rf"\d[.,]\d+[ \t]*{TIME_UNIT}\b")
# "monday 2027" is 20:27 on Monday for PHP, and "1999" is today's day of 1999.
YEAR = re.compile(r"(?:19|20)\d\d")
# "2027-January-08" is January in the zone -08 for PHP.
SHORT_OFFSET = re.compile(r"[+-]\d{1,2}")
# "t9" is nine o'clock for PHP, "5 V" is the fifth of May.
BARE_HOUR = re.compile(r"[tT]\d{1,2}")
ROMAN_MONTH = re.compile(rf"\d[^A-Za-z]*(?:{ROMAN})(?![A-Za-z])")
# "X 2027" is October for PHP.
ROMAN_MONTH_OF_YEAR = re.compile(rf"(?:{ROMAN})[^A-Za-z]*|[^A-Za-z]*(?:{ROMAN})")
# "10:00-12:00" is ten o'clock in the zone -12:00 for PHP. A clock with seconds or "T" is a machine's, with its offset,
# and so is "06:00 -0700".
MACHINE_OFFSET = re.compile(r"-\d{4}")
NEGATIVE_OFFSET = re.compile(r"-(\d{1,2}):?(\d{2})?")
SHORT_CLOCK = re.compile(r"(?:.*\s)?\d{1,2}(?:[:.]?\d{1,2})?\s*(?:[ap]\.?m\.?\s*)?", re.IGNORECASE)
ZONE_LETTER = re.compile(r"\(?[A-Ya-y]\)?")


def is_doubtful(text: str, parts: DateParts) -> bool:
    """Return whether PHP's reading of the text is not the likely one."""
    tokens = parts.tokens
    kinds = {token.kind for token in tokens}
    return (
        # "EST" and "a" are zones, and name no time.
        kinds <= {"zone"}
        or bool(FRACTION.search(text))
        or (not parts.has_date and bool(POINTED_CLOCK.match(text)))
        or (not parts.has_date and any(_is_bare_year(token) for token in tokens))
        or (kinds == {"date_and_time"} and len(tokens) == 1 and bool(BARE_HOUR.fullmatch(text)))
        or (parts.year is None and bool(ROMAN_MONTH.match(text)))
        or any(token.kind == "month" and ROMAN_MONTH_OF_YEAR.fullmatch(token.text) for token in tokens)
        # "sat sun" is Sunday for PHP.
        or sum(token.kind == "weekday" for token in tokens) > 1
        or (kinds.isdisjoint({"month", "week_word", "counted_word"}) and _is_on_another_weekday(parts))
        or _has_doubtful_zone(parts)
        or any(_is_misread_pair(first, second, parts) for first, second in pairwise(tokens))
    )


def _is_bare_year(token):
    return token.kind in ("compact_clock", "year") and bool(YEAR.fullmatch(token.text))


def _is_on_another_weekday(parts):
    """Return whether a date contradicts its weekday: "Sunday, 12 April 2027" is the Sunday after this Monday for PHP."""
    if parts.weekday is None or not parts.has_date or None in (parts.year, parts.day):
        return False
    day = dt.date(parts.year, parts.month, 1) + dt.timedelta(days=parts.day - 1)
    return 0 <= parts.weekday != day.isoweekday() % 7


def _has_doubtful_zone(parts):
    """Return whether a zone may be a part of another word: "9:30 p" is a zone for PHP, and "UTC+2" is UTC."""
    zones = [token.text for token in parts.tokens if token.kind == "zone"]
    if any(ZONE_LETTER.fullmatch(zone) for zone in zones):
        return True
    return parts.zones > 1 and not zones[-1].startswith("(")


def _is_range_of_times(first, second, parts):
    offset = NEGATIVE_OFFSET.fullmatch(second.text) if second.kind == "zone" else None
    if offset is None or (MACHINE_OFFSET.fullmatch(second.text) and ":" in first.text):
        return False
    if parts.hour is None or not SHORT_CLOCK.fullmatch(first.text):
        return False
    return (int(offset[1]), int(offset[2] or 0)) > (parts.hour, parts.minute)


def _is_misread_pair(first, second, parts):
    if _is_range_of_times(first, second, parts):
        return True
    if first.end != second.start:
        return False
    if second.kind == "zone":
        if first.kind == "month" and SHORT_OFFSET.fullmatch(second.text):
            return True
        is_range = first.text[0].isdigit() and bool(NEGATIVE_OFFSET.match(second.text))
        return is_range and not parts.has_date
    # "10000-01-01" is 10:00 on 2000-01-01 for PHP.
    return first.kind in ("compact_clock", "year") and first.text[-1].isdigit() and second.text[0].isdigit()
