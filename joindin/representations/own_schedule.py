"""The own schedule of a person at an event: talks and shifts by day, with the free time between them and their overlaps."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from joindin.models import CANCELLED_TALK
from joindin.utils.datetimes import get_timezone

# The overlaps that one entry names.
MAX_OVERLAPS = 5


@dataclass
class Overlap:
    title: str
    minutes: int


@dataclass
class ScheduleEntry:
    """A talk or a shift. ``free_minutes`` is the time since everything before it on the same day ended, if there is any.

    A cancelled talk takes no time: it has no free time before it and no overlaps.
    """

    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    talk: object | None = None
    shift: object | None = None
    free_minutes: int = 0
    overlaps: list[Overlap] = field(default_factory=list)

    @property
    def is_cancelled(self) -> bool:
        return self.talk is not None and self.talk.state == CANCELLED_TALK


def talk_entry(talk) -> ScheduleEntry:
    ends_at = talk.starts_at + dt.timedelta(minutes=max(talk.duration, 0))
    return ScheduleEntry(talk.title, talk.starts_at, ends_at, talk=talk)


def shift_entry(shift) -> ScheduleEntry:
    return ScheduleEntry(shift.label or shift.type_title, shift.starts_at, shift.ends_at, shift=shift)


def group_own_schedule(
    entries: Iterable[ScheduleEntry], timezone: str | None, day_starts_at: int = 0
) -> list[tuple[dt.date, list[ScheduleEntry]]]:
    """Return the entries by day in the time zone of the event. A day begins ``day_starts_at`` minutes after midnight."""
    zone, offset = get_timezone(timezone), dt.timedelta(minutes=day_starts_at)
    entries = sorted(entries, key=lambda entry: (entry.starts_at, entry.ends_at, entry.title))
    by_day = groupby(entries, key=lambda entry: (entry.starts_at.astimezone(zone) - offset).date())
    return [(on, _with_relations(list(those))) for on, those in by_day]


def _with_relations(entries):
    held = [entry for entry in entries if not entry.is_cancelled]
    busy_until = held[0].ends_at if held else None
    for number, entry in enumerate(held):
        entry.free_minutes = max(0, _minutes(entry.starts_at - busy_until))
        busy_until = max(busy_until, entry.ends_at)
        for later in held[number + 1 :]:
            if later.starts_at >= entry.ends_at or len(entry.overlaps) >= MAX_OVERLAPS:
                break
            _add_overlap(entry, later)
    return entries


def _add_overlap(entry, later):
    minutes = _minutes(min(entry.ends_at, later.ends_at) - later.starts_at)
    if minutes > 0:
        entry.overlaps.append(Overlap(later.title, minutes))
        if len(later.overlaps) < MAX_OVERLAPS:
            later.overlaps.append(Overlap(entry.title, minutes))


def _minutes(duration):
    return int(duration.total_seconds() // 60)
