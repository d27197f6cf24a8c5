"""Changes of talks that visitors could see leave rows; quick changes of one talk leave one, or none."""

import datetime as dt

import pytest
from sqlalchemy import delete, func, select, update

from joindin.models import Event, ProgrammeChange, Room, Talk
from joindin.performance.read_models import rebuild
from joindin.utils.datetimes import utc_now
from tests.factories import make_event, make_pending_event, make_room, make_talk

START = dt.datetime(2027, 7, 9, 10, tzinfo=dt.UTC)
LATER = START + dt.timedelta(hours=1)


@pytest.fixture
def event(session):
    return make_event(session)


@pytest.fixture
def talk(session, event):
    """A talk in a hall that was announced a day ago."""
    talk = make_talk(session, event, starts_at=START, room_id=make_room(session, event, "Hall").id)
    delete_changes(session)
    return talk


def delete_changes(session):
    session.execute(delete(ProgrammeChange))


def pass_time(session, **ago):
    session.execute(update(ProgrammeChange).values(changed_at=utc_now() - dt.timedelta(**ago)))


def change_talk(session, talk, **values):
    session.execute(update(Talk).where(Talk.id == talk.id).values(values))


def changes(session):
    """Return kind, starts, rooms of the changes, oldest first."""
    columns = ProgrammeChange.__table__.c
    return [
        tuple(row)
        for row in session.execute(
            select(columns.kind, columns.starts_before, columns.room_before, columns.starts_after, columns.room_after)
            .order_by(columns.id)
        )
    ]  # fmt: skip


def test_a_new_talk_of_a_public_event_is_new(session, event):
    talk = make_talk(session, event, starts_at=START, room_id=make_room(session, event, "Hall").id)

    assert changes(session) == [("new", None, None, START, "Hall")]
    row = session.scalar(select(ProgrammeChange))
    assert (row.event_id, row.talk_id, row.batch_id, row.state_before, row.state_after) == (
        event.id, talk.id, None, None, "shown",
    )  # fmt: skip
    assert abs(utc_now() - row.changed_at) < dt.timedelta(minutes=1)


@pytest.mark.parametrize("fields", [{"is_active": False}, {"is_pending": True}, {"is_private": True}])
def test_changes_of_events_that_are_not_public_are_not_recorded(session, fields):
    event = make_event(session, **fields)
    talk = make_talk(session, event, starts_at=START)
    change_talk(session, talk, starts_at=LATER)
    change_talk(session, talk, state="cancelled")
    change_talk(session, talk, is_active=False)
    session.execute(delete(Talk).where(Talk.id == talk.id))

    assert changes(session) == []


def test_a_programme_that_is_published_with_its_event_is_no_change(session):
    event = make_pending_event(session)
    make_talk(session, event)
    session.execute(update(Event).where(Event.id == event.id).values(is_pending=False, is_active=True))

    assert changes(session) == []


@pytest.mark.parametrize(("days", "number"), [(2, 1), (4, 0)])
def test_changes_are_recorded_until_a_day_after_the_event(session, days, number):
    """The event lasts two days."""
    make_talk(session, make_event(session, starts_at=utc_now() - dt.timedelta(days=days)))

    assert len(changes(session)) == number


def test_hidden_talks_are_not_recorded(session, event):
    talk = make_talk(session, event, is_active=False)
    change_talk(session, talk, starts_at=LATER, state="cancelled")
    session.execute(delete(Talk).where(Talk.id == talk.id))

    assert changes(session) == []


def test_a_talk_that_is_shown_for_the_first_time_is_new(session, event):
    talk = make_talk(session, event, is_active=False, starts_at=START)
    change_talk(session, talk, is_active=True)

    assert changes(session) == [("new", None, None, START, None)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"starts_at": LATER}, ("moved", START, "Hall", LATER, "Hall")),
        ({"starts_at": LATER, "room_id": None}, ("moved", START, "Hall", LATER, None)),
        ({"room_id": None}, ("room", START, "Hall", START, None)),
        ({"state": "cancelled"}, ("cancelled", START, "Hall", START, "Hall")),
        ({"is_active": False}, ("removed", START, "Hall", None, None)),
    ],
)
def test_changes_have_what_was_shown_before_and_after(session, talk, values, expected):
    change_talk(session, talk, **values)

    assert changes(session) == [expected]


def test_a_change_to_another_room_has_both_names(session, event, talk):
    change_talk(session, talk, room_id=make_room(session, event, "Cellar").id)

    assert changes(session) == [("room", START, "Hall", START, "Cellar")]


@pytest.mark.parametrize(
    "values", [{"title": "Other"}, {"star_count": 5}, {"duration": 90}, {"state": "tentative"}, {"starts_at": START}]
)
def test_other_changes_are_not_recorded(session, talk, values):
    change_talk(session, talk, **values)

    assert changes(session) == []


def test_a_room_with_another_name_is_no_change(session, event, talk):
    session.execute(update(Room).values(name="Great hall"))

    assert changes(session) == []


