"""Creation of due occurrences by the periodic job."""

import datetime as dt

from sqlalchemy import select

from joindin.extensions import db
from joindin.jobs.series import create_due_occurrences
from joindin.models import Event, EventSeries
from joindin.operations.agenda.series import create_occurrence_ahead
from tests.agenda_series import NOW, WEEK, local, make_series, occurrences_of
from tests.concurrency import run_concurrently


def test_job_creates_every_due_occurrence_once(session, count_statements):
    weekly, monthly = make_series(session), make_series(session, recurrence={"frequency": "1m"})
    hidden = make_series(session, is_active=False, is_pending=True)
    without_rule = make_series(session, recurrence={"days": []})
    ended = make_series(session, recurrence={"rrule": "FREQ=WEEKLY;COUNT=1"})
    session.commit()

    created = [create_due_occurrences(session, now=lambda: NOW) for _ in range(2)]

    assert created == [2, 0]
    assert occurrences_of(session, weekly) == ["2033-03-27T19:00"]
    assert occurrences_of(session, monthly) == ["2033-04-20T19:00"]
    assert [occurrences_of(session, parent) for parent in (hidden, without_rule, ended)] == [[], [], []]


def test_job_promotes_an_occurrence_ahead(session):
    parent = make_series(session)
    ahead_id = create_occurrence_ahead(session, parent.id, local("2033-04-03T19:00"), now=NOW).id
    session.commit()

    created = create_due_occurrences(session, now=lambda: NOW + WEEK)

    session.expire_all()
    assert (created, session.get(Event, ahead_id).is_ahead) == (0, False)


def test_job_goes_on_after_a_broken_series(session, caplog):
    broken, sound = make_series(session), make_series(session)
    session.get(EventSeries, broken.id).rrule = "FREQ=NEVER"
    session.commit()

    assert create_due_occurrences(session, now=lambda: NOW) == 1

    assert occurrences_of(session, sound) == ["2033-03-27T19:00"]
    assert f"series {broken.id}" in caplog.text


def test_simultaneous_jobs_create_one_occurrence_each(session, app):
    parents = [make_series(session) for _ in range(3)]

    def run():
        with app.app_context():
            return create_due_occurrences(db.session, now=lambda: NOW)

    created = run_concurrently(session, [run] * 4)

    assert sum(created) == 3
    assert [occurrences_of(session, parent) for parent in parents] == [["2033-03-27T19:00"]] * 3


def test_queue_runs_the_job(queue, session):
    starts_at = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(days=3)
    parent_id = make_series(session, starts_at).id
    session.commit()
    task = next(task for task in queue._registry.periodic_tasks if task.name == "create_due_occurrences")

    queue.execute(task)

    session.expire_all()
    assert session.scalars(select(Event.occurrence_at).where(Event.parent_id == parent_id)).all() == [
        starts_at.replace(second=0)
    ]
