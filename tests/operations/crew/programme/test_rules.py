"""Shifts that a rule gives for talks."""

import datetime as dt

import pytest

from joindin.models.crew import CAMERA, ROOM_HELP, SESSION_CHAIR
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.programme.rules import ShiftRule, check_rule, plan_shifts, split_blocks
from joindin.queries.crew.programme import ProgrammeTalk
from joindin.utils.datetimes import UTC

pytestmark = pytest.mark.runs_once("rules use no database")

MAIN, SIDE = (1, "Main hall"), (2, "Side room")


def talk(number, time, minutes=45, *tracks, day=9):
    hour, minute = map(int, time.split(":"))
    starts_at = dt.datetime(2033, 7, day, hour, minute, tzinfo=UTC)
    return ProgrammeTalk(number, f"Talk {number}", starts_at, starts_at + dt.timedelta(minutes=minutes), tracks)


def times(planned):
    return [(each.talk_ids, f"{each.starts_at:%d %H:%M}", f"{each.ends_at:%H:%M}") for each in planned]


def test_a_chair_for_each_talk_is_there_before_and_after_it():
    rule = ShiftRule(SESSION_CHAIR, "Chair: {talk} in {room}", 15, 5)

    planned = plan_shifts(rule, [talk(2, "11:00", 30, SIDE), talk(1, "10:00", 45, MAIN), talk(3, "12:00")], "UTC")

    assert times(planned) == [
        ((1,), "09 09:45", "10:50"),
        ((2,), "09 10:45", "11:35"),
        ((3,), "09 11:45", "12:50"),
    ]
    assert [each.label for each in planned] == [
        "Chair: Talk 1 in Main hall", "Chair: Talk 2 in Side room", "Chair: Talk 3 in"
    ]  # fmt: skip
    assert [each.track_id for each in planned] == [1, 2, None]


def test_help_in_a_track_lasts_from_the_first_talk_of_a_block_to_the_end_of_the_last():
    rule = ShiftRule(ROOM_HELP, "Room help: {room}", 30, 15, max_gap=30)
    talks = [
        talk(1, "10:00", 45, MAIN),
        talk(2, "11:15", 45, MAIN),
        talk(3, "10:30", 180, SIDE),
        talk(4, "12:31", 45, MAIN),
        talk(5, "10:45", 10, SIDE),
        talk(6, "13:50", 10, SIDE),
        talk(7, "10:00", 45, MAIN, day=10),
    ]

    planned = plan_shifts(rule, talks, "UTC")

    assert times(planned) == [
        ((1, 2), "09 09:30", "12:15"),
        ((3, 5, 6), "09 10:00", "14:15"),
        ((4,), "09 12:01", "13:31"),
        ((7,), "10 09:30", "11:00"),
    ]
    assert {each.label for each in planned} == {"Room help: Main hall", "Room help: Side room"}


def test_a_day_ends_at_six_in_the_morning_of_the_time_zone():
    night = [talk(1, "03:00", 60), talk(2, "04:00", 30), talk(3, "04:30", 60)]

    assert [[each.id for each in block] for block in split_blocks(night, 60, "Europe/Berlin")] == [[1], [2, 3]]
    assert [[each.id for each in block] for block in split_blocks(night, 60, "UTC")] == [[1, 2, 3]]


def test_cameras_are_only_in_the_chosen_tracks():
    rule = ShiftRule(CAMERA, "Camera: {talk}", track_ids=frozenset({2}))

    planned = plan_shifts(rule, [talk(1, "10:00", 45, MAIN), talk(2, "11:00", 45, MAIN, SIDE), talk(3, "12:00")], "UTC")

    assert [(each.talk_ids, each.track_id) for each in planned] == [((2,), 2)]


def test_labels_have_one_line_and_an_end():
    rule = ShiftRule(SESSION_CHAIR, "{talk}: {room}")
    long = talk(1, "10:00")._replace(title="A\n b " + "x" * 400)

    assert [each.label for each in plan_shifts(rule, [long], "UTC")] == [("A b " + "x" * 251)]
    assert check_rule(ShiftRule(CAMERA, " a\r\nb\x00 ")).label_pattern == "a b"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "cook"}, "kind"),
        ({"minutes_before": -1}, "minutes_before"),
        ({"minutes_after": 601}, "minutes_after"),
        ({"max_gap": 601}, "max_gap"),
        ({"label_pattern": "x" * 256}, "label"),
    ],
)
def test_unacceptable_values_are_refused(fields, field):
    with pytest.raises(InvalidCrewField) as raised:
        check_rule(ShiftRule(**{"kind": CAMERA, "label_pattern": "Camera"} | fields))

    assert raised.value.field == field
