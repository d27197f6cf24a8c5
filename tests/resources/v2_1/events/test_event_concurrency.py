"""Concurrent requests on events: no write is lost, counted twice or refused without need."""

from collections import Counter
from time import sleep

from sqlalchemy import func, select

from joindin.extensions import db
from joindin.models import (
    Attendance,
    Event,
    EventComment,
    EventCommentReport,
    EventHost,
    Mail,
    Tag,
    User,
    event_tags,
)
from joindin.operations.events import tag_row
from tests.concurrency import CONCURRENT_REQUESTS, count_outcomes, run_concurrently
from tests.factories import (
    make_attendance,
    make_event,
    make_event_comment,
    make_pending_event,
    make_user,
)

EVENT = {
    "name": "SampleConf",
    "description": "Two days.",
    "location": "Main Hall",
    "start_date": "2030-05-01",
    "end_date": "2030-05-02",
    "tz_continent": "Europe",
    "tz_place": "Amsterdam",
}


def stored_counters(session, event):
    event = session.get(Event, event.id)
    return event.attendee_count, event.comment_count, event.rating_sum, event.rating_count


def expected_counters(session, event):
    """Return what :func:`stored_counters` must be, computed from the rows."""
    hosts = select(EventHost.user_id).where(EventHost.event_id == event.id)
    ratings = session.scalars(
        select(EventComment.rating).where(
            EventComment.event_id == event.id, EventComment.rating > 0, EventComment.user_id.not_in(hosts)
        )
    ).all()
    attendees, comments = (
        session.scalar(select(func.count()).select_from(model).where(model.event_id == event.id))
        for model in (Attendance, EventComment)
    )
    return attendees, comments, sum(ratings), len(ratings)


def test_a_user_attends_once(session, request_for):
    event, user = make_event(session), make_user(session)

    replies = run_concurrently(
        session, [request_for(user, "POST", f"/events/{event.id}/attending") for _ in range(CONCURRENT_REQUESTS)]
    )

    assert count_outcomes(replies) == {(201,): CONCURRENT_REQUESTS}
    assert stored_counters(session, event) == expected_counters(session, event) == (1, 0, 0, 0)


def test_a_user_leaves_once(session, request_for):
    event, user = make_event(session), make_user(session)
    make_attendance(session, event, user)
    make_attendance(session, event, make_user(session))

    replies = run_concurrently(
        session, [request_for(user, "DELETE", f"/events/{event.id}/attending") for _ in range(CONCURRENT_REQUESTS)]
    )

    assert count_outcomes(replies) == {(200,): CONCURRENT_REQUESTS}
    assert stored_counters(session, event) == expected_counters(session, event) == (1, 0, 0, 0)


def test_alternating_attendances_are_counted(session, request_for):
    event, users = make_event(session), [make_user(session) for _ in range(2)]

    def attend_and_leave(user):
        attend, leave = (request_for(user, method, f"/events/{event.id}/attending") for method in ("POST", "DELETE"))
        return lambda: [request() for request in (attend, leave, attend, leave, attend)]

    visits = run_concurrently(session, [attend_and_leave(users[number % 2]) for number in range(CONCURRENT_REQUESTS)])

    assert count_outcomes(reply for visit in visits for reply in visit) == {
        (201,): 3 * CONCURRENT_REQUESTS,
        (200,): 2 * CONCURRENT_REQUESTS,
    }
    assert stored_counters(session, event) == expected_counters(session, event)


