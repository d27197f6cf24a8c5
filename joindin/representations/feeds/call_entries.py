"""Calls for papers in feeds: entries of Atom, and deadlines in a calendar (RFC 5545).

An entry is the same text until its event changes: it has no times that depend on the day. ``event`` is a record of the agenda.
"""

import datetime as dt
from html import escape

from joindin.models.agenda.call_times import ANYWHERE_ON_EARTH, CallTimes
from joindin.representations.feeds.event_texts import entry_id, period_text, place_text, xml_text
from joindin.representations.feeds.icalendar_format import (
    day_stamp,
    escape_text,
    join_lines,
    time_value,
    utc_stamp,
)
from joindin.representations.gancio.events import created_at, updated_at
from joindin.representations.links import Links
from joindin.utils.datetimes import get_timezone, iso_local
from joindin.utils.text import is_web_url

# Programs drop entries that end when they start.
SHORTEST = dt.timedelta(minutes=1)


def represent_atom_entry(event, links: Links) -> str:
    page = links.canonical_event_page(event)
    return "".join(
        [
            f"<entry><id>{xml_text(entry_id(event, links))}/call</id>",
            f"<title>{xml_text(f'{event.name}: call for papers until {_day(CallTimes.of(event))}')}</title>",
            f'<link rel="alternate" type="text/html" href="{xml_text(page)}"/>',
            f"<published>{iso_local(published_at(event), 'UTC')}</published>",
            f"<updated>{iso_local(max(updated_at(event), published_at(event)), 'UTC')}</updated>",
            *(f'<category term="{xml_text(tag)}"/>' for tag in event.tags),
            f'<content type="html">{xml_text(_html(event, page))}</content>',
            "</entry>",
        ]
    )


def represent_deadline(event, links: Links) -> str:
    """Return the entry of the end of a call: a minute, or the whole day of a call that is open to its end."""
    times, changed = CallTimes.of(event), utc_stamp(updated_at(event))
    if times.has_time:
        when = [
            f"DTSTART{time_value(times.ends_at, times.timezone)}",
            f"DTEND{time_value(times.ends_at + SHORTEST, times.timezone)}",
        ]
    else:
        day = times.local_end.date()
        when = [f"DTSTART;VALUE=DATE:{day_stamp(day)}", f"DTEND;VALUE=DATE:{day_stamp(day + dt.timedelta(days=1))}"]
    lines = [
        "BEGIN:VEVENT",
        f"UID:call-{event.id}@{links.namespace_host}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{event.revision}",
        f"SUMMARY:{escape_text(f'Call for papers closes: {event.name}')}",
        *when,
        f"DESCRIPTION:{escape_text(_text(event, links.canonical_event_page(event)))}",
        f"URL:{links.canonical_event_page(event)}",
        f"LOCATION:{escape_text(place_text(event) or event.name)}",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        *([f"CATEGORIES:{','.join(escape_text(tag) for tag in event.tags)}"] if event.tags else ()),
        "END:VEVENT",
    ]
    return join_lines(lines)


def published_at(event) -> dt.datetime:
    """Return when the call could first be seen: when it opened, or when its event was approved."""
    return max(filter(None, (event.cfp_starts_at, event.approved_at)), default=None) or created_at(event)


def _sentence(event):
    """Return when the call closes, for example ``Closes on Tuesday, 3 August 2027 23:59 (Europe/Berlin), 21:59 UTC.``"""
    times = CallTimes.of(event)
    at = times.last_minute.astimezone(dt.UTC)
    clock = "anywhere on earth" if times.timezone == ANYWHERE_ON_EARTH else times.timezone
    end = f"{times.local_end:%H:%M} ({clock})" if times.has_time else f"to the end of the day ({clock})"
    utc = "" if times.timezone == "UTC" else f", {at:%A}, {at.day} {at:%B} {at.year:04} {at:%H:%M} UTC"
    former = event.cfp_former_ends_at
    extended = f" Extended from {_long_day(former, times)}." if former is not None else ""
    return f"Closes on {_long_day(times.last_minute, times)} {end}{utc}.{extended}"


def _html(event, page):
    place = place_text(event)
    where = f"<br>{escape(place)}" if place else ""
    url = event.cfp_url if is_web_url(event.cfp_url) else page
    return (
        f"<p>{escape(_sentence(event))}</p><p>{escape(period_text(event))}{where}</p>"
        f'<p><a href="{escape(url)}">{escape(url)}</a></p>'
    )


def _text(event, page):
    return "\n\n".join(filter(None, (_sentence(event), event.cfp_url, f"{period_text(event)}\n{page}")))


def _day(times):
    local = times.last_minute.astimezone(get_timezone(times.timezone))
    return f"{local.day} {local:%B} {local.year:04}"


def _long_day(at, times):
    local = at.astimezone(get_timezone(times.timezone))
    return f"{local:%A}, {local.day} {local:%B} {local.year:04}"
