"""Calendar of one person: shifts as ephios writes them (spec 19), and talks that the person gives or has starred.

DTSTAMP and LAST-MODIFIED are the last change of the shift, its event or the participation, so that an entry is the same
text until something changes.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from joindin.models.crew import CONFIRMED, REQUESTED
from joindin.representations.ephios.links import CrewLinks
from joindin.representations.feeds.icalendar import END, PRODUCT_ID
from joindin.representations.feeds.icalendar_format import (
    alarm_lines,
    escape_text,
    join_lines,
    utc_stamp,
    zone_components,
)
from joindin.representations.feeds.talk_entries import (
    add_talk_zone_years,
    represent_departed_talk,
    represent_talk_entry,
)
from joindin.representations.links import Links
from joindin.utils.text import strip_control_chars

PARTICIPATION_STATUSES = {CONFIRMED: "CONFIRMED", REQUESTED: "TENTATIVE"}


def represent_calendar(
    name: str,
    shifts: Iterable,
    organizers: Mapping[int, str],
    talks: Sequence,
    departed: Sequence,
    links: CrewLinks,
    site: Links,
) -> str:
    """Return the calendar; ``departed`` are talks that were removed from it."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT_ID}",
        "CALSCALE:GREGORIAN",
        f"NAME:{escape_text(name)}",
        f"X-WR-CALNAME:{escape_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    zone_years = {}
    for talk in talks:
        add_talk_zone_years(zone_years, talk, talk.event.timezone)
    for each in departed:
        add_talk_zone_years(zone_years, each, each.timezone)
    return "".join([
        join_lines(lines),
        zone_components(zone_years),
        *(represent_shift_entry(shift, links, organizer=organizers.get(shift.event_id)) for shift in shifts),
        *(represent_talk_entry(talk, talk.event, site) for talk in talks),
        *(represent_departed_talk(each, site) for each in departed),
        END,
    ])  # fmt: skip


def _last_change(row) -> dt.datetime:
    """Return when the entry of a shift changed last."""
    times = (row.revised_at, row.event_revised_at, row.created_at, row.submitted_at)
    return max(filter(None, times), default=row.starts_at)


def represent_shift_entry(
    shift, links: CrewLinks, *, organizer: str | None = None, alarm_minutes: int | None = None
) -> str:
    title = f"{shift.label} ({shift.name})" if shift.label else shift.name
    changed = utc_stamp(_last_change(shift))
    lines = [
        "BEGIN:VEVENT",
        f"SUMMARY:{escape_text(title)}",
        f"DTSTART:{utc_stamp(shift.starts_at)}",
        f"DTEND:{utc_stamp(shift.ends_at)}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{shift.revision}",
        f"UID:{shift.id}@{links.site}",
        f"DESCRIPTION:{escape_text(shift.description or '')}",
        f"LOCATION:{escape_text(shift.location or '')}",
        *([f"ORGANIZER:MAILTO:{strip_control_chars(organizer)}"] if organizer else ()),
        f"STATUS:{PARTICIPATION_STATUSES.get(shift.state, 'CANCELLED')}",
        f"URL:{links.event_page(shift.event_id, shift.name)}#shift-{shift.id}",
    ]
    if alarm_minutes is not None:
        lines += alarm_lines(title, f"-PT{alarm_minutes}M")
    return join_lines([*lines, "END:VEVENT"])
