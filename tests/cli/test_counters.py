"""``joindin counters``: drift is found and mended."""

from sqlalchemy import update

from joindin.extensions import db
from joindin.models import Event, EventHost
from joindin.operations.counters import Drift, check_counters
from joindin.operations.hosts import recount_ratings
from tests.factories import make_attendance, make_event, make_event_comment, make_user

TABLE = Event.__table__


def make_busy_event(session, name):
    """Three attend; of the ratings of 5, 2, 4 and 0, the host's 4 and the 0 do not count; one comment is hidden."""
    host, *others = (make_user(session) for _ in range(4))
    event = make_event(session, name, host=host)
    for other in others:
        make_attendance(session, event, other)
    make_event_comment(session, event, others[0], rating=5)
    make_event_comment(session, event, others[1], rating=2, is_hidden=True)
    make_event_comment(session, event, others[2], rating=0)
    make_event_comment(session, event, None, rating=3)
    make_event_comment(session, event, host, rating=4)
    event.rating_sum -= 4
    event.rating_count -= 1
    session.flush()
    return event


def counters_of(session, event):
    session.refresh(event)
    return event.attendee_count, event.comment_count, event.rating_sum, event.rating_count


def test_counters_that_are_right_are_left_alone(run, session):
    event = make_busy_event(session, "Busy")
    make_event(session, "Quiet")
    version = event.version

    replies = [run("counters", "check"), run("counters", "check", "--fix")]

    assert [(reply.exit_code, reply.output) for reply in replies] == [(0, "All counters are right.\n")] * 2
    assert (counters_of(session, event), event.version) == ((3, 5, 7, 2), version)


def test_drift_is_reported_and_left(run, session):
    right, wrong = make_busy_event(session, "Right"), make_busy_event(session, "Wrong")
    session.execute(update(TABLE).where(TABLE.c.id == wrong.id).values(attendee_count=9, rating_sum=0))

    reply = run("counters", "check")

    assert (reply.exit_code, reply.output.splitlines()) == (
        1,
        [
            f"event {wrong.id}: attendee_count is 9, should be 3",
            f"event {wrong.id}: rating_sum is 0, should be 7",
            "2 counters have drifted. `joindin counters check --fix` mends that.",
        ],
    )
    assert counters_of(session, right) == (3, 5, 7, 2)
    assert counters_of(session, wrong) == (9, 5, 0, 2)


def test_fix_mends_every_counter_and_moves_the_version(run, session):
    right, wrong = make_busy_event(session, "Right"), make_busy_event(session, "Wrong")
    versions = right.version, wrong.version
    session.execute(
        update(TABLE)
        .where(TABLE.c.id == wrong.id)
        .values(attendee_count=9, comment_count=9, rating_sum=9, rating_count=9)
    )

    reply = run("counters", "check", "--fix")
    again = run("counters", "check")

    assert (reply.exit_code, reply.output.splitlines()[-1]) == (0, "4 counters have drifted; mended.")
    assert (again.exit_code, again.output) == (0, "All counters are right.\n")
    assert counters_of(session, wrong) == counters_of(session, right) == (3, 5, 7, 2)
    assert (right.version, wrong.version) == (versions[0], versions[1] + 1)


def test_a_long_report_is_cut_short(run, session):
    for _ in range(52):
        make_event(session, attendee_count=1)

    reply = run("counters", "check")

    assert (reply.exit_code, len(reply.output.splitlines())) == (1, 52)
    assert reply.output.splitlines()[-2:] == [
        "... and 2 more",
        "52 counters have drifted. `joindin counters check --fix` mends that.",
    ]


def test_batches_cost_the_same_however_many_events_they_hold(session, count_statements):
    ids = [make_busy_event(session, name).id for name in ("One", "Two", "Three", "Four", "Five", "Six")]
    session.execute(update(TABLE).values(attendee_count=9))
    session.commit()

    def count(**options):
        with count_statements() as seen:
            found = [drift for _, drifts in check_counters(session, **options) for drift in drifts]
        assert found == [Drift(event_id, "attendee_count", 9, 3) for event_id in ids]
        session.rollback()
        return len(seen)

    # The last statement of each run finds that there are no more.
    assert [count(fix=False, batch=size) for size in (1, 3, 6)] == [6 + 1, 2 + 1, 1 + 1]
    assert [count(fix=True, batch=size) for size in (1, 3, 6)] == [6 * 4 + 1, 2 * 4 + 1, 1 * 4 + 1]


def test_ratings_are_counted_as_when_hosts_change(session):
    event = make_busy_event(session, "Busy")
    session.add(EventHost(event_id=event.id, user_id=make_user(session).id))
    session.flush()

    recount_ratings(session, event.id)

    assert list(check_counters(session, fix=False)) == [(1, [])]
    assert counters_of(session, event) == (3, 5, 7, 2)
    db.session.rollback()
