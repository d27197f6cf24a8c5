"""Placement of the talks of a day in a grid: a column for each room that is used, a row for each five minutes.

Talks of one room that overlap are placed side by side, in lanes of its column. A talk without a room spans all columns if
nothing else happens meanwhile; otherwise it is in a column of its own behind the others. Without any room the tracks are
the columns. No two areas overlap, and earlier talks have earlier rows. Pauses are shown with at most half an hour.
"""

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from joindin.models import CANCELLED_TALK
from joindin.representations.programme.days import ends_at
from joindin.utils.datetimes import get_timezone

MINUTES_PER_ROW = 5
MAX_ROWS = 24 * 60 // MINUTES_PER_ROW
MAX_PAUSE_ROWS = 30 // MINUTES_PER_ROW


@dataclass(frozen=True)
class Slot:
    """``start`` and ``end`` are rows from the start of the day, ``column`` the key of a column, None for no room."""

    id: int
    start: int
    end: int
    column: Hashable | None


@dataclass(frozen=True)
class Area:
    """Lines of a CSS grid, counted from 1, without the row and the column of the headings."""

    row: int
    column: int
    row_end: int
    column_end: int


@dataclass(frozen=True)
class Column:
    """``key`` is None for the talks without a room that happen at the same time as others."""

    key: Hashable | None
    start: int
    width: int


@dataclass(frozen=True)
class Grid:
    """``rows`` is the number of rows; ``lines`` maps a row of the day to its line of the grid."""

    columns: tuple[Column, ...]
    areas: dict[int, Area]
    rows: int
    lines: dict[int, int]

    @property
    def width(self) -> int:
        return sum(column.width for column in self.columns)


def overlapping_ids(talks) -> set[int]:
    """Return the ids of the talks, ordered by start, that are held in the same room as another one at the same time.

    Cancelled talks take no room.
    """
    ids, latest = set(), {}
    for talk in talks:
        if talk.room_id is None or talk.state == CANCELLED_TALK:
            continue
        other = latest.get(talk.room_id)
        if other and talk.starts_at < ends_at(other):
            ids |= {talk.id, other.id}
        if other is None or ends_at(talk) > ends_at(other):
            latest[talk.room_id] = talk
    return ids


def slots_of_day(event, talks, has_rooms: bool) -> list[Slot]:
    """Return the slots of talks of one day. Rooms are their columns, else tracks."""
    if not talks:
        return []
    zone = get_timezone(event.timezone)
    first = min(talk.starts_at for talk in talks)
    # A full hour of the local time, so that the lines of hours are where the clock shows them.
    origin = first.timestamp() - first.astimezone(zone).minute * 60 - first.second
    return [_slot(talk, origin, has_rooms) for talk in talks]


def _slot(talk, origin, has_rooms):
    start = min(int(talk.starts_at.timestamp() - origin) // 60 // MINUTES_PER_ROW, MAX_ROWS - 1)
    end = -(-int(ends_at(talk).timestamp() - origin) // 60 // MINUTES_PER_ROW)
    column = talk.room_id if has_rooms else next((track.id for track in talk.tracks), None)
    return Slot(talk.id, start, max(start + 1, min(end, MAX_ROWS)), column)


def place(slots: Sequence[Slot], order: Sequence[Hashable] = ()) -> Grid:
    """Place the slots. ``order`` are the keys of the columns from left to right; unused ones get no column."""
    slots = sorted(slots, key=lambda slot: (slot.start, slot.end, slot.id))
    spanning = {slot.id for slot in slots if slot.column is None and not _has_company(slot, slots)}
    by_column = {}
    for slot in slots:
        if slot.id not in spanning:
            by_column.setdefault(slot.column, []).append(slot)
    position = {key: index for index, key in enumerate(order)}
    keys = sorted(by_column, key=lambda key: (key is None, position.get(key, len(position))))
    lines, rows = _lines(slots)
    columns, areas, start = [], {}, 1
    for key in keys:
        lanes = _lanes(by_column[key])
        width = max(lane + 1 for lane, _ in lanes.values())
        columns.append(Column(key, start, width))
        for slot in by_column[key]:
            lane, is_last = lanes[slot.id]
            end = start + (width if is_last else lane + 1)
            areas[slot.id] = Area(lines[slot.start], start + lane, lines[slot.end], end)
        start += width
    for slot in slots:
        if slot.id in spanning:
            areas[slot.id] = Area(lines[slot.start], 1, lines[slot.end], max(start, 2))
    return Grid(tuple(columns), areas, rows, lines)


def _has_company(slot, slots):
    return any(other.id != slot.id and other.start < slot.end and slot.start < other.end for other in slots)


def _lanes(slots):
    """Return lane and whether it is the last one of the slots that are connected by overlaps, by slot."""
    lanes, cluster, cluster_end = {}, [], 0
    for slot in slots:
        if cluster and slot.start >= cluster_end:
            _finish(cluster, lanes)
            cluster = []
        taken = {lane for other, lane in cluster if other.end > slot.start}
        cluster.append((slot, next(lane for lane in range(len(taken) + 1) if lane not in taken)))
        cluster_end = max(cluster_end if len(cluster) > 1 else 0, slot.end)
    _finish(cluster, lanes)
    return lanes


def _finish(cluster, lanes):
    last = max((lane for _, lane in cluster), default=0)
    lanes.update({slot.id: (lane, lane == last) for slot, lane in cluster})


def _lines(slots):
    """Return the line of each row that begins or ends a slot or an hour, and the number of rows."""
    lines, line, busy_until = {}, 1, slots[0].start if slots else 0
    previous = busy_until
    lines[previous] = line
    for slot in slots:
        if slot.start > busy_until:
            line += busy_until - previous + min(slot.start - busy_until, MAX_PAUSE_ROWS)
            previous = slot.start
            busy_until = slot.start
        for row in (slot.start, slot.end):
            lines[row] = line + row - previous
        busy_until = max(busy_until, slot.end)
    return lines, line + busy_until - previous - 1


def hours(event, grid: Grid, talks) -> dict[dt.datetime, int]:
    """Return the line of the grid of each local time at which talks start."""
    zone = get_timezone(event.timezone)
    return {talk.starts_at.astimezone(zone): grid.areas[talk.id].row for talk in talks}
