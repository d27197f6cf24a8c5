"""Calendars (RFC 5545, 7986): events in two forms.

- :func:`represent_gancio_entry` follows Gancio's contract (section 12.2): times in UTC, no end if it is not known.
- :func:`represent_entry` is what this server's own addresses serve: local times with the rules of their zone, whole days
  as dates, cancelled and departed events, and series as one entry with a rule.

DTSTAMP and LAST-MODIFIED are the time of the last change that calendars show, SEQUENCE counts these changes. An entry
is therefore the same text, to the byte, until the event changes.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from joindin.models import CANCELLED, POSTPONED, TENTATIVE
from joindin.representations.feeds.event_texts import online_address, place_text, titled
from joindin.representations.feeds.icalendar_format import (
    alarm_lines,
    day_stamp,
    escape_text,
    join_lines,
    time_value,
    utc_stamp,
    zone_components,
)
from joindin.representations.gancio.events import html_of, plain_text_of, updated_at
from joindin.representations.links import Links
from joindin.representations.programme.days import whole_days
from joindin.utils.images.media_types import media_type_of
from joindin.utils.text import is_web_url

PRODUCT_ID = "-//joindin//joindin//EN"
CONTENT_TYPE = "text/calendar; charset=utf-8"

STATUSES = {CANCELLED: "CANCELLED", TENTATIVE: "TENTATIVE", POSTPONED: "TENTATIVE"}
CANCELLED_TITLE = "Cancelled"
ONLINE_LOCATION = "Online"

ONE_HOUR = dt.timedelta(hours=1)
ONE_DAY = dt.timedelta(days=1)
END = "END:VCALENDAR\r\n"


@dataclass(frozen=True)
class CalendarHead:
    """Properties of a calendar as a whole. ``zone_years`` are the first and last year of each zone in it.

    A calendar at a secret address has no ``source``.
    """

    name: str
    source: str | None
    page: str
    revised_at: dt.datetime | None
    timezone: str | None = None
    zone_years: dict[str, tuple[int, int]] = field(default_factory=dict)


def represent_event_calendar(event, links: Links) -> str:
    """Return Gancio's calendar of one event, with an alarm an hour before."""
    return gancio_head() + represent_gancio_entry(event, links, with_alarm=True) + END


def gancio_head() -> str:
    return join_lines(_first_lines())


def represent_head(head: CalendarHead) -> str:
    """Return the beginning of a calendar; the entries and ``END`` follow."""
    lines = [
        *_first_lines(),
        f"NAME:{escape_text(head.name)}",
        f"X-WR-CALNAME:{escape_text(head.name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        *([f"SOURCE;VALUE=URI:{head.source}"] if head.source else ()),
        f"URL:{head.page}",
    ]
    if head.timezone:
        lines.append(f"X-WR-TIMEZONE:{head.timezone}")
    if head.revised_at:
        lines.append(f"LAST-MODIFIED:{utc_stamp(head.revised_at)}")
    return join_lines(lines) + zone_components(head.zone_years)


def _first_lines():
    return [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT_ID}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-PUBLISHED-TTL:PT1H",
    ]


def event_uid(event_id: int, links: Links) -> str:
    """Return the identifier of an event in all calendars. The host does not depend on the request."""
    return f"{event_id}@{links.namespace_host}"


def represent_gancio_entry(event, links: Links, *, with_alarm: bool = False) -> str:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event_uid(event.id, links)}",
        f"SUMMARY:{escape_text(event.name)}",
        *_stamps(event),
        f"DTSTART:{utc_stamp(event.starts_at.replace(second=0))}",
        *([f"DTEND:{utc_stamp(event.ends_at.replace(second=0))}"] if _has_end(event) else ()),
        f"DESCRIPTION:{escape_text(plain_text_of(event))}",
        f"X-ALT-DESC;FMTTYPE=text/html:{_html_value(event)}",
        *_common_lines(event, links, _location(event)),
    ]
    if with_alarm:
        lines += alarm_lines(event.name, "-PT1H")
    return join_lines([*lines, "END:VEVENT"])


