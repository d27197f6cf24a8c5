"""Random readers and writers, answered with and without the cache: the answers are the same to the byte."""

import contextvars
import gzip
import os
import random
import re

import brotli
import pytest

from joindin import create_app
from joindin.credentials import new_token, token_hash
from joindin.extensions import db
from joindin.models import AccessToken
from tests.factories import NOW, make_client, make_event, make_pending_event, make_talk, make_track, make_user

# CI asks for 2,000.
SEQUENCES = int(os.environ.get("JOINDIN_TEST_SEQUENCES", "100"))

ROLES = ("visitor", "visitor", "visitor", "plain", "host", "admin")

READS = (
    "/", "/v2.1", "/v2.1/events", "/v2.1/events/{event}", "/v2.1/events/{event}/comments", "/v2.1/events/{event}/talks",
    "/v2.1/events/{event}/hosts", "/v2.1/events/{event}/attendees", "/v2.1/events/{event}/attending",
    "/v2.1/events/{event}/tracks", "/v2.1/talks", "/v2.1/talks/{talk}", "/v2.1/talks/{talk}/comments",
    "/v2.1/talks/{talk}/starred", "/v2.1/users", "/v2.1/users/{user}", "/v2.1/users/{user}/attended",
    "/v2.1/users/{user}/hosted", "/v2.1/tracks/{track}", "/v2.1/languages", "/v2.1/nowhere", "/v2.1/token", "/docs",
)  # fmt: skip
QUERIES = (
    "", "", "", "verbose=yes", "filter=hot", "filter=upcoming", "filter=past", "filter=cfp", "filter=pending",
    "title=Conf", "tags[]=php", "start=1&resultsperpage=1", "resultsperpage=0", "format=html", "callback=show",
    "startdate=now", "startdate=2020-01-01", "tags[]=a&title[]=b",
)  # fmt: skip
HEADERS = ({}, {}, {"Accept": "text/html"}, {"Accept": "application/json"}, {"Accept-Encoding": "gzip, br"},
           {"Accept-Encoding": "gzip"}, {"Host": "other.example"})  # fmt: skip

WRITES = (
    ("POST", "/v2.1/events/{event}/attending", None),
    ("DELETE", "/v2.1/events/{event}/attending", None),
    ("POST", "/v2.1/events/{event}/comments", {"comment": "Said {number}", "rating": 4}),
    ("POST", "/v2.1/talks/{talk}/comments", {"comment": "Said {number}", "rating": 2}),
    ("POST", "/v2.1/talks/{talk}/starred", None),
    ("DELETE", "/v2.1/talks/{talk}/starred", None),
    ("POST", "/v2.1/events/{event}/approval", None),
    ("POST", "/v2.1/events/{event}/hosts", {"host_name": "plain"}),
    ("DELETE", "/v2.1/events/{event}/hosts/{user}", None),
    ("PUT", "/v2.1/tracks/{track}", {"track_name": "Track {number}", "track_description": "Another"}),
    (
        "PUT",
        "/v2.1/events/{event}",
        {
            "name": "Conf {number}",
            "description": "Two days.",
            "location": "Hall {number}",
            "start_date": "2026-12-01",
            "end_date": "2026-12-02",
            "tz_continent": "Europe",
            "tz_place": "Amsterdam",
            "tags": ["php", "tag {number}"],
        },
    ),
)


@pytest.fixture
def houses(app, settings):
    """The application with the cache and without it, on one database."""
    uncached = create_app({**settings, "ANSWER_CACHE_BYTES": 0})
    yield app, uncached
    with uncached.app_context():
        db.engine.dispose()


def test_cached_and_uncached_answers_are_the_same(houses, session):
    places, tokens = make_community(session)
    draw, outcomes = random.Random(2026), set()

    for number in range(SEQUENCES):
        for _ in range(draw.randint(1, 3)):
            role, method = draw.choice(ROLES), draw.choice(["GET", "GET", "GET", "HEAD"])
            path = fill(draw, draw.choice(READS), places) + f"?{draw.choice(QUERIES)}"
            headers = dict(draw.choice(HEADERS)) | authorization(tokens, role)
            first = compare(houses, method, path, headers)
            # A reader who comes back has the answer, or one from before.
            known = {"If-None-Match": draw.choice([first.headers.get("ETag", "*"), '"none"'])}
            again = compare(houses, method, path, headers | known)
            outcomes |= {(first.status_code, role), (again.status_code, role)}
        method, path, body = draw.choice(WRITES)
        body = body and {
            name: said.format(number=number) if isinstance(said, str) else said for name, said in body.items()
        }
        ask(draw.choice(houses), method, fill(draw, path, places), authorization(tokens, draw.choice(ROLES)), body)

    assert {(status, role) for status in (200, 304, 404) for role in ("visitor", "plain")} <= outcomes


def compare(houses, method, path, headers):
    """The cached answer to a request, once it is known to be the uncached one."""
    cached = ask(houses[0], method, path, headers)
    uncached = ask(houses[1], method, path, {name: bare(value) for name, value in headers.items()})
    assert plain(cached, method) == plain(uncached, method), (method, path, headers)
    return cached


def make_community(session):
    """Some of everything, and a token for each role that has one."""
    people = {name: make_user(session, name, is_admin=name == "admin") for name in ("plain", "host", "admin")}
    events = [make_event(session, f"Conf {n}", host=people["host"], tags=["php"]) for n in range(3)]
    pending = [make_pending_event(session, host=people["host"]) for _ in range(2)]
    tracks = [make_track(session, event) for event in events]
    talks = [
        make_talk(session, event, speakers=[people["host"]], tracks=[track]) for event, track in zip(events, tracks)
    ]
    client, tokens = make_client(session), {}
    for name, user in people.items():
        tokens[name] = new_token()
        used = {"created_at": NOW, "last_used_at": NOW}
        session.add(AccessToken(token_hash=token_hash(tokens[name]), user_id=user.id, client_id=client.id, **used))
    session.commit()
    things = {"event": events + pending, "track": tracks, "talk": talks, "user": [*people.values()]}
    return {kind: [each.id for each in rows] + [999] for kind, rows in things.items()}, tokens


def fill(draw, path, places):
    return path.format(**{kind: draw.choice(ids) for kind, ids in places.items()})


def authorization(tokens, role):
    return {"Authorization": f"Bearer {tokens[role]}"} if role in tokens else {}


def ask(app, method, path, headers, body=None):
    return contextvars.Context().run(app.test_client().open, path, method=method, headers=headers, json=body)


def plain(reply, method):
    """Status, headers and body, as they were before compression."""
    headers, body = dict(reply.headers), reply.data
    for passing in ("Content-Length", "Date"):
        headers.pop(passing, None)
    encoding = headers.pop("Content-Encoding", None)
    if encoding and method == "GET":
        body = {"gzip": gzip.decompress, "br": brotli.decompress}[encoding](body)
    return reply.status, {name: bare(value) for name, value in headers.items()}, body


def bare(tag):
    """An entity tag without what says how its answer is compressed."""
    return re.sub(r'-(gzip|br)"$', '"', tag)
