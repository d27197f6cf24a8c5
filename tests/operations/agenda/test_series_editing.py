"""Editing of a series: this occurrence, this and the following ones, or all."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.models import Event, EventFlyer, EventHost, EventSeries, Tag, event_tags
from joindin.operations.agenda.event_fields import AgendaFields, FlyerChange
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.agenda.places import PlaceChoice
from joindin.operations.agenda.series import (
    create_next_occurrence,
    create_occurrence_ahead,
    exclude_occurrence,
)
from joindin.operations.agenda.series_editing import ALL, FOLLOWING, THIS, edit_series_event
from joindin.operations.events import tag_event
from joindin.utils.media.local_folder import LocalFolder
from tests.agenda_series import NOW, WEEK, local, make_series, occurrences_of
from tests.concurrency import run_concurrently
from tests.factories import make_attendance, make_event

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@pytest.fixture
def edit(session, tmp_path):
    def editing(event, scope, now=NOW, **fields):
        with FlyerStore(LocalFolder(tmp_path)) as files:
            edited = edit_series_event(session, event.id, AgendaFields(**fields), scope=scope, files=files, now=now)
            session.commit()
        return edited

    return editing


@pytest.fixture
def parent(session, host):
    """A weekly series since 20 March, with occurrences on 27 March, 3 and 10 April."""
    parent = make_series(session, host=host, tags=["python"])
    create_next_occurrence(session, parent.id, now=NOW)
    for day in ("2033-04-03T19:00", "2033-04-10T19:00"):
        create_occurrence_ahead(session, parent.id, local(day), now=NOW)
    session.commit()
    return parent


@pytest.fixture
def occurrences(session, parent):
    return session.scalars(select(Event).where(Event.parent_id == parent.id).order_by(Event.starts_at)).all()


def rule_of(session, event):
    session.expire_all()
    return session.get(EventSeries, event.id).rrule


def parents(session):
    return session.scalars(select(Event).where(Event.is_series.is_(True)).order_by(Event.id)).all()


def tags_of(session, event):
    return session.scalars(
        select(Tag.name).join(event_tags).where(event_tags.c.event_id == event.id).order_by(event_tags.c.id)
    ).all()


def test_this_occurrence_alone(session, edit, parent, occurrences):
    edit(occurrences[1], THIS, name="Special", starts_at=local("2033-04-03T20:00"), ends_at=local("2033-04-03T23:00"))

    assert [event.name for event in occurrences] == ["Meetup", "Special", "Meetup"]
    assert parent.name == "Meetup"
    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-04-03T20:00", "2033-04-10T19:00"]
    assert occurrences[1].occurrence_at == local("2033-04-03T19:00")


@pytest.mark.parametrize("index", [None, 0, 2])
def test_all_occurrences(session, edit, parent, occurrences, index):
    edited = parent if index is None else occurrences[index]

    edit(edited, ALL, name="Salon", description_html="<p>New</p>", place=PlaceChoice(name="Hall", address="Road 5"))

    for event in (parent, *occurrences):
        assert (event.name, event.description, event.description_html) == ("Salon", "New", "<p>New</p>")
        assert event.location == "Hall, Road 5"
        assert event.place_id == parent.place_id
    assert len(parents(session)) == 1
    assert create_next_occurrence(session, parent.id, now=NOW + 4 * WEEK).name == "Salon"


def test_edits_by_hand_stay(session, edit, parent, occurrences):
    occurrences[0].name, occurrences[1].location = "By hand", "Elsewhere"
    tag_event(session, occurrences[2], ["other"])
    session.commit()

    edit(parent, ALL, name="Salon", place=PlaceChoice(name="Hall", address="Road 5"), tags=["flask", "beer"])

    assert [event.name for event in occurrences] == ["By hand", "Salon", "Salon"]
    assert [event.location for event in occurrences] == ["Hall, Road 5", "Elsewhere", "Hall, Road 5"]
    assert [tags_of(session, event) for event in occurrences] == [["flask", "beer"], ["flask", "beer"], ["other"]]


def test_past_occurrences_stay(session, edit, parent, occurrences):
    edit(occurrences[2], ALL, now=NOW + WEEK, name="Salon")

    assert [event.name for event in occurrences] == ["Meetup", "Salon", "Salon"]


def test_all_occurrences_move_by_the_clock(session, edit, parent, occurrences):
    """An hour later, over the change of clocks between the parent's start and its occurrences."""
    exclude_occurrence(session, occurrences[2])
    session.delete(occurrences[2])
    session.commit()

    edit(occurrences[0], ALL, starts_at=local("2033-03-28T20:00"))

    assert parent.starts_at == local("2033-03-21T20:00")
    assert parent.ends_at == local("2033-03-21T22:00")
    assert occurrences_of(session, parent) == ["2033-03-28T20:00", "2033-04-04T20:00"]
    assert [event.ends_at - event.starts_at for event in occurrences[:2]] == [2 * HOUR] * 2
    assert [event.occurrence_at for event in occurrences[:2]] == [event.starts_at for event in occurrences[:2]]
    # The deleted date stays deleted.
    assert create_next_occurrence(session, parent.id, now=NOW + 3 * WEEK).starts_at == local("2033-04-18T20:00")


