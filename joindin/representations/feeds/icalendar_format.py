"""The text format of iCalendar (RFC 5545): lines, values and time zones.

Written by hand: the library ``icalendar`` takes thirty times as long, and leaves out changes of clocks in Morocco.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from joindin.utils.datetimes import UTC, get_timezone
from joindin.utils.text import strip_control_chars
from joindin.utils.timezones import find_timezone, find_timezone_name

MAX_LINE_BYTES = 75
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
LINE_BREAK = re.compile(r"\r\n|[\r\x85\u2028\u2029]")

# Years for which time zones are written out; times outside are in UTC.
FIRST_YEAR, LAST_YEAR = 1970, 2200
# A zone is written for whole groups of years, so that few different texts are computed.
YEARS_PER_GROUP = 5
# Names that some readers take for something else than a region, or do not have.
PLAIN_UTC = frozenset(("UTC", "GMT", "Zulu", "Universal", "UCT", "Greenwich"))


def join_lines(lines: Iterable[str]) -> str:
    """Return the content lines folded at 75 octets, each ended by CRLF."""
    return "".join(_fold(line) for line in lines)


def _fold(line):
    if len(line) <= MAX_LINE_BYTES and line.isascii():
        return f"{line}\r\n"
    octets, parts, start, room = line.encode(), [], 0, MAX_LINE_BYTES
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            # In the middle of a character.
            end -= 1
        parts.append(octets[start:end])
        # The space of the continuation is one of its octets.
        start, room = end, MAX_LINE_BYTES - 1
    return (b"\r\n ".join([*parts, octets[start:]]) + b"\r\n").decode()


def escape_text(text: str) -> str:
    """Return the TEXT value (RFC 5545, section 3.3.11)."""
    return strip_control_chars(LINE_BREAK.sub("\n", text)).translate(ESCAPES)


def utc_stamp(at: dt.datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}".rjust(16, "0")


def local_stamp(at: dt.datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}".rjust(15, "0")


def day_stamp(on: dt.date) -> str:
    return f"{on:%Y%m%d}".rjust(8, "0")


def calendar_zone(name: str | None, at: dt.datetime) -> str | None:
    """Return the name of the zone for a TZID, or None if a time in it is better written in UTC."""
    known = find_timezone_name(name)
    is_region = known is not None and "/" in known and not known.startswith("Etc/") and known not in PLAIN_UTC
    return known if is_region and FIRST_YEAR < at.year < LAST_YEAR else None


def time_value(at: dt.datetime, zone_name: str | None) -> str:
    """Return what follows the name of a property that is a time: in the zone with its name, or in UTC."""
    zone = calendar_zone(zone_name, at)
    return f";TZID={zone}:{local_stamp(at.astimezone(get_timezone(zone)))}" if zone else f":{utc_stamp(at)}"


def alarm_lines(title: str, trigger: str) -> list[str]:
    """Return an alarm that shows the title; ``trigger`` is a duration from the start, such as ``-PT10M``."""
    return ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escape_text(title)}", f"TRIGGER:{trigger}", "END:VALARM"]


def add_zone_years(
    zone_years: dict[str, tuple[int, int]], zone_name: str | None, starts_at: dt.datetime, last_year: int
) -> None:
    """Add the years of an entry to those for which a calendar needs the rules of each zone."""
    zone = calendar_zone(zone_name, starts_at)
    if zone is not None:
        first, last = zone_years.get(zone, (starts_at.year, last_year))
        zone_years[zone] = min(first, starts_at.year), max(last, last_year)


def zone_components(zone_years: Mapping[str, tuple[int, int]]) -> str:
    """Return the VTIMEZONE of each zone for its first and last year."""
    return "".join(zone_component(name, *years) for name, years in sorted(zone_years.items()))


def zone_component(name: str, first_year: int, last_year: int) -> str:
    """Return the VTIMEZONE of a zone with its changes of clocks from one year to another, both included."""
    first = first_year - first_year % YEARS_PER_GROUP
    last = min(last_year - last_year % YEARS_PER_GROUP + YEARS_PER_GROUP, LAST_YEAR)
    return _zone_component(name, max(first, FIRST_YEAR), last)


@lru_cache(maxsize=512)
def _zone_component(name, first_year, end_year):
    zone, start = find_timezone(name), dt.datetime(first_year, 1, 1, tzinfo=UTC)
    lines = [
        "BEGIN:VTIMEZONE",
        f"TZID:{name}",
        *_observance(_clock(zone, start), _clock(zone, start), [start.replace(tzinfo=None)]),
    ]
    starts = defaultdict(list)
    for at, before, after in _changes(zone, start, dt.datetime(end_year, 1, 1, tzinfo=UTC)):
        # A change is written in the clock that it ends.
        starts[before, after].append(at.replace(tzinfo=None) + before.offset)
    for (before, after), those in starts.items():
        lines += _observance(before, after, those)
    return join_lines([*lines, "END:VTIMEZONE"])


class _Clock(NamedTuple):
    offset: dt.timedelta
    name: str
    is_summer: bool


def _clock(zone, at):
    local = at.astimezone(zone)
    return _Clock(local.utcoffset(), local.tzname(), bool(local.dst()))


def _changes(zone, start, end):
    """Yield the UTC times at which the clock changes, to the second, with the clocks before and after."""
    at, clock = start, _clock(zone, start)
    while at < end:
        following = at + dt.timedelta(days=1)
        if (later := _clock(zone, following)) != clock:
            low, high = at, following
            while high - low > dt.timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if _clock(zone, middle) == clock else (low, middle)
            yield high.replace(microsecond=0), clock, later
        at, clock = following, later


def _observance(before, after, starts):
    kind = "DAYLIGHT" if after.is_summer else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{local_stamp(starts[0])}",
        # ical.js, of Thunderbird, reads the first date of each RDATE alone, and skips DTSTART if there is one.
        *(f"RDATE:{local_stamp(start)}" for start in (starts if starts[1:] else ())),
        f"TZNAME:{escape_text(after.name)}",
        f"TZOFFSETFROM:{_offset(before.offset)}",
        f"TZOFFSETTO:{_offset(after.offset)}",
        f"END:{kind}",
    ]


def _offset(offset):
    minutes, seconds = divmod(abs(int(offset.total_seconds())), 60)
    sign = "-" if offset < dt.timedelta(0) else "+"
    return f"{sign}{minutes // 60:02}{minutes % 60:02}{f'{seconds:02}' if seconds else ''}"
