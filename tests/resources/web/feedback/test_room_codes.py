"""The page of the code of a room: the talk that has just been there, or the day of the room (site 4.1)."""

import re

import pytest
import time_machine

from tests.browser_client import main_text
from tests.factories import make_event, make_room, make_talk, parse_instant

TALKS = {
    "Yesterday": "2033-05-02T17:00",
    "Morning": "2033-05-03T09:00",
    "Noon": "2033-05-03T12:00",
    "Evening": "2033-05-03T18:00",
    # Before six in the morning it is still the day before.
    "Night": "2033-05-04T01:00",
    "Tomorrow": "2033-05-04T09:00",
}


@pytest.fixture
def room(session):
    event = make_event(
        session, slug="may", timezone="UTC", starts_at=parse_instant("2033-05-02"), ends_at=parse_instant("2033-05-05")
    )
    room = make_room(session, event, "Hall", code="abcd2345")
    for title, starts_at in TALKS.items():
        make_talk(session, event, title, stub=title[:5].lower(), slug=title.lower(), duration=30,
                  starts_at=parse_instant(starts_at), room_id=room.id)  # fmt: skip
    session.commit()
    return room


def read_lists(browser, at):
    with time_machine.travel(parse_instant(at)):
        page = browser.get("/r/abcd2345").text
    begun, _, later = page.partition("Later today in this room")
    return re.findall(r'href="/f/(\w+)"', begun), re.findall(r'href="/event/may/(\w+)" dir', later)


@pytest.mark.parametrize(
    ("at", "begun", "later"),
    [
        ("2033-05-03T07:00", [], ["morning", "noon", "evening", "night"]),
        ("2033-05-03T11:00", ["morning"], ["noon", "evening", "night"]),
        ("2033-05-03T20:00", ["evening", "noon", "morning"], ["night"]),
        ("2033-05-04T05:00", ["night", "evening", "noon", "morning"], []),
        # The evening before stays for twelve hours.
        ("2033-05-04T06:30", ["night"], ["tomorrow"]),
        ("2033-05-08T12:00", [], []),
    ],
)
def test_talks_of_the_day_are_listed(browser, room, at, begun, later):
    assert read_lists(browser, at) == ([title[:5] for title in begun], later)


def test_a_talk_that_has_just_ended_is_rated(browser, room):
    with time_machine.travel(parse_instant("2033-05-03T12:40")):
        assert "Noon" in main_text(browser.get("/r/abcd2345"))


def test_a_day_without_talks_says_so(browser, room):
    with time_machine.travel(parse_instant("2033-05-08T12:00")):
        assert "No talk has begun in this room in the last hours." in main_text(browser.get("/r/abcd2345"))
