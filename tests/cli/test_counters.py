"""``joindin counters``: drift is found and repaired."""

from sqlalchemy import delete, select, update

from joindin.extensions import db
from joindin.models import BucketCount, Event, EventHost, HotEvent, ListedEvent, PendingBucketCount, Talk, Track
from joindin.operations.counter_repair import Inconsistency, verify_counters
from joindin.operations.hosts import recompute_event_ratings
from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.paging import Paging
from joindin.utils.datetimes import utc_now
from tests.factories import (
    make_attendance,
    make_event,
    make_event_comment,
    make_star,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)

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


def make_busy_talk(session, event):
    """In two tracks, starred twice; of ratings of 5, 3, 2, 4 and 1 the speaker's, the private and the hidden do not count."""
    speaker, *others = (make_user(session) for _ in range(5))
    talk = make_talk(session, event, speakers=[speaker], tracks=[make_track(session, event) for _ in range(2)])
    for other in others[:2]:
        make_star(session, talk, other)
    make_talk_comment(session, talk, others[0], rating=5)
    make_talk_comment(session, talk, others[1], rating=3)
    make_talk_comment(session, talk, others[2], rating=2, is_private=True)
    make_talk_comment(session, talk, others[3], rating=4, is_hidden=True)
    make_talk_comment(session, talk, None, rating=4)
    make_talk_comment(session, talk, speaker, rating=1)
    talk.rating_sum -= 1
    talk.rating_count -= 1
    session.flush()
    return talk


def counters_of_talk(session, talk):
    session.refresh(talk)
    return talk.comment_count, talk.all_comment_count, talk.rating_sum, talk.rating_count, talk.star_count


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
            "2 counters have drifted. `joindin counters check --fix` repairs them.",
        ],
    )
    assert counters_of(session, right) == (3, 5, 7, 2)
    assert counters_of(session, wrong) == (9, 5, 0, 2)


def test_fix_mends_every_counter_and_moves_the_version(run, session):
    right, wrong = make_busy_event(session, "Right"), make_busy_event(session, "Wrong")
    session.execute(
        update(TABLE)
        .where(TABLE.c.id == wrong.id)
        .values(attendee_count=9, comment_count=9, rating_sum=9, rating_count=9)
    )
    session.expire_all()
    versions = right.version, wrong.version

    reply = run("counters", "check", "--fix")
    again = run("counters", "check")

    assert (reply.exit_code, reply.output.splitlines()[-1]) == (0, "4 counters have drifted; repaired.")
    assert (again.exit_code, again.output) == (0, "All counters are right.\n")
    assert counters_of(session, wrong) == counters_of(session, right) == (3, 5, 7, 2)
    assert (right.version, wrong.version) == (versions[0], versions[1] + 1)


def test_the_counters_of_talks_and_tracks_are_right_as_they_come(run, session):
    event = make_event(session)
    talk = make_busy_talk(session, event)
    versions = event.version, talk.version

    reply = run("counters", "check", "--fix")

    session.refresh(event)
    assert (reply.exit_code, reply.output) == (0, "All counters are right.\n")
    assert counters_of_talk(session, talk) == (4, 6, 8, 2, 2)
    assert (event.talk_count, event.track_count, event.talk_comment_count) == (1, 2, 6)
    assert (event.version, talk.version) == versions


def test_drift_in_talks_and_tracks_is_reported_and_repaired(run, session):
    event, other = make_event(session), make_event(session)
    talk, right = make_busy_talk(session, event), make_busy_talk(session, other)
    track = session.scalars(select(Track).where(Track.event_id == event.id)).first()
    session.execute(
        update(TABLE).where(TABLE.c.id == event.id).values(talk_count=9, track_count=9, talk_comment_count=9)
    )
    session.execute(update(Track.__table__).where(Track.id == track.id).values(talk_count=9))
    session.execute(
        update(Talk.__table__)
        .where(Talk.id == talk.id)
        .values(comment_count=9, all_comment_count=9, rating_sum=9, rating_count=9, star_count=9)
    )
    session.expire_all()
    versions = event.version, talk.version, right.version

    told = run("counters", "check")
    repaired = run("counters", "check", "--fix")
    again = run("counters", "check")

    assert (told.exit_code, told.output.splitlines()) == (
        1,
        [
            f"event {event.id}: talk_count is 9, should be 1",
            f"event {event.id}: talk_comment_count is 9, should be 6",
            f"event {event.id}: track_count is 9, should be 2",
            f"track {track.id}: talk_count is 9, should be 1",
            f"talk {talk.id}: comment_count is 9, should be 4",
            f"talk {talk.id}: all_comment_count is 9, should be 6",
            f"talk {talk.id}: rating_sum is 9, should be 8",
            f"talk {talk.id}: rating_count is 9, should be 2",
            f"talk {talk.id}: star_count is 9, should be 2",
            "9 counters have drifted. `joindin counters check --fix` repairs them.",
        ],
    )
    assert (repaired.exit_code, repaired.output.splitlines()[-1]) == (0, "9 counters have drifted; repaired.")
    assert (again.exit_code, again.output) == (0, "All counters are right.\n")
    for each in (event, track, other):
        session.refresh(each)
    assert counters_of_talk(session, talk) == counters_of_talk(session, right) == (4, 6, 8, 2, 2)
    assert (event.talk_count, event.track_count, event.talk_comment_count, track.talk_count) == (1, 2, 6, 1)
    assert (event.version, talk.version, right.version) == (versions[0] + 1, versions[1] + 1, versions[2])


