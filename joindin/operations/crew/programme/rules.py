"""Shifts that a rule gives for talks: one for each talk, or one for each block of talks in one track."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from joindin.models.crew import CAMERA, KINDS, ROOM_HELP, SESSION_CHAIR
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.fields import check_line
from joindin.queries.crew.programme import ProgrammeTalk
from joindin.utils.datetimes import get_timezone

# Talks until six in the morning belong to the day before.
DAY_BOUNDARY = dt.timedelta(hours=6)
MAX_MINUTES, MAX_LABEL_LENGTH, DEFAULT_GAP = 600, 255, 30
TALK, ROOM = "{talk}", "{room}"
DEFAULT_PATTERNS = {
    SESSION_CHAIR: f"Session chair: {TALK}",
    ROOM_HELP: f"Room help: {ROOM}",
    CAMERA: f"Camera: {TALK}",
}
MSG_NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."
MSG_MINUTES = f"Enter a number of minutes between 0 and {MAX_MINUTES}."


@dataclass(frozen=True)
class ShiftRule:
    """``max_gap`` is the longest break in minutes within a block; None makes a shift for each talk.

    ``track_ids`` are the tracks whose talks count; None are all talks.
    """

    kind: str
    label_pattern: str
    minutes_before: int = 0
    minutes_after: int = 0
    max_gap: int | None = None
    track_ids: frozenset[int] | None = None


class PlannedShift(NamedTuple):
    track_id: int | None
    talk_ids: tuple[int, ...]
    label: str
    starts_at: dt.datetime
    ends_at: dt.datetime


def check_rule(rule: ShiftRule) -> ShiftRule:
    """Return the rule with its label on one line; :raises InvalidCrewField: if a value is not acceptable."""
    if rule.kind not in KINDS:
        raise InvalidCrewField("kind", MSG_NO_CHOICE)
    for name in ("minutes_before", "minutes_after", "max_gap"):
        value = getattr(rule, name)
        if value is not None and not 0 <= value <= MAX_MINUTES:
            raise InvalidCrewField(name, MSG_MINUTES)
    return replace(rule, label_pattern=check_line("label", rule.label_pattern, MAX_LABEL_LENGTH))


def plan_shifts(rule: ShiftRule, talks: Iterable[ProgrammeTalk], timezone: str | None) -> list[PlannedShift]:
    """Return the shifts by their start. Blocks end with the day of the time zone, at six in the morning."""
    by_track = defaultdict(list)
    for talk in talks:
        track = choose_track(talk, rule.track_ids)
        if track is not None or rule.track_ids is None:
            by_track[track].append(talk)
    planned = [
        plan_shift(rule, track, block)
        for track, those in by_track.items()
        for block in split_blocks(those, rule.max_gap, timezone)
    ]
    return sorted(planned, key=lambda each: (each.starts_at, each.talk_ids))


def choose_track(talk: ProgrammeTalk, track_ids) -> tuple[int, str] | None:
    """Return the first of the talk's tracks that counts, or None."""
    return next((track for track in talk.tracks if track_ids is None or track[0] in track_ids), None)


def split_blocks(
    talks: Sequence[ProgrammeTalk], max_gap: int | None, timezone: str | None
) -> list[list[ProgrammeTalk]]:
    """Return the talks in groups that follow each other on one day; without ``max_gap`` each alone."""
    blocks, end = [], None
    for talk in sorted(talks, key=lambda talk: (talk.starts_at, talk.id)):
        follows = (
            max_gap is not None
            and end is not None
            and talk.starts_at - end <= dt.timedelta(minutes=max_gap)
            and _day(talk, timezone) == _day(blocks[-1][0], timezone)
        )
        if follows:
            blocks[-1].append(talk)
        else:
            blocks.append([talk])
        end = max(end, talk.ends_at) if follows else talk.ends_at
    return blocks


def plan_shift(rule: ShiftRule, track: tuple[int, str] | None, talks: Sequence[ProgrammeTalk]) -> PlannedShift:
    """Return the shift of these talks, which are in the order of their start."""
    label = rule.label_pattern.replace(TALK, talks[0].title).replace(ROOM, track[1] if track else "")
    return PlannedShift(
        track and track[0],
        tuple(talk.id for talk in talks),
        " ".join(label.split()).rstrip(" :-–,")[:MAX_LABEL_LENGTH],
        talks[0].starts_at - dt.timedelta(minutes=rule.minutes_before),
        max(talk.ends_at for talk in talks) + dt.timedelta(minutes=rule.minutes_after),
    )


def _day(talk, timezone):
    return (talk.starts_at.astimezone(get_timezone(timezone)) - DAY_BOUNDARY).date()