def test_an_event_is_approved_or_rejected_once(session, request_for):
    event = make_pending_event(session, host=make_user(session))
    admins = [make_user(session, is_admin=True) for _ in range(CONCURRENT_REQUESTS)]

    replies = run_concurrently(
        session,
        [
            request_for(admin, method, f"/events/{event.id}/approval{reason}")
            for admin, (method, reason) in zip(
                admins, [("POST", ""), ("DELETE", "?reason=No")] * (CONCURRENT_REQUESTS // 2)
            )
        ],
    )

    (winner,) = [number for number, reply in enumerate(replies) if reply.status_code == 204]
    decided = session.get(Event, event.id)
    approved = winner % 2 == 0
    lost = Counter(
        "This event cannot be rejected" if number % 2 else "This event cannot be approved"
        for number in range(CONCURRENT_REQUESTS)
        if number != winner
    )
    assert count_outcomes(replies) == {(204,): 1, **{(400, message): times for message, times in lost.items()}}
    assert (decided.is_active, decided.is_pending, decided.reviewer_id) == (approved, False, admins[winner].id)
    assert set(session.scalars(select(Mail.kind))) == {"event_approved" if approved else "event_rejected"}


def test_the_limit_of_pending_events_holds(session, request_for):
    user = make_user(session)

    replies = run_concurrently(
        session,
        [request_for(user, "POST", "/events", EVENT | {"name": f"Conf {n}"}) for n in range(CONCURRENT_REQUESTS)],
    )

    assert count_outcomes(replies) == {
        (202,): 3,
        (400, "You may only have 3 pending events at one time"): CONCURRENT_REQUESTS - 3,
    }
    assert session.scalar(select(func.count()).select_from(Event)) == 3


def test_events_with_the_same_name_get_different_slugs(session, request_for):
    users = [make_user(session, is_trusted=True) for _ in range(CONCURRENT_REQUESTS)]

    replies = run_concurrently(session, [request_for(user, "POST", "/events", EVENT) for user in users])

    slugs = session.scalars(select(Event.slug)).all()
    assert count_outcomes(replies) == {(201,): CONCURRENT_REQUESTS}
    assert (len(slugs), len(set(slugs))) == (CONCURRENT_REQUESTS, CONCURRENT_REQUESTS)
    assert {"sampleconf", "sampleconf-2030", "sampleconf-2030-05", "sampleconf-2030-05-01"} < set(slugs)


def test_new_tags_in_different_orders_do_not_deadlock(session, request_for):
    requests = [
        request_for(
            make_user(session, is_trusted=True), "POST", "/events", {**EVENT, "name": " ".join(tags), "tags": tags}
        )
        for tags in (["a", "held", "b"], ["b", "held", "a"]) * (CONCURRENT_REQUESTS // 2)
    ]
    # An uncommitted tag stops all requests half way, and releases them together.
    holder = db.engine.connect()
    holder.execute(Tag.__table__.insert().values(**tag_row("held")))

    def release():
        sleep(0.5)
        holder.rollback()
        holder.close()

    *replies, _ = run_concurrently(session, [*requests, release])

    assert count_outcomes(replies) == {(201,): CONCURRENT_REQUESTS}
    assert sorted(session.scalars(select(Tag.name))) == ["a", "b", "held"]
    assert session.scalar(select(func.count()).select_from(event_tags)) == 3 * CONCURRENT_REQUESTS


def test_concurrent_edits_are_applied_completely(session, request_for):
    host = make_user(session)
    event = make_event(session, host=host, tags=["a", "b"])
    edits = [{**EVENT, "tags": tags} for tags in (["a", "b"], ["b", "c"])] * (CONCURRENT_REQUESTS // 2)
    path = f"/events/{event.id}"
    request_for(host, "PUT", path, edits[0])()
    before = session.get(Event, event.id).version

    replies = run_concurrently(session, [request_for(host, "PUT", path, edit) for edit in edits])

    shown = request_for(host, "GET", path)().json["events"][0]
    assert count_outcomes(replies) == {(204,): CONCURRENT_REQUESTS}
    assert shown["tags"] in (["a", "b"], ["b", "c"])
    assert session.get(Event, event.id).version >= before + CONCURRENT_REQUESTS


def test_a_repeated_comment_is_stored_once(session, request_for):
    event, user = make_event(session), make_user(session)
    body = {"comment": "Great", "rating": 5}

    replies = run_concurrently(
        session, [request_for(user, "POST", f"/events/{event.id}/comments", body) for _ in range(CONCURRENT_REQUESTS)]
    )

    assert count_outcomes(replies) == {(201,): 1, (400, "Duplicate comment"): CONCURRENT_REQUESTS - 1}
    assert stored_counters(session, event) == expected_counters(session, event) == (0, 1, 5, 1)


def test_one_rating_of_a_user_counts(session, request_for):
    event, user = make_event(session), make_user(session)

    replies = run_concurrently(
        session,
        [
            request_for(user, "POST", f"/events/{event.id}/comments", {"comment": f"No. {number}", "rating": 4})
            for number in range(CONCURRENT_REQUESTS)
        ],
    )

    assert count_outcomes(replies) == {(201,): CONCURRENT_REQUESTS}
    assert stored_counters(session, event) == expected_counters(session, event) == (0, CONCURRENT_REQUESTS, 4, 1)


def test_a_host_is_added_once(session, request_for):
    hosts, new = [make_user(session) for _ in range(2)], make_user(session)
    event = make_event(session, host=hosts[0])
    session.add(EventHost(event_id=event.id, user_id=hosts[1].id))
    make_event_comment(session, event, new, rating=5)

    replies = run_concurrently(
        session,
        [
            request_for(hosts[number % 2], "POST", f"/events/{event.id}/hosts", {"host_name": new.username})
            for number in range(CONCURRENT_REQUESTS)
        ],
    )

    assert count_outcomes(replies) == {(204,): 1, (400, "User is already a host"): CONCURRENT_REQUESTS - 1}
    assert session.scalar(select(func.count()).select_from(EventHost)) == 3
    assert stored_counters(session, event) == expected_counters(session, event) == (0, 1, 0, 0)


def test_a_comment_is_hidden_exactly_while_a_report_is_open(session, request_for):
    host = make_user(session)
    event = make_event(session, host=host)
    comment = make_event_comment(session, event, make_user(session))
    path, denied = f"/event_comments/{comment.id}/reported", {"decision": "denied"}

    replies = run_concurrently(
        session,
        [request_for(make_user(session), "POST", path) for _ in range(CONCURRENT_REQUESTS // 2)]
        + [request_for(host, "PUT", path, denied) for _ in range(CONCURRENT_REQUESTS // 2)],
    )

    is_open = select(EventCommentReport.id).where(EventCommentReport.decision.is_(None))
    assert count_outcomes(replies) == {(202,): CONCURRENT_REQUESTS // 2, (204,): CONCURRENT_REQUESTS // 2}
    assert session.get(EventComment, comment.id).is_hidden is bool(session.scalars(is_open).all())
    assert session.scalar(select(func.count()).select_from(EventCommentReport)) == CONCURRENT_REQUESTS // 2


def test_different_writes_to_an_event_are_counted(session, request_for):
    host, admin = make_user(session), make_user(session, is_admin=True)
    event = make_event(session, host=host)
    path = f"/events/{event.id}"
    comment = make_event_comment(session, event, make_user(session), rating=2)
    users = [make_user(session) for _ in range(3)]
    edited = {**EVENT, "tags": ["a", "b"]}
    before = event.version

    replies = run_concurrently(
        session,
        [
            *[request_for(each, "POST", f"{path}/comments", {"comment": "Well", "rating": 3}) for each in users],
            *[request_for(each, "POST", f"{path}/attending") for each in users],
            request_for(host, "POST", f"{path}/hosts", {"host_name": users[0].username}),
            request_for(host, "PUT", path, edited),
            request_for(admin, "PUT", path, {**edited, "tags": ["b", "a"]}),
            request_for(admin, "POST", f"/event_comments/{comment.id}/reported"),
        ],
    )

    assert count_outcomes(replies) == {(201,): 6, (204,): 3, (202,): 1}
    assert stored_counters(session, event) == expected_counters(session, event)
    assert session.get(Event, event.id).version >= before + 9
    assert session.scalar(select(func.count()).select_from(User)) == 6