def test_events_count_all_talks_and_tracks_those_that_are_active(run, session):
    event = make_event(session)
    track = make_track(session, event)
    make_talk(session, event, tracks=[track])
    make_talk(session, event, tracks=[track], is_active=False)

    reply = run("counters", "check")

    session.refresh(track)
    assert (reply.exit_code, reply.output) == (0, "All counters are right.\n")
    assert (event.talk_count, track.talk_count) == (2, 1)


def test_a_long_report_is_cut_short(run, session):
    for _ in range(52):
        make_event(session, attendee_count=1)

    reply = run("counters", "check")

    assert (reply.exit_code, len(reply.output.splitlines())) == (1, 52)
    assert reply.output.splitlines()[-2:] == [
        "... and 2 more",
        "52 counters have drifted. `joindin counters check --fix` repairs them.",
    ]


def test_batches_cost_the_same_however_many_events_they_hold(session, count_statements):
    ids = [make_busy_event(session, name).id for name in ("One", "Two", "Three", "Four", "Five", "Six")]
    session.execute(update(TABLE).values(attendee_count=9))
    session.commit()

    def count(**options):
        with count_statements() as seen:
            found = [drift for _, drifts in verify_counters(session, **options) for drift in drifts]
        assert found == [Inconsistency("event", event_id, "attendee_count", 9, 3) for event_id in ids]
        session.rollback()
        return len(seen)

    # The last statements of each run find that there are no more events, no tracks and no talks.
    assert [count(fix=False, batch=size) for size in (1, 3, 6)] == [6 + 3, 2 + 3, 1 + 3]
    assert [count(fix=True, batch=size) for size in (1, 3, 6)] == [6 * 4 + 3, 2 * 4 + 3, 1 * 4 + 3]


def test_ratings_are_counted_as_when_hosts_change(session):
    event = make_busy_event(session, "Busy")
    session.add(EventHost(event_id=event.id, user_id=make_user(session).id))
    session.flush()

    recompute_event_ratings(session, event.id)

    assert list(verify_counters(session, fix=False)) == [(1, [])]
    assert counters_of(session, event) == (3, 5, 7, 2)
    db.session.rollback()


def test_check_finds_what_lists_go_by_wrong_and_mends_it(app, session):
    listed = make_event(session, tags=["php"]).id
    session.commit()
    session.execute(delete(HotEvent))
    session.execute(update(ListedEvent).values(name_key="another"))
    session.execute(delete(BucketCount).where(BucketCount.counter == "users"))
    make_user(session)
    session.execute(delete(BucketCount).where(BucketCount.counter == "users"))
    session.execute(delete(PendingBucketCount))
    session.commit()

    found = app.test_cli_runner().invoke(args=["counters", "check"])
    repaired = app.test_cli_runner().invoke(args=["counters", "check", "--fix"])
    right = app.test_cli_runner().invoke(args=["counters", "check"])

    assert (found.exit_code, repaired.exit_code, right.exit_code) == (1, 0, 0)
    for line in ("listed_events: 1 row is wrong", "hot_events: 1 row is wrong", "bucket_counts: 3 rows are wrong"):
        assert line in found.output
    assert "All counters are right." in right.output
    page = list_events(session.connection(), EventFilter("hot", title="conference"), Paging(), utc_now())
    assert [row.id for row in page.items] == [listed]
