"""Revisions of events move with what calendars show, for every writing program; removed events leave a trace."""

import datetime as dt

import pytest
from sqlalchemy import delete, select, text, update

from joindin.extensions import db
from joindin.models import Departed, Event, EventFlyer, EventSeries, Place, Tag
from joindin.models import event_tags as EventTag
from joindin.performance.read_models.revisions import REVISED_BY_CHILDREN, REVISED_COLUMNS
from joindin.utils.datetimes import UTC, utc_now
from tests.factories import make_attendance, make_event, make_event_comment, make_pending_event, make_place, make_user

OTHER_TIME = dt.datetime(2033, 5, 6, 7, 8, 9, tzinfo=UTC)
# A value of each column that the event of the tests does not have.
OTHER_VALUES = {
    "name": "Other",
    "slug": "other",
    "description": "Other",
    "description_html": "<p>Other</p>",
    "location": "Other",
    "latitude": 1.5,
    "longitude": 1.5,
    "starts_at": OTHER_TIME,
    "ends_at": OTHER_TIME,
    "is_end_known": False,
    "is_multidate": True,
    "timezone": "Asia/Tokyo",
    "href": "https://other.example",
    "online_locations": ["https://other.example"],
    "place_id": None,
    "parent_id": None,
    "occurrence_at": OTHER_TIME,
    "state": "cancelled",
    "cfp_starts_at": OTHER_TIME,
    "cfp_ends_at": OTHER_TIME,
    "cfp_url": "https://other.example",
    "cfp_former_ends_at": OTHER_TIME,
    "is_cfp_anywhere": True,
    "is_active": False,
    "is_pending": True,
    "is_private": True,
    "is_series": True,
}


@pytest.fixture
def hall(session):
    return make_place(session, "Hall")


@pytest.fixture
def event(session, host, hall):
    parent = make_event(session, "Parent", is_series=True)
    event = make_event(session, "Party", host=host, tags=["Music"], place_id=hall.id, parent_id=parent.id)
    session.add(EventFlyer(event_id=event.id, file="a.jpg", width=400, height=300, byte_size=9))
    session.add(EventSeries(event_id=event.id, rrule="FREQ=WEEKLY"))
    session.commit()
    return event


def revision_of(session, event):
    return session.execute(select(Event.revision, Event.revised_at).where(Event.id == event.id)).one()


@pytest.mark.parametrize("column", REVISED_COLUMNS)
def test_a_changed_column_moves_the_revision_once(session, event, column):
    before, _ = revision_of(session, event)
    session.execute(update(Event).where(Event.id == event.id).values({column: OTHER_VALUES[column]}))
    after, revised_at = revision_of(session, event)
    assert after == before + 1
    assert utc_now() - revised_at < dt.timedelta(minutes=1)


@pytest.mark.parametrize("column", REVISED_COLUMNS)
def test_a_column_that_is_written_with_its_own_value_moves_nothing(session, event, column):
    before = revision_of(session, event)
    session.execute(text(f"UPDATE events SET {column} = {column} WHERE id = {event.id}"))
    assert revision_of(session, event) == before


def test_comments_attendance_and_counters_move_nothing(session, event):
    before = revision_of(session, event)
    make_event_comment(session, event, make_user(session))
    make_attendance(session, event, make_user(session))
    session.commit()
    assert revision_of(session, event) == before


def test_an_import_keeps_the_time_that_it_sets(session, event):
    session.execute(update(Event).where(Event.id == event.id).values(name="Other", revised_at=OTHER_TIME))
    assert revision_of(session, event).revised_at == OTHER_TIME


def test_an_object_reads_the_revision_that_its_change_got(session, event):
    before, _ = revision_of(session, event)
    event.name = "Other"
    session.flush()
    assert event.revision == before + 1
    assert event.revised_at is not None


@pytest.mark.parametrize("table", REVISED_BY_CHILDREN)
def test_tags_flyer_and_rule_move_the_revision(session, event, table):
    before, _ = revision_of(session, event)
    session.execute(text(f"DELETE FROM {table} WHERE event_id = {event.id}"))
    assert revision_of(session, event).revision == before + 1


@pytest.mark.parametrize(
    ("statement", "moves"),
    [
        (update(Place).values(name="Other", name_key="other"), 1),
        (update(Place).values(address="Other"), 1),
        (update(Place).values(timezone="Asia/Tokyo"), 0),
        (update(Tag).values(name="Other"), 1),
    ],
)
def test_place_and_tags_move_the_revision_of_their_events(session, event, statement, moves):
    before, _ = revision_of(session, event)
    session.execute(statement)
    assert revision_of(session, event).revision == before + moves


def departures(session):
    return session.scalars(select(Departed).order_by(Departed.row_id)).all()


def test_a_deleted_event_leaves_a_trace_without_its_title(session, event, host, hall):
    before, _ = revision_of(session, event)
    tag_id = session.scalar(select(EventTag.c.tag_id))
    session.execute(delete(Event).where(Event.id == event.id))
    (departed,) = departures(session)
    assert {column.name: getattr(departed, column.name) for column in list(Departed.__table__.c)[1:-1]} == {
        "kind": "event",
        "row_id": event.id,
        "parent_id": event.parent_id,
        "place_id": hall.id,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "is_end_known": True,
        "timezone": "Europe/Amsterdam",
        "tag_ids": [tag_id],
        "host_ids": [host.id],
        "sequence": before + 1,
    }
    assert utc_now() - departed.gone_at < dt.timedelta(minutes=1)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_pending": True}, {"is_private": True}])
def test_an_event_that_is_no_longer_public_departs_until_it_returns(session, event, change):
    session.execute(update(Event).where(Event.id == event.id).values(change))
    (departed,) = departures(session)
    assert (departed.row_id, departed.sequence) == (event.id, revision_of(session, event).revision)
    public = {"is_active": True, "is_pending": None, "is_private": False}
    session.execute(update(Event).where(Event.id == event.id).values(public))
    session.expire_all()
    assert departures(session) == []


def test_the_parent_of_a_series_departs_as_well(session, event):
    session.execute(delete(Event).where(Event.id == event.parent_id))
    assert [each.row_id for each in departures(session)] == [event.parent_id]


@pytest.mark.parametrize("change", ["hide", "delete"])
def test_a_date_that_goes_moves_the_revision_of_its_series(session, event, change):
    parent = session.get(Event, event.parent_id)
    before, _ = revision_of(session, parent)
    this = Event.id == event.id
    session.execute(
        delete(Event).where(this) if change == "delete" else update(Event).where(this).values(is_active=False)
    )
    assert revision_of(session, parent).revision == before + 1


def test_a_series_and_its_dates_are_deleted_by_one_statement(session, event):
    session.execute(delete(Event))
    assert len(departures(session)) == 2


def test_events_that_were_never_public_leave_no_trace(session):
    make_pending_event(session)
    session.execute(delete(Event))
    assert departures(session) == []


def test_two_departures_of_one_event_leave_one_trace(session, event):
    before, _ = revision_of(session, event)
    for is_active in (False, True, False):
        session.execute(update(Event).where(Event.id == event.id).values(is_active=is_active))
    session.execute(delete(Event).where(Event.id == event.id))
    (departed,) = departures(session)
    assert departed.sequence == before + 3


def test_two_writers_never_get_the_same_revision(app, session, event):
    """The revision is counted by the database."""
    stale, _ = revision_of(session, event)
    with db.engine.begin() as connection:
        connection.execute(update(Event.__table__).where(Event.__table__.c.id == event.id).values(location="A"))
    event.name = "Other"
    session.commit()
    assert revision_of(session, event).revision == stale + 2
