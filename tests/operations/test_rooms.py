"""Rooms of an event."""

import re

import pytest

from joindin.errors import Conflict
from joindin.operations.rooms import add_room, find_or_add_room
from tests.factories import make_event


def test_a_room_is_added_behind_the_others_with_a_slug_and_a_code(session):
    event = make_event(session)
    rooms = [find_or_add_room(session, event, name) for name in ("Saal 1", "Große Halle", "会議室")]
    assert [(room.slug, room.position) for room in rooms] == [("saal-1", 0), ("grosse-halle", 1), ("room", 2)]
    assert all(re.fullmatch("[a-hjkmnp-z2-9]{8}", room.code) for room in rooms)


def test_a_name_in_other_case_or_accents_is_the_same_room(session):
    event = make_event(session)
    assert find_or_add_room(session, event, "Café") is find_or_add_room(session, event, "CAFE")


def test_rooms_whose_slugs_are_equal_get_numbers(session):
    event = make_event(session)
    names = "Hall A", "Hall+A", "Hall  A!"
    assert [find_or_add_room(session, event, name).slug for name in names] == ["hall-a", "halla", "hall-a-2"]


def test_rooms_of_two_events_may_have_the_same_name(session):
    rooms = [find_or_add_room(session, make_event(session), "Hall") for _ in range(2)]
    assert [room.slug for room in rooms] == ["hall", "hall"]


def test_a_second_room_of_a_name_is_refused(session):
    event = make_event(session)
    add_room(session, event, name="Hall", capacity=80)
    with pytest.raises(Conflict):
        add_room(session, event, name="hall")