@pytest.mark.parametrize("values", [{"state": "cancelled"}, {"is_active": False}])
def test_a_talk_that_takes_place_after_all_is_restored(session, talk, values):
    before = {name: getattr(talk, name) for name in values}
    change_talk(session, talk, **values)
    pass_time(session, hours=1)
    change_talk(session, talk, **before)

    first, second = changes(session)
    assert (first[0], second[0], second[3:]) == (
        "cancelled" if "state" in values else "removed",
        "restored",
        (START, "Hall"),
    )


def test_a_deleted_talk_leaves_its_time_and_room_without_an_id(session, talk):
    change_talk(session, talk, starts_at=LATER)
    pass_time(session, hours=1)
    session.execute(delete(Talk).where(Talk.id == talk.id))

    assert changes(session) == [("moved", START, "Hall", LATER, "Hall"), ("removed", LATER, "Hall", None, None)]
    assert session.scalars(select(ProgrammeChange.talk_id)).all() == [None, None]


def test_a_hidden_talk_that_is_deleted_is_removed_once(session, talk):
    change_talk(session, talk, is_active=False)
    pass_time(session, hours=1)
    session.execute(delete(Talk).where(Talk.id == talk.id))

    assert [change[0] for change in changes(session)] == ["removed"]


def test_changes_of_a_talk_within_ten_minutes_are_one(session, event, talk):
    change_talk(session, talk, starts_at=LATER)
    make_talk(session, event)
    pass_time(session, minutes=9)
    change_talk(session, talk, room_id=make_room(session, event, "Cellar").id)
    change_talk(session, talk, starts_at=START + dt.timedelta(hours=3))

    moved, _other = changes(session)
    assert moved == ("moved", START, "Hall", START + dt.timedelta(hours=3), "Cellar")
    assert utc_now() - session.scalar(select(func.max(ProgrammeChange.changed_at))) < dt.timedelta(minutes=1)


def test_later_changes_are_of_their_own(session, talk):
    change_talk(session, talk, starts_at=LATER)
    pass_time(session, minutes=11)
    change_talk(session, talk, starts_at=START)

    assert changes(session) == [("moved", START, "Hall", LATER, "Hall"), ("moved", LATER, "Hall", START, "Hall")]


@pytest.mark.parametrize(
    "values", [{"starts_at": LATER}, {"state": "cancelled"}, {"is_active": False}, {"room_id": None}]
)
def test_a_change_that_is_taken_back_at_once_is_none(session, talk, values):
    before = {name: getattr(talk, name) for name in values}
    change_talk(session, talk, **values)
    change_talk(session, talk, **before)

    assert changes(session) == []


@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_talk_that_was_shown_for_minutes_only_is_no_change(session, event, is_deleted):
    talk = make_talk(session, event)
    if is_deleted:
        session.execute(delete(Talk).where(Talk.id == talk.id))
    else:
        change_talk(session, talk, is_active=False)

    assert changes(session) == []


def test_a_new_talk_that_is_moved_at_once_is_new_where_it_is_now(session, event):
    talk = make_talk(session, event, starts_at=START)
    change_talk(session, talk, starts_at=LATER)

    assert changes(session) == [("new", None, None, LATER, None)]


def test_talks_that_are_added_together_are_a_batch(session, event):
    for _ in range(3):
        make_talk(session, event)
    make_talk(session, make_event(session))
    pass_time(session, minutes=2)
    make_talk(session, event)

    first, *others = session.scalars(select(ProgrammeChange).order_by(ProgrammeChange.id)).all()
    assert [change.batch_id for change in (first, *others)] == [None, first.id, first.id, None, None]


def test_a_cancelled_talk_among_new_ones_does_not_split_their_batch(session, event):
    for state in ("confirmed", "cancelled", "confirmed"):
        make_talk(session, event, state=state)

    rows = session.execute(select(ProgrammeChange.kind, ProgrammeChange.batch_id).order_by(ProgrammeChange.id)).all()
    first_id = session.scalar(select(func.min(ProgrammeChange.id)))
    assert [tuple(row) for row in rows] == [("new", None), ("cancelled", first_id), ("new", first_id)]


def test_a_new_talk_after_another_change_begins_a_batch(session, event, talk):
    make_talk(session, event)
    change_talk(session, talk, starts_at=LATER)
    make_talk(session, event)

    assert session.scalars(select(ProgrammeChange.batch_id)).all() == [None] * 3


def test_many_talks_that_are_moved_by_one_statement_have_a_row_each(session, event, talk):
    make_talk(session, event, starts_at=START)
    delete_changes(session)
    session.execute(update(Talk).values(starts_at=LATER))

    assert [change[0] for change in changes(session)] == ["moved", "moved"]


def test_a_deleted_event_leaves_no_changes(session, event, talk):
    change_talk(session, talk, starts_at=LATER)
    session.execute(delete(Event).where(Event.id == event.id))

    assert changes(session) == []


def test_a_rebuild_of_the_read_models_keeps_the_changes(session, talk):
    change_talk(session, talk, starts_at=LATER)
    rebuild(session.connection())

    assert [change[0] for change in changes(session)] == ["moved"]
