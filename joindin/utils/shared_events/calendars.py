"""Events in iCalendar files (RFC 5545). A series is one event: that of its first date."""

import datetime as dt
import re
import warnings
from collections.abc import Iterable, Iterator

from joindin.utils.shared_events.shared_event import (
    MAX_EVENTS,
    MAX_TEXT_LENGTH,
    PARSING,
    SharedEvent,
    UnreadableFile,
    to_text,
    to_time,
)
from joindin.utils.text import strip_control_chars

MAX_LINES = 50_000
MAX_LINE_LENGTH = MAX_TEXT_LENGTH

FOLD_PATTERN = re.compile(r"\r?\n[ \t]")


def read_calendar(text: str, timezone: dt.tzinfo) -> list[SharedEvent]:
    """Return the events of a calendar; ``timezone`` is that of times without a zone.

    :raises UnreadableFile: if the text is no calendar or has too many or too long lines, or too many events.
    """
    # Imported here: few workers import calendars.
    from icalendar import Calendar

    lines = FOLD_PATTERN.sub("", strip_control_chars(text.lstrip("\ufeff"))).splitlines()
    if len(lines) > MAX_LINES or any(len(line) > MAX_LINE_LENGTH for line in lines):
        raise UnreadableFile("The calendar has too many or too long lines")
    with PARSING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            calendars = Calendar.from_ical("\r\n".join([*_without_timezones(lines), ""]), multiple=True)
            entries = [entry for calendar in calendars for entry in calendar.walk("VEVENT")]
        except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):
            raise UnreadableFile("The text is no calendar") from None
    if not calendars:
        raise UnreadableFile("The text is no calendar")
    if len(entries) > MAX_EVENTS:
        raise UnreadableFile(f"The calendar has more than {MAX_EVENTS:,} events")
    return [_to_event(entry, timezone) for entry in entries]


def _without_timezones(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines outside of ``VTIMEZONE``.

    Time zones are found by their names. The rules in a file could describe changes of clocks in every second.
    """
    is_inside = False
    for line in lines:
        delimiter = line.rstrip().upper()
        is_inside = is_inside or delimiter == "BEGIN:VTIMEZONE"
        if not is_inside:
            yield line
        elif delimiter == "END:VTIMEZONE":
            is_inside = False


def _to_event(entry, timezone):
    starts_at, ends_at = _read_times(entry, timezone)
    return SharedEvent(
        title=_read_text(entry, "SUMMARY"),
        description=_read_text(entry, "DESCRIPTION"),
        place_name=_read_text(entry, "LOCATION"),
        starts_at=starts_at,
        ends_at=ends_at,
        organizer=_read_organizer(entry),
        status=_read_text(entry, "STATUS") or None,
        uid=_read_text(entry, "UID") or None,
        modified_at=to_time(_read_value(entry, "LAST-MODIFIED"), timezone),
    )


def _first(entry, name):
    value = entry.get(name)
    return next(iter(value), None) if isinstance(value, list) else value


def _read_text(entry, name):
    value = _first(entry, name)
    return to_text("" if value is None else str(value))


def _read_value(entry, name):
    value = _first(entry, name)
    # A value that could not be parsed is a text.
    return None if isinstance(value, str) else getattr(value, "dt", None)


def _read_organizer(entry):
    organizer = _first(entry, "ORGANIZER")
    name = getattr(organizer, "params", {}).get("CN") if organizer is not None else None
    return to_text(str(name or organizer or "")) or None


def _read_times(entry, timezone):
    start, end, duration = (_read_value(entry, name) for name in ("DTSTART", "DTEND", "DURATION"))
    starts_at = to_time(start, timezone)
    is_whole_day = isinstance(start, dt.date) and not isinstance(start, dt.datetime)
    try:
        if end is None and starts_at is not None and isinstance(duration, dt.timedelta):
            end = start + duration
        if is_whole_day and end is not None and end > start:
            # The end of whole days is the day after the last one.
            last = end.date() if isinstance(end, dt.datetime) else end - dt.timedelta(days=1)
            return starts_at, to_time(dt.datetime.combine(last, dt.time(23, 59)), timezone)
    except (OverflowError, TypeError):
        return starts_at, None
    return starts_at, to_time(end, timezone)
