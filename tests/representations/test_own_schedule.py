"""Days of an own schedule, with free time and overlaps."""

import datetime as dt
from types import SimpleNamespace

import pytest

from joindin.representations.own_schedule import MAX_OVERLAPS, ScheduleEntry, group_own_schedule
from joindin.utils.datetimes import UTC

pytestmark = pytest.mark.runs_once("no database")


def entry(title, start, end, day=3):
    def at(text):
        return dt.datetime.fromisoformat(f"2030-05-{day:02}T{text}").replace(tzinfo=UTC)

    return ScheduleEntry(title, at(start), at(end))


def schedule(*entries, **options):
    return [
        (day.day, [(each.title, each.free_minutes, [(o.title, o.minutes) for o in each.overlaps]) for each in those])
        for day, those in group_own_schedule(entries, "UTC", **options)
    ]


def test_the_time_between_two_talks_is_free():
    assert schedule(entry("B", "11:30", "12:00"), entry("A", "10:00", "11:00")) == [
        (3, [("A", 0, []), ("B", 30, [])]),
    ]


def test_a_long_entry_overlaps_all_within_it_and_nothing_is_free_before_its_end():
    assert schedule(entry("A", "10:00", "12:00"), entry("B", "10:30", "11:00"), entry("C", "11:30", "12:30")) == [
        (3, [("A", 0, [("B", 30), ("C", 30)]), ("B", 0, [("A", 30)]), ("C", 0, [("A", 30)])]),
    ]


def test_a_cancelled_talk_takes_no_time():
    cancelled = entry("X", "10:30", "12:30")
    cancelled.talk = SimpleNamespace(state="cancelled")
    assert schedule(cancelled, entry("A", "10:00", "11:00"), entry("B", "12:00", "13:00")) == [
        (3, [("A", 0, []), ("X", 0, []), ("B", 60, [])]),
    ]
    assert schedule(cancelled) == [(3, [("X", 0, [])])]


def test_entries_that_touch_do_not_overlap():
    assert schedule(entry("A", "10:00", "11:00"), entry("B", "11:00", "12:00"), entry("C", "11:00", "11:00")) == [
        (3, [("A", 0, []), ("C", 0, []), ("B", 0, [])]),
    ]


def test_a_day_begins_at_the_boundary_of_the_event():
    entries = entry("Late", "00:30", "01:30", day=4), entry("Evening", "23:00", "23:59")

    assert schedule(*entries, day_starts_at=360) == [(3, [("Evening", 0, []), ("Late", 31, [])])]
    assert [day for day, _ in schedule(*entries)] == [3, 4]


def test_a_thousand_entries_at_the_same_time_name_few_overlaps():
    [(_, those)] = schedule(*(entry(f"T{number}", "10:00", "11:00") for number in range(1000)))

    assert max(len(overlaps) for _, _, overlaps in those) == MAX_OVERLAPS


def test_nothing_has_no_days():
    assert schedule() == []