def test_all_occurrences_move_to_the_date_of_the_next(session, edit, parent, occurrences):
    edit(parent, ALL, starts_at=local("2033-03-27T19:00"), ends_at=local("2033-03-27T22:00"))
    assert occurrences_of(session, parent) == ["2033-04-03T19:00", "2033-04-10T19:00", "2033-04-17T19:00"]
    assert [event.ends_at - event.starts_at for event in occurrences] == [3 * HOUR] * 3

    # The first would be in the past, and stays; the third would be at its date.
    edit(parent, ALL, starts_at=local("2033-03-13T19:00"))
    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-04-03T19:00", "2033-04-17T19:00"]


def test_occurrence_moved_by_hand_keeps_its_time(session, edit, parent, occurrences):
    occurrences[1].starts_at += HOUR
    occurrences[1].ends_at += HOUR
    session.commit()

    edit(parent, ALL, starts_at=parent.starts_at - HOUR)

    assert occurrences_of(session, parent) == ["2033-03-27T18:00", "2033-04-03T20:00", "2033-04-10T18:00"]
    assert occurrences[1].occurrence_at == local("2033-04-03T18:00")


def test_end_becomes_unknown_in_all_occurrences(session, edit, parent, occurrences):
    edit(occurrences[0], ALL, ends_at=None)

    assert [(event.is_end_known, event.ends_at == event.starts_at) for event in (parent, *occurrences)] == [
        (False, True)
    ] * 4


def test_new_rule_removes_the_dates_that_nobody_uses(session, edit, parent, occurrences, host):
    make_attendance(session, occurrences[2], host)
    session.commit()

    edit(parent, ALL, recurrence={"frequency": "1m"})

    assert occurrences_of(session, parent) == ["2033-04-10T19:00", "2033-04-20T19:00"]
    assert rule_of(session, parent) == "FREQ=MONTHLY"


def test_start_that_does_not_fit_the_rule_is_refused(session, edit, parent, occurrences):
    edit(parent, ALL, recurrence={"rrule": "FREQ=WEEKLY;BYDAY=SU"})

    with pytest.raises(InvalidInput):
        edit(occurrences[0], ALL, starts_at=local("2033-03-28T20:00"))
    session.rollback()

    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-04-03T19:00", "2033-04-10T19:00"]


def test_this_and_the_following_occurrences(session, edit, parent, occurrences, host):
    edit(occurrences[1], FOLLOWING, name="Salon", starts_at=local("2033-04-03T20:30"))

    earlier, later = parents(session)
    assert (earlier.id, earlier.name, later.name) == (parent.id, "Meetup", "Salon")
    assert rule_of(session, earlier) == "FREQ=WEEKLY;UNTIL=20330403T165959Z"
    assert rule_of(session, later) == "FREQ=WEEKLY"
    assert session.get(EventSeries, later.id).recurrence == {"frequency": "1w"}
    assert later.starts_at == local("2033-04-03T20:30")
    assert occurrences_of(session, earlier) == ["2033-03-27T19:00"]
    assert occurrences_of(session, later) == ["2033-04-03T20:30", "2033-04-10T20:30"]
    assert [event.name for event in occurrences] == ["Meetup", "Salon", "Salon"]
    assert tags_of(session, later) == ["python"]
    assert session.scalars(select(EventHost.user_id).where(EventHost.event_id == later.id)).all() == [host.id]
    # The first half has ended, the second goes on.
    assert create_next_occurrence(session, earlier.id, now=NOW + 2 * WEEK) is None
    assert create_next_occurrence(session, later.id, now=NOW + 3 * WEEK).starts_at == local("2033-04-17T20:30")


def test_end_of_a_divided_series_stays_when_its_rule_is_sent_again(session, edit, parent, occurrences):
    edit(occurrences[1], FOLLOWING, name="Salon")

    edit(parent, THIS, recurrence={"frequency": "1w"}, name="Old")

    assert rule_of(session, parent) == "FREQ=WEEKLY;UNTIL=20330403T165959Z"


def test_following_ones_of_the_first_are_all(session, edit):
    parent = make_series(session, "2033-05-01T19:00")
    first = create_next_occurrence(session, parent.id, now=NOW)

    edit(first, FOLLOWING, name="Salon")

    assert [(event.id, event.name) for event in parents(session)] == [(parent.id, "Salon")]


