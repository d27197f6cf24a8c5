"""Each mechanism that exists only for speed can be switched off, and no response changes."""

import pytest

from joindin import create_app
from joindin.extensions import db
from tests.api_client import ApiClient
from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_event_comment,
    make_pending_event,
    make_star,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)
from tests.http_assertions import stable_headers

SWITCHES = {
    "response cache": {"ANSWER_CACHE_BYTES": 0},
    "fragment cache": {"FRAGMENT_CACHE_BYTES": 0},
    "query cache": {"QUERY_CACHE_BYTES": 0},
    "fast path": {"PLAIN_SQL": True},
    "all": {"ANSWER_CACHE_BYTES": 0, "FRAGMENT_CACHE_BYTES": 0, "QUERY_CACHE_BYTES": 0, "PLAIN_SQL": True},
}

PATHS = (
    "/v2.1/events",
    "/v2.1/events?filter=hot&verbose=yes",
    "/v2.1/events?filter=upcoming&resultsperpage=1",
    "/v2.1/events?filter=past",
    "/v2.1/events?filter=cfp",
    "/v2.1/events?filter=all&resultsperpage=0",
    "/v2.1/events?title=conf&start=1&resultsperpage=1",
    "/v2.1/events?filter=hot&title=conf",
    "/v2.1/events?tags[]=php&tags[]=perl",
    "/v2.1/events/{event}?verbose=yes",
    "/v2.1/events/999",
    "/v2.1/events/{event}/talks",
    "/v2.1/events/{event}/comments?verbose=yes",
    "/v2.1/events/{event}/attendees",
    "/v2.1/talks?title=story",
    "/v2.1/talks/{talk}?verbose=yes",
    "/v2.1/talks/{talk}/comments",
    "/v2.1/users/{user}?verbose=yes",
    "/v2.1/users?keyword=host",
    "/v2.1/users/{user}/hosted",
    "/v2.1/users/{user}/talks",
)

# The paths whose responses change with the writes below.
CHANGED_PATHS = (
    "/v2.1/events",
    "/v2.1/events?filter=hot&verbose=yes",
    "/v2.1/events?filter=hot&title=conf",
    "/v2.1/events/{event}?verbose=yes",
    "/v2.1/events/{event}/talks",
    "/v2.1/events/{event}/comments?verbose=yes",
    "/v2.1/events/{event}/attendees",
    "/v2.1/talks/{talk}?verbose=yes",
    "/v2.1/talks/{talk}/comments",
)


@pytest.fixture
def ids(session, host):
    event = make_event(
        session,
        "Conf one",
        host=host,
        tags=["php", "perl"],
        cfp_url="https://cfp.example",
        cfp_starts_at=days_from_now(-1),
        cfp_ends_at=days_from_now(5),
    )
    make_event(session, "Conf two", tags=["php"], starts_at=days_from_now(-20))
    make_pending_event(session, host=host)
    talk = make_talk(session, event, "A story", speakers=[host, "Ada"], tracks=[make_track(session, event)])
    visitor = make_user(session)
    make_star(session, talk, visitor)
    make_attendance(session, event, visitor)
    make_event_comment(session, event, visitor)
    make_talk_comment(session, talk, visitor)
    return {"event": event.id, "talk": talk.id, "user": host.id}


@pytest.fixture(params=SWITCHES)
def other_app(request, settings, session):
    """The application with the mechanism switched off, on the same database."""
    app = create_app({**settings, **SWITCHES[request.param]})
    yield app
    with app.app_context():
        db.engine.dispose()


def responses(app, token, ids, paths=PATHS):
    client = ApiClient(app, token)
    replies = [client.get(path.format(**ids)) for path in paths]
    return [(reply.status, stable_headers(reply.headers), reply.data) for reply in replies]


def test_responses_are_the_same_with_a_mechanism_switched_off(app, other_app, session, host, token_for, ids):
    admin = make_user(session, is_admin=True)
    tokens = [None, token_for(make_user(session)), token_for(host), token_for(admin)]

    for token in tokens:
        expected = responses(app, token, ids)
        # The first time nothing is cached, the second time everything.
        assert [responses(other_app, token, ids) for _ in range(2)] == [expected] * 2
        assert responses(app, token, ids) == expected


WRITES = (
    ("POST", "/v2.1/events/{event}/attending", None),
    ("POST", "/v2.1/events/{event}/comments", {"comment": "Nice", "rating": 4}),
    ("POST", "/v2.1/talks/{talk}/comments", {"comment": "Nice", "rating": 3}),
    ("POST", "/v2.1/talks/{talk}/starred", None),
    ("DELETE", "/v2.1/talks/{talk}/starred", None),
    ("DELETE", "/v2.1/events/{event}/attending", None),
)


def test_a_write_by_either_application_shows_in_both(app, other_app, session, token_for, ids):
    writers = [token_for(make_user(session)) for _ in range(2)]
    statuses = []

    for method, path, body in WRITES:
        for writing_app, token in zip((app, other_app), writers):
            reply = ApiClient(writing_app, token).request(method, path.format(**ids), json=body)
            statuses.append((method, reply.status_code))
            for reading in (None, *writers):
                expected = responses(app, reading, ids, CHANGED_PATHS)
                assert responses(other_app, reading, ids, CHANGED_PATHS) == expected

    assert {status for method, status in statuses if method == "POST"} == {201}
    assert {status for method, status in statuses if method == "DELETE"} == {200}
