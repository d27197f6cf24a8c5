"""``JOINDIN_PLAIN_SQL`` changes no answer and no stored row."""

import pytest
from sqlalchemy import select

from joindin import create_app
from joindin.extensions import db
from joindin.models import Attendance, Event, EventComment, TalkComment, TalkStar
from tests.api_client import ApiClient
from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_event_comment,
    make_language,
    make_pending_event,
    make_talk,
    make_talk_comment,
    make_talk_type,
    make_track,
    make_user,
)

READS = [
    "/v2.1/events",
    "/v2.1/events?filter=hot&verbose=yes",
    "/v2.1/events?filter=upcoming&resultsperpage=2&start=1",
    "/v2.1/events?filter=past",
    "/v2.1/events?filter=cfp",
    "/v2.1/events?title=conf",
    "/v2.1/events?title=nothing",
    "/v2.1/events?tags[]=php&tags[]=python",
    "/v2.1/events?stub=none",
    "/v2.1/events/{event}?verbose=yes",
    "/v2.1/events/{event}/talks?verbose=yes",
    "/v2.1/events/{event}/comments",
    "/v2.1/events/{event}/attendees",
    "/v2.1/events/{event}/tracks",
    "/v2.1/events/987654",
    "/v2.1/talks/{talk}?verbose=yes",
    "/v2.1/talks/{talk}/comments",
    "/v2.1/users/{user}",
    "/v2.1/users/{user}/attended",
]


@pytest.fixture(scope="module")
def apps(app, settings):
    """The application with the fast path and without it, both without the caches that could answer instead."""
    caches = {"ANSWER_CACHE_BYTES": 0, "FRAGMENT_CACHE_BYTES": 0, "QUERY_CACHE_BYTES": 0}
    made = [create_app({**settings, **caches, "PLAIN_SQL": plain}) for plain in (False, True)]
    yield made
    for each in made:
        with each.app_context():
            db.engine.dispose()


@pytest.fixture
def user(session):
    return make_user(session, "reader")


@pytest.fixture
def ids(session, host, user):
    """Events with talks and comments, and the ids that the paths name."""
    make_talk_type(session), make_language(session)
    first = make_event(session, "PHP Conf", host=host, tags=["php", "python"])
    make_event(session, "Past Conf", starts_at=days_from_now(-30), ends_at=days_from_now(-29))
    make_event(session, "Call Conf", cfp_url="http://cfp.example", cfp_starts_at=days_from_now(-1))
    make_pending_event(session, "Pending")
    make_attendance(session, first, user)
    make_event_comment(session, first, user, rating=5)
    make_track(session, first)
    talk = make_talk(session, first)
    make_talk_comment(session, talk, user, rating=3)
    session.commit()
    return {"event": first.id, "talk": talk.id, "user": user.id}


def answers(app, token, requests):
    """Return status, JSON and Location of each request."""
    client = ApiClient(app, token)
    replies = [client.request(method, path, json=body) for method, path, body in requests]
    return [(reply.status_code, reply.get_json(silent=True), reply.headers.get("Location")) for reply in replies]


@pytest.mark.parametrize("signed_in", [False, True], ids=["visitor", "user"])
def test_reads_answer_the_same(apps, api, user, ids, signed_in):
    token = api.signed_in(user)._token if signed_in else None
    requests = [("GET", path.format(**ids), None) for path in READS]

    fast, plain = (answers(app, token, requests) for app in apps)

    assert fast == plain
    assert {status for status, _, _ in fast} == {200, 404}


def test_writes_answer_the_same_and_store_the_same_rows(apps, session, api, ids):
    event, talk = f"/v2.1/events/{ids['event']}", f"/v2.1/talks/{ids['talk']}"
    comment = {"comment": "Well done", "rating": 4}
    requests = [
        ("POST", f"{event}/attending", None),
        ("POST", f"{event}/attending", None),
        ("POST", "/v2.1/events/987654/attending", None),
        ("POST", f"{talk}/starred", None),
        ("DELETE", f"{talk}/starred", None),
        ("POST", f"{talk}/starred", None),
        ("POST", f"{event}/comments", comment),
        ("POST", f"{event}/comments", comment),
        ("POST", f"{event}/comments", {"comment": "Second rating", "rating": 2}),
        ("POST", f"{talk}/comments", comment),
        ("POST", f"{talk}/comments", comment),
    ]
    outcomes = []
    for app in apps:
        user = make_user(session)
        found = answers(app, api.signed_in(user)._token, requests)
        outcomes.append([(status, body) for status, body, _ in found] + stored_rows(session, user.id))

    assert outcomes[0] == outcomes[1]
    assert [status for status, _ in outcomes[0][: len(requests)]] == [
        201, 201, 404, 201, 200, 201, 201, 400, 201, 201, 400
    ]  # fmt: skip
    counters = select(Event.attendee_count, Event.comment_count, Event.talk_comment_count).where(
        Event.id == ids["event"]
    )
    assert session.execute(counters).one() == (3, 5, 3)


def stored_rows(session, user_id):
    session.rollback()
    return [
        list(map(tuple, session.execute(select(*columns).filter_by(user_id=user_id).order_by(*columns))))
        for columns in (
            [Attendance.event_id],
            [TalkStar.talk_id],
            [EventComment.text, EventComment.rating, EventComment.source],
            [TalkComment.text, TalkComment.rating, TalkComment.source],
        )
    ]


def test_the_fast_path_is_used_without_the_setting_only(apps):
    assert [app.extensions["read_connections"][1] is None for app in apps] == [False, True]
