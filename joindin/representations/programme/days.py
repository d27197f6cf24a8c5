"""Days of a programme. A day begins at the event's own boundary, so that talks after midnight belong to the evening."""

import datetime as dt
from itertools import groupby
from typing import NamedTuple

from joindin.utils.datetimes import get_timezone, is_start_of_day

# Phases of an event.
BEFORE, DURING, AFTER = "before", "during", "after"
# The end of a whole day, as people write it: 23:59 or 23:59:59.
LAST_MINUTE = dt.time(23, 59)


def programme_day(event, at: dt.datetime) -> dt.date:
    """Return the day of the programme to which an instant belongs, in the time zone of the event."""
    local = at.astimezone(get_timezone(event.timezone)).replace(tzinfo=None)
    try:
        return (local - dt.timedelta(minutes=event.day_starts_at)).date()
    except OverflowError:
        return local.date()


def event_days(event) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the event itself, in its time zone.

    Events that were given as dates begin and end at midnight (Joind.in's API, and its web client): both dates are days of the
    event. Another end at midnight, or one after it and before the boundary, belongs to the evening.
    """
    zone = get_timezone(event.timezone)
    start, end = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    first = start.date() if is_start_of_day(start) else programme_day(event, event.starts_at)
    if is_start_of_day(start) and is_start_of_day(end):
        return first, max(first, end.date())
    instant = event.ends_at - dt.timedelta.resolution if event.ends_at > event.starts_at else event.ends_at
    return first, max(first, programme_day(event, instant))


def whole_days(event) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day of an event from midnight to the last minute of a day; None for other ones.

    Midnight at both ends is that of dates that were given without times: the last one is a day of the event, as on its page.
    """
    if not event.is_end_known:
        return None
    zone = get_timezone(event.timezone)
    start, end = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    if not is_start_of_day(start) or end < start or not (is_start_of_day(end) or end.time() >= LAST_MINUTE):
        return None
    return start.date(), end.date()


def group_by_day(event, talks) -> dict[dt.date, list]:
    """Return the talks, which are ordered by start, by their day."""
    days = groupby(talks, key=lambda talk: programme_day(event, talk.starts_at))
    return {day: list(talks_of_day) for day, talks_of_day in days}


def ends_at(talk, unknown_length: int = 0) -> dt.datetime:
    """Return the end of a talk; one without a known length takes ``unknown_length`` minutes."""
    try:
        return talk.starts_at + dt.timedelta(minutes=max(talk.duration, 0) or unknown_length)
    except OverflowError:
        return talk.starts_at


class PublishedPlace(NamedTuple):
    """Start and name of the room that a talk had when they were published; None for what is still so."""

    starts_at: dt.datetime | None
    room_name: str | None


def published_place(talk, room) -> PublishedPlace | None:
    """Return what has changed since the place of a talk was published, whose room is given; None if nothing has."""
    if talk.moved_from is None:
        return None
    starts_at = talk.moved_from if talk.moved_from != talk.starts_at else None
    room_name = talk.moved_from_room if talk.moved_from_room != (room and room.name) else None
    return PublishedPlace(starts_at, room_name) if starts_at or room_name else None


def day_shift(event, at: dt.datetime, zone: str | None) -> int:
    """Return by how many calendar days an instant in a zone is after the day of the programme to which it belongs."""
    return (at.astimezone(get_timezone(zone)).date() - programme_day(event, at)).days


def event_phase(event, now: dt.datetime) -> str:
    """Return whether the event is to come, takes place or is over, by the days of its programme."""
    first, last = event_days(event)
    today = programme_day(event, now)
    return BEFORE if today < first else AFTER if today > last else DURING


def next_day_boundary(event, now: dt.datetime) -> dt.datetime:
    """Return when the next day of the programme begins."""
    midnight = dt.datetime.combine(programme_day(event, now) + dt.timedelta(days=1), dt.time())
    local = midnight + dt.timedelta(minutes=event.day_starts_at)
    return local.replace(tzinfo=get_timezone(event.timezone)).astimezone(dt.UTC)
