"""Changes of a programme: where a talk was and is, as pages and feeds name it."""

import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from joindin.models.agenda.programme_changes import MOVED_TALK, OTHER_ROOM, TALK_REMOVED
from joindin.utils.datetimes import get_timezone

# Names of the kinds of changes; templates and feeds translate them.
KIND_NAMES = {
    "new": "New talk",
    "moved": "Moved",
    "room": "Other room",
    "cancelled": "Cancelled",
    "restored": "Takes place after all",
    "removed": "Taken out",
}
TALK_TAKEN_OUT = "A talk was taken out of the programme."
TALK_NOT_SHOWN = "A talk that is not in the programme any more"


class TalkPlace(NamedTuple):
    """The parts of a talk's place that are named. ``has_no_room`` says that its only room is on the other side of the change."""

    starts_at: dt.datetime | None
    room_name: str | None
    has_no_room: bool = False


class TalkPlaces(NamedTuple):
    was: TalkPlace | None
    now: TalkPlace | None


def places_of_change(change) -> TalkPlaces:
    """Return where the talk was and is. Of a talk that was not moved only one is given; what did not change is in ``now``."""
    if change.kind == TALK_REMOVED:
        return TalkPlaces(TalkPlace(change.starts_before, change.room_before), None)
    if change.kind not in (MOVED_TALK, OTHER_ROOM):
        return TalkPlaces(None, TalkPlace(change.starts_after, change.room_after))
    is_other_room = change.room_before != change.room_after
    was = TalkPlace(
        change.starts_before if change.starts_before != change.starts_after else None,
        change.room_before if is_other_room else None,
        is_other_room and change.room_before is None,
    )
    now = TalkPlace(change.starts_after, change.room_after, is_other_room and change.room_after is None)
    return TalkPlaces(was, now)


def group_changes_by_day(changes: Iterable, timezone: str | None) -> list[tuple[dt.date, list]]:
    """Return the days on which something changed, in the time zone of the event, with their changes, in the order of these."""
    zone = get_timezone(timezone)
    by_day = groupby(changes, lambda change: change.changed_at.astimezone(zone).date())
    return [(day, list(of_day)) for day, of_day in by_day]