def represent_entry(
    event, links: Links, *, series: "SeriesLines | None" = None, alarm_minutes: int | None = None
) -> str:
    """Return the entry of one event, or with ``series`` that of a series or of one of its dates. Cancelled events have no alarm."""
    description = f"{plain_text_of(event)}\n\n{links.canonical_event_page(event)}".lstrip()
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event_uid(series.uid_of if series else event.id, links)}",
        *_stamps(event),
        f"SUMMARY:{escape_text(titled(event))}",
        *_own_times(event, may_be_days=series is None),
        *(series.lines if series else ()),
        f"DESCRIPTION:{escape_text(description)}",
        *_common_lines(event, links, _location(event) or _other_location(event)),
        f"TRANSP:{'TRANSPARENT' if event.ends_at - event.starts_at > ONE_DAY else 'OPAQUE'}",
    ]
    if event.flyer is not None:
        lines.append(
            f"IMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE={media_type_of(event.flyer.file)}:{links.flyer(event.flyer.file)}"
        )
    lines += (f"CONFERENCE;VALUE=URI:{each}" for each in event.online_locations if is_web_url(each))
    if alarm_minutes is not None and event.state != CANCELLED:
        lines += alarm_lines(event.name, f"-PT{alarm_minutes}M")
    return join_lines([*lines, "END:VEVENT"])


@dataclass(frozen=True)
class SeriesLines:
    """The lines that make an entry a series (RRULE, EXDATE) or a date of one (RECURRENCE-ID).

    ``uid_of`` is the id of the parent, whose identifier both have.
    """

    uid_of: int
    lines: tuple[str, ...]


def series_rule(parent, excluded: Iterable[dt.datetime]) -> SeriesLines:
    """Return the lines of the parent; ``excluded`` are the starts that are left out."""
    dates = (f"EXDATE{time_value(each, parent.timezone)}" for each in excluded)
    return SeriesLines(parent.id, (f"RRULE:{parent.rrule}", *dates))


def series_date(parent, occurrence_at: dt.datetime) -> SeriesLines:
    return SeriesLines(parent.id, (f"RECURRENCE-ID{time_value(occurrence_at, parent.timezone)}",))


def represent_departed(departed, links: Links) -> str:
    """Return the entry of an event that was removed, which tells calendars to remove it too. It has no title."""
    return join_lines([
        "BEGIN:VEVENT",
        f"UID:{event_uid(departed.row_id, links)}",
        f"DTSTAMP:{utc_stamp(departed.gone_at)}",
        f"LAST-MODIFIED:{utc_stamp(departed.gone_at)}",
        f"SEQUENCE:{departed.sequence}",
        f"SUMMARY:{CANCELLED_TITLE}",
        *_own_times(departed, may_be_days=True),
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ])  # fmt: skip


def _stamps(event):
    revised = utc_stamp(updated_at(event))
    lines = [f"DTSTAMP:{revised}", f"LAST-MODIFIED:{revised}", f"SEQUENCE:{event.revision}"]
    return lines + ([f"CREATED:{utc_stamp(event.submitted_at)}"] if event.submitted_at else [])


def _common_lines(event, links, location):
    lines = [f"URL:{links.canonical_event_page(event)}"]
    if event.latitude is not None and event.longitude is not None:
        lines.append(f"GEO:{event.latitude:.6f};{event.longitude:.6f}")
    if location:
        lines.append(f"LOCATION:{escape_text(location)}")
    lines.append(f"STATUS:{STATUSES.get(event.state, 'CONFIRMED')}")
    if event.tags:
        lines.append(f"CATEGORIES:{','.join(escape_text(tag) for tag in event.tags)}")
    return lines


def _location(event):
    if (address := online_address(event)) is not None:
        return f"online - {address}" if address else "online"
    return place_text(event)


def _other_location(event):
    """Return a location of an event that has none, because readers drop entries without one."""
    return ONLINE_LOCATION if any(map(is_web_url, event.online_locations)) else event.name


def _html_value(event):
    # Not escaped further: readers take the value as it is.
    return html_of(event).replace("\\", "\\\\").replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _has_end(event):
    return event.is_end_known and event.ends_at > event.starts_at


def _own_times(event, *, may_be_days):
    """Return start and end. Readers drop or refuse entries without an end: an unknown one is an hour later."""
    ends_at = event.ends_at if _has_end(event) else event.starts_at + ONE_HOUR
    if may_be_days and (days := whole_days(event)):
        return [f"DTSTART;VALUE=DATE:{day_stamp(days[0])}", f"DTEND;VALUE=DATE:{day_stamp(days[1] + ONE_DAY)}"]
    return [f"DTSTART{time_value(event.starts_at, event.timezone)}", f"DTEND{time_value(ends_at, event.timezone)}"]