def test_number_of_dates_and_exceptions_are_divided(session, edit):
    text = "FREQ=WEEKLY;COUNT=6\nEXDATE:20330403T170000Z,20330424T170000Z"
    parent = make_series(session, recurrence={"rrule": text})
    create_next_occurrence(session, parent.id, now=NOW)
    third = create_occurrence_ahead(session, parent.id, local("2033-04-10T19:00"), now=NOW)
    session.commit()

    edit(third, FOLLOWING, name="Salon")

    earlier, later = (session.get(EventSeries, event.id) for event in parents(session))
    assert (earlier.rrule, later.rrule) == ("FREQ=WEEKLY;UNTIL=20330410T165959Z", "FREQ=WEEKLY;COUNT=3")
    assert (earlier.recurrence, later.recurrence) == ({"rrule": earlier.rrule}, {"rrule": later.rrule})
    assert earlier.excluded_starts == [int(local("2033-04-03T19:00").timestamp())]
    assert later.excluded_starts == [int(local("2033-04-24T19:00").timestamp())]


def test_occurrence_that_is_no_date_of_the_rule_does_not_divide_it(session, edit, parent, occurrences):
    edit(parent, THIS, recurrence={"frequency": "1m"})

    with pytest.raises(InvalidInput):
        edit(occurrences[1], FOLLOWING, name="Salon")
    session.rollback()

    assert len(parents(session)) == 1


def test_flyer_of_all_occurrences(session, edit, parent, occurrences):
    flyer = {"width": 3, "height": 2, "byte_size": 9, "alt_text": "", "focal_x": 0, "focal_y": 0}
    for event in (parent, *occurrences[:2]):
        session.add(EventFlyer(event_id=event.id, file="a.jpg", **flyer))
    session.add(EventFlyer(event_id=occurrences[2].id, file="own.jpg", **flyer))
    session.commit()

    edit(parent, ALL, flyer=FlyerChange(is_removed=True))

    assert session.scalars(select(EventFlyer.file)).all() == ["own.jpg"]


@pytest.mark.parametrize("scope", [THIS, FOLLOWING, ALL])
def test_event_without_a_series(session, edit, event, scope):
    edit(event, scope, name="Salon")

    assert (event.name, session.scalars(select(Event.name)).all()) == ("Salon", ["Salon"])


def test_orphan_of_a_deleted_series(session, edit, parent, occurrences):
    session.delete(parent)
    session.commit()
    session.expire_all()

    edit(occurrences[0], ALL, name="Salon")

    assert [event.name for event in occurrences] == ["Salon", "Meetup", "Meetup"]


def test_simultaneous_edits_of_a_series(session, app, parent, occurrences, tmp_path):
    ids, parent_id = [event.id for event in occurrences], parent.id

    def run(event_id, scope, **fields):
        def editing():
            with app.app_context(), FlyerStore(LocalFolder(tmp_path)) as files:
                edit_series_event(db.session, event_id, AgendaFields(**fields), scope=scope, files=files, now=NOW)
                db.session.commit()

        return editing

    def create_due():
        with app.app_context():
            create_next_occurrence(db.session, parent_id, now=NOW + 3 * WEEK)
            db.session.commit()

    run_concurrently(
        session,
        [
            run(ids[2], ALL, name="Salon"),
            run(ids[0], THIS, tags=["other"]),
            run(ids[1], FOLLOWING, is_multidate=True),
            run(parent_id, ALL, online_locations=["https://meet.example"]),
            create_due,
        ],
    )

    rows = session.scalars(select(Event).where(Event.parent_id.is_not(None)).order_by(Event.occurrence_at)).all()
    # Without a fourth one if the series was divided before it was due.
    assert len(rows) in (3, 4)
    assert len({row.occurrence_at for row in rows}) == len(rows)
    assert [row.id for row in rows[:3]] == ids
    assert rows[2].name == "Salon"
    assert [len(parents(session)), rows[1].is_multidate, rows[2].is_multidate] == [2, True, True]


def test_dates_of_a_moved_series_are_those_of_its_rule(session, edit, host):
    """A month later: the second Tuesday follows the weekday of the new start."""
    parent = make_series(session, "2033-02-08T19:00", recurrence={"frequency": "1m", "type": 2})
    following = create_next_occurrence(session, parent.id, now=NOW)
    session.commit()
    assert occurrences_of(session, parent) == ["2033-04-12T19:00"]

    edit(following, ALL, starts_at=local("2033-04-13T19:00"))

    assert parent.starts_at == local("2033-02-09T19:00")
    assert rule_of(session, parent) == "FREQ=MONTHLY;BYDAY=2WE"
    assert occurrences_of(session, parent) == ["2033-04-13T19:00"]


def test_event_of_another_series_stays(session, edit, parent, occurrences):
    other = make_event(session, "Other")
    another = make_series(session)
    create_next_occurrence(session, another.id, now=NOW)

    edit(parent, ALL, name="Salon")

    others = select(Event.name).where(Event.id.not_in([parent.id, *(each.id for each in occurrences)]))
    assert session.scalars(others.order_by(Event.id)).all() == [other.name, "Meetup", "Meetup"]
