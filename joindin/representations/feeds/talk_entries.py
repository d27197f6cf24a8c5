"""Talks in calendars (RFC 5545): in those of a programme, and in those of one person.

DTSTAMP and LAST-MODIFIED are the time of the last change of the programme, SEQUENCE is its version. An entry is therefore
the same text, to the byte, until the programme changes.
"""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlsplit

from joindin.models import CANCELLED, CANCELLED_TALK, TENTATIVE_TALK
from joindin.representations.feeds.icalendar import CANCELLED_TITLE, STATUSES
from joindin.representations.feeds.icalendar_format import (
    add_zone_years,
    alarm_lines,
    escape_text,
    join_lines,
    time_value,
    utc_stamp,
)
from joindin.representations.gancio.events import updated_at
from joindin.representations.links import Links
from joindin.representations.programme.days import ends_at
from joindin.utils.translations import load_translations

TENTATIVE_STATUS, CANCELLED_STATUS = "TENTATIVE", "CANCELLED"
# Programs drop entries that end when they start.
SHORTEST = dt.timedelta(minutes=1)


def represent_talk_entry(talk, event, links: Links, *, alarm_minutes: int | None = None) -> str:
    """Return the entry of a talk with its ``room``, which may be None. Cancelled talks have no alarm."""
    status, changed = _status(talk, event), utc_stamp(event.programme_changed_at or updated_at(event))
    title = f"{_cancelled_word(event)}: {talk.title}" if status == CANCELLED_STATUS else talk.title
    location = ", ".join(filter(None, (talk.room and talk.room.name, event.location))) or event.name
    lines = [
        "BEGIN:VEVENT",
        f"UID:talk-{talk.id}@{urlsplit(links.website).hostname}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{event.programme_version}",
        f"SUMMARY:{escape_text(title)}",
        f"DTSTART{time_value(talk.starts_at, event.timezone)}",
        f"DTEND{time_value(_entry_end(talk), event.timezone)}",
        f"DESCRIPTION:{escape_text(_description(talk, links))}",
        f"URL:{links.talk_page(talk.stub)}",
        f"LOCATION:{escape_text(location)}",
        f"STATUS:{status}",
        "TRANSP:OPAQUE",
        f"CATEGORIES:{','.join(escape_text(name) for name in (talk.type.title, *(track.name for track in talk.tracks)))}",
    ]
    if alarm_minutes is not None and status != CANCELLED_STATUS:
        lines += alarm_lines(talk.title, f"-PT{alarm_minutes}M")
    return join_lines([*lines, "END:VEVENT"])


def without_old_cancelled(talks: Iterable, since: dt.datetime) -> list:
    """Return the talks without cancelled ones that would have ended before ``since``."""
    return [talk for talk in talks if talk.state != CANCELLED_TALK or ends_at(talk) >= since]


def add_talk_zone_years(zone_years: dict[str, tuple[int, int]], talk, event) -> None:
    add_zone_years(zone_years, event.timezone, talk.starts_at, _entry_end(talk).year)


def _status(talk, event):
    if talk.state == CANCELLED_TALK or event.state == CANCELLED:
        return CANCELLED_STATUS
    return TENTATIVE_STATUS if talk.state == TENTATIVE_TALK else STATUSES.get(event.state, "CONFIRMED")


def _cancelled_word(event):
    """Return the word in the language of the event, because programs that do not know the status show the title alone."""
    return load_translations(event.page_language or "en").gettext(CANCELLED_TITLE)


def _entry_end(talk):
    return max(ends_at(talk), talk.starts_at + SHORTEST)


def _description(talk, links):
    """Return the speakers, the abstract, and the address for feedback."""
    names = ", ".join((speaker.user.full_name if speaker.user else None) or speaker.name for speaker in talk.speakers)
    feedback = f"{links.website}/f/{talk.stub}" if talk.has_feedback else ""
    return "\n\n".join(filter(None, (names, talk.description, feedback)))
