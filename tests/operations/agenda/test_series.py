"""Series: rules of parents, and creation of the next occurrence."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.extensions import db
from joindin.jobs.series import create_due_occurrences
from joindin.models import (
    Event,
    EventContact,
    EventFlyer,
    EventHost,
    EventSeries,
    EventSettings,
    EventVenuePlan,
    event_tags,
)
from joindin.operations.agenda import series
from joindin.operations.agenda.confirmation import confirm_event
from joindin.operations.agenda.editing import delete_event
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.agenda.series import (
    create_next_occurrence,
    create_occurrence_ahead,
    exclude_occurrence,
    set_recurrence,
)
from joindin.queries.agenda.series import find_date, list_occurrences
from joindin.utils.datetimes import utc_now
from joindin.utils.media.local_folder import LocalFolder
from joindin.viewer import UserSnapshot
from tests.agenda_series import NOW, WEEK, local, make_series, occurrences_of
from tests.concurrency import run_concurrently
from tests.factories import make_attendance, make_event, make_place, make_user


def test_next_occurrence_has_everything_of_its_parent(session, host):
    place = make_place(session, "Hall")
    parent = make_series(
        session,
        host=host,
        tags=["Python", "beer"],
        place_id=place.id,
        description_html="<p>Hi</p>",
        online_locations=["https://meet.example"],
        latitude=1.5,
        longitude=2.5,
        href="https://example.org",
        is_multidate=True,
    )
    session.add(EventContact(event_id=parent.id, user_id=host.id))
    session.add(EventFlyer(event_id=parent.id, file="a.jpg", width=3, height=2, byte_size=9, alt_text="x", focal_x=0.5))
    session.add(EventVenuePlan(event_id=parent.id, file="b.jpg", width=3, height=2, alt_text="Hall A is upstairs"))
    described = {
        "kind": "meetup",
        "capacity": 40,
        "contact_address": "a@b.example",
        "spoken_language": "de",
        "licence": "cc0",
    }
    session.add(EventSettings(event_id=parent.id, feedback_days=7, **described))
    session.flush()

    created = create_next_occurrence(session, parent.id, now=NOW)
    session.commit()

    occurrence = session.get(Event, created.id)
    assert (occurrence.parent_id, occurrence.is_series, occurrence.is_visible) == (parent.id, False, True)
    assert occurrence.starts_at == occurrence.occurrence_at == local("2033-03-27T19:00")
    assert occurrence.ends_at == local("2033-03-27T21:00")
    copied = [
        "name",
        "description",
        "description_html",
        "location",
        "latitude",
        "longitude",
        "place_id",
        "online_locations",
        "timezone",
        "href",
        "is_end_known",
        "is_multidate",
    ]
    assert {column: getattr(occurrence, column) for column in copied} == {
        column: getattr(parent, column) for column in copied
    }
    assert occurrence.submitted_at == NOW
    assert occurrence.slug == "meetup"
    assert session.scalars(select(EventHost.user_id).where(EventHost.event_id == occurrence.id)).all() == [host.id]
    assert session.get(EventContact, occurrence.id).user_id == host.id
    flyer = session.get(EventFlyer, occurrence.id)
    assert (flyer.file, flyer.width, flyer.alt_text, flyer.focal_x) == ("a.jpg", 3, "x", 0.5)
    plan, settings = session.get(EventVenuePlan, occurrence.id), session.get(EventSettings, occurrence.id)
    assert (plan.file, plan.alt_text) == ("b.jpg", "Hall A is upstairs")
    assert {name: getattr(settings, name) for name in described} == described
    assert settings.feedback_days == 90
    tags = select(event_tags.c.event_id, event_tags.c.tag_id).order_by(event_tags.c.id)
    assert [tag_id for event_id, tag_id in session.execute(tags) if event_id == occurrence.id] == [
        tag_id for event_id, tag_id in session.execute(tags) if event_id == parent.id
    ]
    assert occurrence.attendee_count == 0


def test_parent_without_a_known_end_has_occurrences_without_one(session):
    parent = make_series(session, hours=0, is_end_known=False)

    occurrence = create_next_occurrence(session, parent.id, now=NOW)

    assert (occurrence.is_end_known, occurrence.ends_at) == (False, occurrence.starts_at)


def test_only_the_next_occurrence_exists(session):
    parent = make_series(session)

    assert create_next_occurrence(session, parent.id, now=NOW) is not None
    assert create_next_occurrence(session, parent.id, now=NOW) is None
    assert occurrences_of(session, parent) == ["2033-03-27T19:00"]

    create_next_occurrence(session, parent.id, now=NOW + WEEK)
    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-04-03T19:00"]


def test_parent_to_come_is_its_own_first_occurrence(session):
    parent = make_series(session, "2033-05-20T19:00")

    create_next_occurrence(session, parent.id, now=NOW)

    assert occurrences_of(session, parent) == ["2033-05-20T19:00"]


def test_fortnight_counts_from_the_start(session):
    parent = make_series(session, recurrence={"frequency": "2w"})

    create_next_occurrence(session, parent.id, now=NOW + WEEK)

    assert occurrences_of(session, parent) == ["2033-04-03T19:00"]


def test_seconds_of_the_start_are_dropped(session):
    parent = make_series(session, "2033-05-20T19:00:31")

    create_next_occurrence(session, parent.id, now=NOW)

    assert parent.starts_at == local("2033-05-20T19:00")
    assert parent.ends_at == local("2033-05-20T21:00")
    assert occurrences_of(session, parent) == ["2033-05-20T19:00"]


@pytest.mark.parametrize(
    "state", [{"is_active": False, "is_pending": True}, {"is_active": False}, {"is_pending": True}]
)
def test_hidden_parent_has_no_new_occurrences(session, state):
    parent = make_series(session, **state)

    assert create_next_occurrence(session, parent.id, now=NOW) is None
    assert occurrences_of(session, parent) == []


@pytest.mark.parametrize("recurrence", [{"days": ["1"]}, {"frequency": "5y"}, {"frequency": ["1w"]}, {"type": 1}])
def test_parent_without_a_rule_has_no_occurrences(session, recurrence):
    parent = make_series(session, recurrence=recurrence)

    assert create_next_occurrence(session, parent.id, now=NOW) is None
    assert session.get(EventSeries, parent.id).rrule is None


def test_ordinary_event_has_no_occurrences(session, event):
    assert create_next_occurrence(session, event.id, now=NOW) is None
    assert create_next_occurrence(session, 2**31 - 1, now=NOW) is None


def test_hidden_occurrence_is_skipped(session):
    parent = make_series(session)
    first = create_next_occurrence(session, parent.id, now=NOW)
    first.is_active, first.is_pending = False, True

    create_next_occurrence(session, parent.id, now=NOW)
    create_next_occurrence(session, parent.id, now=NOW)

    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-04-03T19:00"]


def test_deleted_occurrence_does_not_come_back(session):
    parent = make_series(session)
    first = create_next_occurrence(session, parent.id, now=NOW)

    exclude_occurrence(session, first)
    session.delete(first)
    create_next_occurrence(session, parent.id, now=NOW)

    assert occurrences_of(session, parent) == ["2033-04-03T19:00"]


def test_moved_occurrence_stands_for_its_date(session):
    parent = make_series(session)
    first = create_next_occurrence(session, parent.id, now=NOW)
    first.starts_at = local("2033-03-25T19:00")

    assert create_next_occurrence(session, parent.id, now=NOW) is None
    create_next_occurrence(session, parent.id, now=local("2033-03-26T12:00"))

    assert occurrences_of(session, parent) == ["2033-03-25T19:00", "2033-04-03T19:00"]


def test_occurrence_ahead_of_its_turn(session):
    parent = make_series(session)

    ahead = create_occurrence_ahead(session, parent.id, local("2033-04-10T19:00"), now=NOW)
    again = create_occurrence_ahead(session, parent.id, local("2033-04-10T19:00"), now=NOW)
    following = create_occurrence_ahead(session, parent.id, local("2033-03-27T19:00"), now=NOW)

    assert (ahead.id, ahead.is_ahead, ahead.is_visible) == (again.id, True, True)
    assert following.is_ahead is False
    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-04-10T19:00"]


def test_occurrence_ahead_becomes_the_next_in_its_turn(session):
    parent = make_series(session)
    ahead = create_occurrence_ahead(session, parent.id, local("2033-04-03T19:00"), now=NOW)

    assert create_next_occurrence(session, parent.id, now=NOW) is None
    assert ahead.is_ahead is True
    assert create_next_occurrence(session, parent.id, now=NOW + WEEK) is None

    assert ahead.is_ahead is False
    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-04-03T19:00"]


@pytest.mark.parametrize(
    "start", ["2033-03-20T19:00", "2033-03-27T18:00", "2033-04-04T19:00", "2034-04-16T19:00", "2033-05-01T19:00"]
)
def test_no_occurrence_ahead_on_other_dates(session, start):
    parent = make_series(session)
    create_next_occurrence(session, parent.id, now=NOW)
    skipped = create_occurrence_ahead(session, parent.id, local("2033-05-01T19:00"), now=NOW)
    skipped.is_active = False

    with pytest.raises(NotFound):
        create_occurrence_ahead(session, parent.id, local(start), now=NOW)

    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-05-01T19:00"]


def test_limit_of_occurrences_ahead(session, monkeypatch):
    monkeypatch.setattr(series, "MAX_OCCURRENCES_AHEAD", 2)
    parent = make_series(session)
    create_occurrence_ahead(session, parent.id, local("2033-04-10T19:00"), now=NOW)

    with pytest.raises(Conflict):
        create_occurrence_ahead(session, parent.id, local("2033-04-17T19:00"), now=NOW)

    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-04-10T19:00"]


def test_deleted_parent_leaves_its_occurrences(session):
    parent = make_series(session)
    occurrence_id = create_next_occurrence(session, parent.id, now=NOW).id
    session.commit()

    session.delete(parent)
    session.commit()

    session.expire_all()
    assert session.get(Event, occurrence_id).parent_id is None


def test_changed_rule_leaves_the_coming_occurrence(session):
    parent = make_series(session)
    create_next_occurrence(session, parent.id, now=NOW)

    parent.starts_at += dt.timedelta(hours=1)
    set_recurrence(session, parent, {"frequency": "2w"})
    create_next_occurrence(session, parent.id, now=NOW)
    create_next_occurrence(session, parent.id, now=NOW + WEEK)

    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-04-03T20:00"]


def test_end_of_the_series_makes_the_parent_an_ordinary_event(session):
    parent = make_series(session)
    create_next_occurrence(session, parent.id, now=NOW)

    set_recurrence(session, parent, None)
    session.commit()

    assert (parent.is_series, parent.is_visible, session.get(EventSeries, parent.id)) == (False, True, None)
    assert occurrences_of(session, parent) == ["2033-03-27T19:00"]


@pytest.mark.parametrize(("is_attended", "expected"), [(False, []), (True, ["2033-05-20T19:00"])])
def test_end_of_the_series_removes_the_twin_of_the_parent(session, host, is_attended, expected):
    parent = make_series(session, "2033-05-20T19:00")
    twin = create_next_occurrence(session, parent.id, now=NOW)
    if is_attended:
        make_attendance(session, twin, host)

    set_recurrence(session, parent, None)

    assert occurrences_of(session, parent) == expected


def test_occurrence_becomes_a_parent_of_its_own(session):
    parent = make_series(session)
    first = create_next_occurrence(session, parent.id, now=NOW)

    set_recurrence(session, first, {"frequency": "1m"})
    create_next_occurrence(session, parent.id, now=NOW)

    assert (first.is_series, first.parent_id, first.occurrence_at) == (True, None, None)
    assert occurrences_of(session, parent) == ["2033-04-03T19:00"]


def test_rule_as_text(session):
    parent = make_series(
        session, recurrence={"rrule": "RRULE:FREQ=WEEKLY;BYDAY=WE,SU;COUNT=4\nEXDATE:20330323T180000Z"}
    )

    while create_next_occurrence(session, parent.id, now=NOW + len(occurrences_of(session, parent)) * WEEK):
        pass

    series = session.get(EventSeries, parent.id)
    assert series.recurrence == {"rrule": "FREQ=WEEKLY;COUNT=4;BYDAY=WE,SU"}
    assert occurrences_of(session, parent) == ["2033-03-27T19:00", "2033-03-30T19:00"]


@pytest.mark.parametrize("rrule", ["FREQ=SECONDLY", "FREQ=WEEKLY;BYDAY=MO", 5, ["FREQ=DAILY"], "", "FREQ=DAILY\0"])
def test_refused_rule_changes_nothing(session, rrule):
    event = make_event(session, timezone="Europe/Rome", starts_at=local("2033-03-20T19:00"))
    session.commit()

    with pytest.raises(InvalidInput):
        set_recurrence(session, event, {"rrule": rrule})
    session.rollback()

    assert (event.is_series, session.get(EventSeries, event.id)) == (False, None)


def test_meaningless_members_of_a_recurrence_are_not_stored(session):
    parent = make_series(
        session,
        recurrence={"frequency": "1w", "type": "\ud800", "days": [{"a": 1}], "other": "x" * 100_000},
    )
    assert session.get(EventSeries, parent.id).recurrence == {"frequency": "1w"}


def test_occurrences_of_a_year(session, count_statements):
    parent = make_series(session)
    first = create_next_occurrence(session, parent.id, now=NOW)
    hidden = create_next_occurrence(session, parent.id, now=NOW + WEEK)
    hidden.is_active = False
    deleted = create_next_occurrence(session, parent.id, now=NOW + 2 * WEEK)
    exclude_occurrence(session, deleted)
    session.delete(deleted)
    session.commit()
    series = session.get(EventSeries, parent.id)
    parent.name, first.slug, hidden.slug  # noqa: B018 - loads what the commit has expired

    with count_statements() as statements:
        dates = list_occurrences(session, parent, series, NOW, NOW + 4 * WEEK)

    assert len(statements) == 1
    assert [(date.event_id, date.slug, date.is_visible, f"{date.starts_at:%m-%dT%H:%M}") for date in dates] == [
        (first.id, first.slug, True, "03-27T17:00"),
        (hidden.id, hidden.slug, False, "04-03T17:00"),
        (None, None, False, "04-10T17:00"),
        (None, None, True, "04-17T17:00"),
    ]
    assert len(list_occurrences(session, parent, series, NOW, NOW + 52 * WEEK)) == 52


def test_date_is_found_by_its_day(session):
    parent = make_series(session, "2033-03-20T23:30")
    first = create_next_occurrence(session, parent.id, now=NOW)
    first.starts_at = local("2033-03-29T10:00")
    series = session.get(EventSeries, parent.id)

    assert find_date(session, parent, series, dt.date(2033, 3, 27)).event_id == first.id
    assert find_date(session, parent, series, dt.date(2033, 4, 3)).starts_at == local("2033-04-03T23:30")
    for day in (dt.date(2033, 3, 29), dt.date(2033, 4, 4), dt.date(2033, 3, 13)):
        with pytest.raises(NotFound):
            find_date(session, parent, series, day)


def test_simultaneous_workers_create_one_occurrence(session, app):
    parent_id = make_series(session).id

    def create():
        with app.app_context():
            created = create_next_occurrence(db.session, parent_id, now=NOW)
            db.session.commit()
            return created is not None

    results = run_concurrently(session, [create] * 8)

    assert sorted(results) == [False] * 7 + [True]
    assert occurrences_of(session, session.get(Event, parent_id)) == ["2033-03-27T19:00"]


def test_creation_and_deletion_of_the_parent_at_once(session, app):
    for _ in range(3):
        parent_id = make_series(session).id

        def create(parent_id=parent_id):
            with app.app_context():
                created = create_next_occurrence(db.session, parent_id, now=NOW)
                db.session.commit()
                return created is not None

        def delete(parent_id=parent_id):
            with app.app_context():
                db.session.delete(db.session.get(Event, parent_id))
                db.session.commit()

        is_created, _ = run_concurrently(session, [create, delete])

        rows = session.scalars(select(Event.parent_id)).all()
        assert rows == ([None] if is_created else [])
        session.execute(Event.__table__.delete())
        session.commit()


def test_series_of_a_user_who_is_deleted_goes_on(session):
    owner = make_user(session)
    parent = make_series(session, host=owner)
    session.delete(owner)

    assert create_next_occurrence(session, parent.id, now=NOW) is not None


def test_confirmation_deletion_and_job_at_once(session, app, host):
    """The parent is confirmed, its occurrence deleted, and the job runs: one date is to come, and the deleted one is not."""
    now = utc_now().replace(second=0)
    parent = make_series(session, now - WEEK / 7, host=host, timezone="UTC")
    second = parent.starts_at + 2 * WEEK
    first_id = create_next_occurrence(session, parent.id, now=now).id
    parent.is_active, parent.is_pending = False, True
    parent_id, actor = parent.id, make_user(session, is_admin=True)
    session.commit()
    actor = UserSnapshot(*(getattr(actor, name) for name in UserSnapshot._fields))

    def run(work):
        def running():
            with app.app_context(), FlyerStore(LocalFolder(app.config["MEDIA_DIR"])) as files:
                work(files)
                db.session.commit()

        return running

    run_concurrently(
        session,
        [
            run(lambda _: confirm_event(db.session, parent_id, actor=actor, now=now)),
            run(lambda files: delete_event(db.session, first_id, actor=actor, files=files)),
            run(lambda _: create_due_occurrences(db.session, now=lambda: now)),
        ],
    )
    create_due_occurrences(session, now=lambda: now)

    assert session.scalars(select(Event.starts_at).where(Event.parent_id == parent_id)).all() == [second]
