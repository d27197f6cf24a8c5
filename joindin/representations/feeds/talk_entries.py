"""Talks in calendars (RFC 5545): in those of a programme, and in those of one person.

DTSTAMP and LAST-MODIFIED are the time of the last change that calendars show of the talk, SEQUENCE counts these changes. An
entry is therefore the same text, to the byte, until the talk changes.
"""

import datetime as dt
from collections.abc import Iterable

from joindin.models import CANCELLED, CANCELLED_TALK, TENTATIVE_TALK
from joindin.models.event_settings import OFF
from joindin.models.talks import speaker_name
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
from joindin.utils.text import is_web_url
from joindin.utils.translations import load_translations

TENTATIVE_STATUS, CANCELLED_STATUS = "TENTATIVE", "CANCELLED"
# Programs drop entries that end when they start.
SHORTEST = dt.timedelta(minutes=1)


def represent_talk_entry(talk, event, links: Links, *, alarm_minutes: int | None = None) -> str:
    """Return the entry of a talk with its ``room``, which may be None. Cancelled talks have no alarm."""
    status, changed = _status(talk, event), talk.revised_at or updated_at(event)
    title = f"{_cancelled_word(event)}: {talk.title}" if status == CANCELLED_STATUS else talk.title
    location = ", ".join(filter(None, (talk.room and talk.room.name, event.location))) or event.name
    lines = [
        "BEGIN:VEVENT",
        *_identity(talk.id, talk.revision, changed, links),
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
    if talk.room and is_web_url(talk.room.stream_url):
        lines.append(f"CONFERENCE;VALUE=URI:{talk.room.stream_url}")
    if alarm_minutes is not None and status != CANCELLED_STATUS:
        lines += alarm_lines(talk.title, f"-PT{alarm_minutes}M")
    return join_lines([*lines, "END:VEVENT"])


def represent_departed_talk(departed, links: Links) -> str:
    """Return the entry of a talk that was removed, which tells calendars to remove it too. It has no title."""
    return join_lines([
        "BEGIN:VEVENT",
        *_identity(departed.talk_id, departed.sequence, departed.gone_at, links),
        f"SUMMARY:{_cancelled_word(departed.event)}",
        f"DTSTART{time_value(departed.starts_at, departed.timezone)}",
        f"DTEND{time_value(_entry_end(departed), departed.timezone)}",
        f"STATUS:{CANCELLED_STATUS}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ])  # fmt: skip


def without_old_cancelled(talks: Iterable, since: dt.datetime) -> list:
    """Return the talks without cancelled ones that would have ended before ``since``."""
    return [talk for talk in talks if talk.state != CANCELLED_TALK or ends_at(talk) >= since]


def add_talk_zone_years(zone_years: dict[str, tuple[int, int]], talk, zone_name: str | None) -> None:
    add_zone_years(zone_years, zone_name, talk.starts_at, _entry_end(talk).year)


def _identity(talk_id, sequence, changed_at, links):
    changed = utc_stamp(changed_at)
    return [
        f"UID:talk-{talk_id}@{links.namespace_host}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{sequence}",
    ]


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
    names = ", ".join(map(speaker_name, talk.speakers))
    has_feedback = talk.has_feedback and talk.feedback_access != OFF
    feedback = f"{links.website}/f/{talk.stub}" if has_feedback else ""
    return "\n\n".join(filter(None, (names, talk.description, feedback)))
