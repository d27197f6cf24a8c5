"""Periodic work of the crew: reminders, expiring qualifications, finished shifts, and purges."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.extensions import db
from joindin.jobs import crew as crew_jobs
from joindin.jobs.cleanup import purge_expired
from joindin.jobs.crew import do_crew_work
from joindin.models import Mail
from joindin.models.crew import (
    ANY_SHIFT,
    CONFIRMED,
    EVERY_SHIFT,
    EXECUTED,
    GETTING_DISPATCHED,
    LAST_SHIFT,
    NEEDS_CONFIRMATION,
    REQUESTED,
    Consequence,
    CrewGuest,
    CrewNotification,
    EventQualification,
    Participation,
    QualificationGrant,
)
from joindin.operations.crew import finished_shifts
from joindin.operations.crew.notifications import reminders
from tests.concurrency import run_concurrently
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_participation,
    make_profile,
    make_qualification,
    make_shift,
)
from tests.factories import NOW, make_user

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def work(session, now=NOW):
    session.commit()
    done = do_crew_work(session, now=lambda: now)
    session.expire_all()
    return done


def notified(session):
    rows = session.scalars(select(CrewNotification).order_by(CrewNotification.id)).all()
    return [(row.slug, row.user_id) for row in rows]


def add(session, row):
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def crew_event(session):
    return make_crew_event(session, "Festival")


@pytest.fixture
def vera(session):
    return make_user(session, "vera")


def test_confirmed_person_is_reminded_once(session, crew_event, vera):
    soon = make_shift(session, crew_event, starts_at=NOW + 23 * HOUR)
    make_participation(session, soon, vera)
    make_participation(session, make_shift(session, crew_event, starts_at=NOW + 25 * HOUR), vera)
    make_participation(session, soon, make_user(session, "rosa"), state=REQUESTED)
    make_participation(session, soon, make_user(session, "ina", is_active=False))
    make_participation(session, soon, placeholder_name="One of the band")
    make_participation(session, make_shift(session, crew_event, starts_at=NOW - HOUR), vera)
    draft = make_crew_event(session, is_draft=True)
    make_participation(session, make_shift(session, draft, starts_at=NOW + HOUR), vera)

    work(session)
    work(session)

    assert notified(session) == [("joindin_shift_reminder", vera.id)]
    assert session.scalars(select(Mail.recipient)).all() == ["vera@example.org"]


@pytest.mark.parametrize(("hours", "is_reminded"), [(2, False), (4, True), (48, True), (None, False)])
def test_user_chooses_the_hours(session, crew_event, vera, hours, is_reminded):
    make_profile(session, vera).reminder_hours = hours
    make_participation(session, make_shift(session, crew_event, starts_at=NOW + 3 * HOUR), vera)

    work(session)

    assert bool(notified(session)) == is_reminded


def test_individual_start_counts(session, crew_event, vera):
    shift = make_shift(session, crew_event, starts_at=NOW + 23 * HOUR)
    make_participation(session, shift, vera, individual_starts_at=NOW + 26 * HOUR)

    work(session)
    assert notified(session) == []
    work(session, NOW + 3 * HOUR)

    assert notified(session) == [("joindin_shift_reminder", vera.id)]


def test_guest_is_reminded_by_mail(session, crew_event):
    guest = add(session, CrewGuest(event_id=crew_event.id, email="greta@example.org", display_name="Greta",
                                   access_token_hash="x" * 64, created_at=NOW))  # fmt: skip
    make_participation(session, make_shift(session, crew_event, starts_at=NOW + HOUR), guest_id=guest.id)

    work(session)

    assert (notified(session), session.scalars(select(Mail.recipient)).all()) == ([], ["greta@example.org"])


def test_expiring_qualification_is_announced_once_for_each_expiry(session, vera):
    soon = grant_qualification(session, vera, make_qualification(session, "FA"), NOW + 29 * DAY)
    grant_qualification(session, vera, make_qualification(session), NOW + 31 * DAY)
    grant_qualification(session, vera, make_qualification(session), NOW - DAY)
    grant_qualification(session, vera, make_qualification(session))
    grant_qualification(session, make_user(session, is_active=False), make_qualification(session), NOW + DAY)

    for _ in range(2):
        work(session)
    assert notified(session) == [("joindin_qualification_expires", vera.id)]
    session.get(QualificationGrant, soon.id).expires_at = NOW + 60 * DAY
    work(session)
    assert len(notified(session)) == 1
    work(session, NOW + 40 * DAY)

    # The other one has expired meanwhile.
    assert notified(session) == [("joindin_qualification_expires", vera.id)] * 2


def finished(session, crew_event, *days):
    """Return shifts that ended that number of days ago, or end in the future if negative."""
    return [make_shift(session, crew_event, starts_at=NOW - each * DAY - 4 * HOUR) for each in days]


def make_rule(session, crew_event, mode=ANY_SHIFT, **fields):
    rule = EventQualification(
        event_id=crew_event.id, qualification_id=make_qualification(session).id, mode=mode, **fields
    )
    return add(session, rule)


def consequences(session):
    rows = session.scalars(select(Consequence).order_by(Consequence.id)).all()
    return [(row.user_id, row.state, row.data["qualification_id"]) for row in rows]


def test_attended_shift_makes_a_consequence_once(session, crew_event, vera):
    first, second, later = finished(session, crew_event, 2, 1, -1)
    rule = make_rule(session, crew_event, expires_at=NOW + 300 * DAY)
    rows = [make_participation(session, shift, vera) for shift in (first, second, later)]
    make_participation(session, first, make_user(session), state=REQUESTED)

    work(session)
    work(session)

    assert consequences(session) == [(vera.id, NEEDS_CONFIRMATION, rule.qualification_id)]
    data = session.scalars(select(Consequence.data)).one()
    assert data == {
        "qualification_id": rule.qualification_id,
        "event_id": crew_event.id,
        "expires": (NOW + 300 * DAY).isoformat(),
    }
    assert [session.get(Participation, row.id).is_finished for row in rows] == [True, True, False]


def test_qualification_without_confirmation_is_granted(session, crew_event, vera):
    [shift] = finished(session, crew_event, 1)
    rule = make_rule(session, crew_event, needs_confirmation=False)
    make_participation(session, shift, vera)

    work(session)

    assert consequences(session) == [(vera.id, EXECUTED, rule.qualification_id)]
    assert session.scalars(select(QualificationGrant.qualification_id)).all() == [rule.qualification_id]
    assert notified(session) == [("ephios_consequence_approved", vera.id)]


@pytest.mark.parametrize(
    ("mode", "attended", "has_earned"),
    [(EVERY_SHIFT, [0], False), (EVERY_SHIFT, [0, 1], True), (LAST_SHIFT, [0], False), (LAST_SHIFT, [1], True)],
)
def test_some_events_grant_for_certain_shifts_only(session, crew_event, vera, mode, attended, has_earned):
    shifts = finished(session, crew_event, 2, 1)
    make_rule(session, crew_event, mode)
    for number in attended:
        make_participation(session, shifts[number], vera)

    work(session)

    assert bool(consequences(session)) == has_earned


@pytest.mark.parametrize("has_it", [False, True])
def test_extension_is_for_those_who_have_the_qualification(session, crew_event, vera, has_it):
    [shift] = finished(session, crew_event, 1)
    rule = make_rule(session, crew_event, extends_only=True)
    make_participation(session, shift, vera)
    if has_it:
        add(session, QualificationGrant(user_id=vera.id, qualification_id=rule.qualification_id))

    work(session)

    assert bool(consequences(session)) == has_it


@pytest.mark.parametrize("size", [1, 200])
def test_simultaneous_workers_do_everything_once(session, app, crew_event, monkeypatch, size):
    for module in (reminders, finished_shifts):
        monkeypatch.setattr(module, "BATCH_SIZE", size)
    users = [make_user(session) for _ in range(4)]
    qualification = make_qualification(session)
    soon = make_shift(session, crew_event, starts_at=NOW + HOUR)
    past = finished(session, crew_event, 2, 1)
    make_rule(session, crew_event)
    for user in users:
        grant_qualification(session, user, qualification, NOW + DAY)
        for shift in (soon, *past):
            make_participation(session, shift, user)
    session.commit()

    def run():
        with app.app_context():
            return do_crew_work(db.session, now=lambda: NOW)

    run_concurrently(session, [run] * 2)

    session.expire_all()
    ids = [user.id for user in users]
    assert sorted(notified(session)) == sorted(
        [(slug, id_) for slug in ("joindin_shift_reminder", "joindin_qualification_expires") for id_ in ids]
    )
    assert sorted(user_id for user_id, *_ in consequences(session)) == ids


def test_failing_work_does_not_stop_the_rest(session, crew_event, vera, monkeypatch, caplog):
    def fail(_session, *, now):
        raise RuntimeError(now)

    monkeypatch.setattr(crew_jobs, "WORK", (fail, *crew_jobs.WORK))
    make_participation(session, make_shift(session, crew_event, starts_at=NOW + HOUR), vera)

    assert work(session) == 1

    assert "failed: fail" in caplog.text


def test_batch_costs_the_same_for_one_row_and_for_many(session, crew_event, count_statements):
    costs = []
    for number in (1, 20):
        [past], soon = finished(session, crew_event, 1), make_shift(session, crew_event, starts_at=NOW + HOUR)
        for _ in range(number):
            user = make_user(session)
            grant_qualification(session, user, make_qualification(session), NOW + DAY)
            for shift in (past, soon):
                make_participation(session, shift, user)
        session.commit()
        with count_statements() as statements:
            do_crew_work(session, now=lambda: NOW)
        # SQLite returns the ids of inserted rows one by one.
        costs.append(len([each for each in statements if not each.startswith("INSERT INTO crew_notifications")]))

    assert costs[0] == costs[1]


def test_queue_runs_the_work(queue, session, crew_event, vera):
    starts_at = dt.datetime.now(dt.UTC) + HOUR
    make_participation(session, make_shift(session, crew_event, starts_at=starts_at), vera)
    session.commit()
    task = next(task for task in queue._registry.periodic_tasks if task.name == "do_crew_work")

    queue.execute(task)

    session.expire_all()
    assert notified(session) == [("joindin_shift_reminder", vera.id)]


def test_old_rows_of_the_crew_are_purged(app, session, crew_event, vera):
    shifts = [make_shift(session, crew_event) for _ in range(4)]
    for age, shift in zip((DAY, 8 * DAY), shifts, strict=False):
        make_participation(session, shift, vera, state=GETTING_DISPATCHED).created_at = NOW - age
    make_participation(session, shifts[2], vera).created_at = NOW - 400 * DAY
    make_participation(session, shifts[3], vera, state=GETTING_DISPATCHED).created_at = None
    for age in (89, 91):
        add(session, CrewNotification(user_id=vera.id, slug="x", data={}, created_at=NOW - age * DAY))
    session.commit()

    purge_expired(session, app.config, NOW)

    session.expire_all()
    rows = session.scalars(select(Participation).order_by(Participation.id)).all()
    assert [(row.shift_id, row.state) for row in rows] == [
        (shifts[0].id, GETTING_DISPATCHED), (shifts[2].id, CONFIRMED), (shifts[3].id, GETTING_DISPATCHED)
    ]  # fmt: skip
    assert session.scalars(select(CrewNotification.created_at)).all() == [NOW - 89 * DAY]
