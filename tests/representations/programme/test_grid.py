"""The grid of a day: no two areas overlap, and the order of the talks is kept."""

import datetime as dt
from itertools import combinations
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joindin.representations.programme.grid import Area, Slot, place, slots_of_day
from joindin.utils.datetimes import UTC


@st.composite
def days(draw):
    slots = []
    for number in range(draw(st.integers(0, 14))):
        start = draw(st.integers(0, 200))
        slots.append(Slot(number, start, start + draw(st.integers(1, 60)), draw(st.sampled_from([None, 1, 2, 3]))))
    return slots


def overlaps(one, other):
    return (
        one.row < other.row_end
        and other.row < one.row_end
        and one.column < other.column_end
        and other.column < one.column_end
    )


@given(days())
def test_no_two_areas_overlap_and_all_are_inside_the_grid(slots):
    grid = place(slots, [3, 1, 2])
    assert set(grid.areas) == {slot.id for slot in slots}
    assert not any(overlaps(one, other) for one, other in combinations(grid.areas.values(), 2))
    for area in grid.areas.values():
        assert 1 <= area.row < area.row_end <= grid.rows + 1
        assert 1 <= area.column < area.column_end <= max(grid.width, 1) + 1


@given(days())
def test_rows_keep_the_order_of_starts_and_ends(slots):
    areas = place(slots).areas
    for one, other in combinations(slots, 2):
        first, second = areas[one.id], areas[other.id]
        assert (one.start < other.start) == (first.row < second.row)
        assert (one.end <= other.start) == (first.row_end <= second.row)


@given(days())
def test_a_talk_stands_in_the_column_of_its_room(slots):
    grid = place(slots, [1, 2, 3])
    columns = {column.key: column for column in grid.columns}
    for slot in slots:
        if slot.column is not None:
            column, area = columns[slot.column], grid.areas[slot.id]
            assert column.start <= area.column < area.column_end <= column.start + column.width


@given(days())
def test_the_grid_does_not_depend_on_the_order_of_the_talks(slots):
    assert place(slots, [1, 2, 3]) == place(slots[::-1], [1, 2, 3])


def test_rooms_are_columns_and_a_talk_without_room_spans_them():
    slots = [Slot(1, 0, 6, "a"), Slot(2, 0, 12, "b"), Slot(3, 12, 18, None)]
    grid = place(slots, ["b", "a"])
    assert grid.areas == {1: Area(1, 2, 7, 3), 2: Area(1, 1, 13, 2), 3: Area(13, 1, 19, 3)}


def test_overlapping_talks_of_a_room_get_lanes():
    grid = place([Slot(1, 0, 6, "a"), Slot(2, 3, 9, "a"), Slot(3, 9, 12, "a")])
    assert grid.areas == {1: Area(1, 1, 7, 2), 2: Area(4, 2, 10, 3), 3: Area(10, 1, 13, 3)}


def test_a_talk_without_room_beside_others_has_a_column_of_its_own():
    grid = place([Slot(1, 0, 6, "a"), Slot(2, 3, 9, None)])
    assert [(column.key, column.start) for column in grid.columns] == [("a", 1), (None, 2)]


def test_a_long_pause_is_shown_as_half_an_hour():
    grid = place([Slot(1, 0, 6, "a"), Slot(2, 90, 96, "a")])
    assert (grid.areas[2].row, grid.rows) == (13, 18)


def test_a_day_without_talks_has_no_areas():
    assert place([]).areas == {}


# 10:00 UTC is 15:45 in Nepal; rows count from 15:00 there.
@pytest.mark.parametrize(
    ("minute", "duration", "rows"), [(0, 30, (9, 15)), (12, 30, (11, 18)), (0, 0, (9, 10)), (0, 10**9, (9, 288))]
)
def test_talks_begin_and_end_at_rows_of_five_minutes(minute, duration, rows):
    starts_at = dt.datetime(2027, 7, 9, 10, minute, tzinfo=UTC)
    talk = SimpleNamespace(id=1, starts_at=starts_at, duration=duration, room_id=4, tracks=[])
    (slot,) = slots_of_day(SimpleNamespace(timezone="Asia/Kathmandu"), [talk], True)
    assert (slot.start, slot.end) == rows


def test_tracks_are_columns_if_no_talk_has_a_room():
    starts_at = dt.datetime(2027, 7, 9, 10, tzinfo=UTC)
    track = SimpleNamespace(id=7)
    talk = SimpleNamespace(id=1, starts_at=starts_at, duration=30, room_id=None, tracks=[track])
    assert slots_of_day(SimpleNamespace(timezone=None), [talk], False)[0].column == 7
