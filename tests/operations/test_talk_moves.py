"""The published start and room of talks that are moved."""

import datetime as dt

import pytest

from joindin.extensions import db
from joindin.models import Talk
from joindin.operations.organiser.talks import TalkPlacement, edit_placed_talk
from joindin.operations.talks import TalkDetails, edit_talk
from tests.concurrency import run_concurrently
from tests.factories import make_event, make_room, make_talk, parse_instant

TEN, ELEVEN, NOON = (parse_instant(f"2033-05-20T{hour}:00") for hour in (10, 11, 12))
NOW = parse_instant("2033-05-10T08:00")
FIELDS = ("title", "description", "type_id", "language_id", "duration")


@pytest.fixture
def event(session):
    return make_event(session, starts_at=TEN, timezone="UTC")


@pytest.fixture
def rooms(session, event):
    return [make_room(session, event, name) for name in ("Hall A", "Hall B")]


@pytest.fixture
def talk(session, event, rooms):
    return make_talk(session, event, starts_at=TEN, room_id=rooms[0].id, duration=60)


def details(talk, starts_at):
    return TalkDetails(**{name: getattr(talk, name) for name in FIELDS}, starts_at=starts_at)


def move(session, talk, starts_at=None, room=None, now=NOW):
    """Move a talk, and return its former start and room."""
    placement = TalkPlacement(room.id if room else talk.room_id, ())
    edit_placed_talk(session, talk.id, details(talk, starts_at or talk.starts_at), placement, actor=None, now=now)
    return talk.moved_from, talk.moved_from_room


def test_a_talk_keeps_the_place_that_was_published_first(session, talk, rooms):
    hall_a, hall_b = rooms

    assert move(session, talk, ELEVEN) == (TEN, "Hall A")
    assert move(session, talk, NOON, hall_b) == (TEN, "Hall A")
    assert move(session, talk, TEN) == (TEN, "Hall A")
    assert move(session, talk, TEN, hall_a) == (None, None)


def test_another_room_alone_is_a_move(session, talk, rooms):
    assert move(session, talk, room=rooms[1]) == (TEN, "Hall A")
    assert move(session, talk, NOON) == (TEN, "Hall A")


def test_the_first_room_of_a_talk_is_no_move(session, event, rooms):
    talk = make_talk(session, event, starts_at=TEN)

    assert move(session, talk, room=rooms[0]) == (None, None)
    assert move(session, talk, ELEVEN) == (TEN, "Hall A")


def test_a_talk_without_a_room_that_gets_one_later_returns_to_its_time(session, event, rooms):
    talk = make_talk(session, event, starts_at=TEN)

    assert move(session, talk, ELEVEN) == (TEN, None)
    assert move(session, talk, TEN, rooms[0]) == (None, None)


def test_other_changes_are_no_move(session, talk):
    edit_talk(session, talk.id, TalkDetails("New", "", talk.type_id, talk.language_id, TEN, 90), actor=None, now=NOW)

    assert (talk.title, talk.duration, talk.moved_from) == ("New", 90, None)


@pytest.mark.parametrize(
    ("now", "starts_at", "is_moved"),
    [
        ("2033-04-20T09:59", "2033-05-20T11:00", False),
        ("2033-04-20T10:00", "2033-05-20T11:00", True),
        ("2033-04-20T09:59", "2033-05-19T10:00", True),
        ("2033-05-20T10:30", "2033-05-20T11:00", True),
        ("2033-05-20T11:30", "2033-05-20T11:00", True),
        ("2033-05-20T12:00", "2033-05-20T11:00", False),
        ("2033-05-20T10:30", "9999-12-31T23:59", True),
        ("0001-01-01T00:00", "2033-05-20T11:00", False),
    ],
)
def test_a_talk_is_moved_within_a_month_before_it_and_until_it_is_over(session, talk, now, starts_at, is_moved):
    moved_from, _ = move(session, talk, parse_instant(starts_at), now=parse_instant(now))

    assert moved_from == (TEN if is_moved else None)


@pytest.mark.parametrize(
    ("event_fields", "is_active"), [({"is_active": False, "is_pending": True}, True), ({"is_private": True}, True), ({}, False)]
)  # fmt: skip
def test_what_was_not_public_is_not_kept(session, event_fields, is_active):
    event = make_event(session, starts_at=TEN, **event_fields)
    talk = make_talk(session, event, starts_at=TEN, is_active=is_active)

    assert move(session, talk, ELEVEN) == (None, None)


@pytest.mark.slow("transactions on two connections")
def test_two_hosts_who_move_a_talk_at_once_keep_its_first_place(app, session, talk, rooms):
    talk_id, room_ids = talk.id, [room.id for room in rooms]

    def move_to(starts_at, room_id):
        with app.app_context():
            stored = db.session.get_one(Talk, talk_id)
            placement = TalkPlacement(room_id, ())
            edit_placed_talk(db.session, talk_id, details(stored, starts_at), placement, actor=None, now=NOW)
            db.session.commit()

    run_concurrently(session, [lambda: move_to(ELEVEN, room_ids[0]), lambda: move_to(NOON, room_ids[1])])

    stored = session.get_one(Talk, talk_id)
    assert stored.starts_at - TEN in (dt.timedelta(hours=1), dt.timedelta(hours=2))
    assert (stored.moved_from, stored.moved_from_room) == (TEN, "Hall A")
