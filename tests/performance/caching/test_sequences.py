"""Random reads and writes: responses with and without caches are the same to the byte.

Users, commands and manual SQL write.
"""

import contextvars
import gzip
import os
import random
import re

import brotli
import pytest

from joindin import create_app
from joindin.cli.console import cli
from joindin.extensions import db
from joindin.models import AccessToken
from joindin.security.tokens import hash_token, new_token
from tests.factories import (
    NOW,
    make_client,
    make_event,
    make_event_comment,
    make_pending_event,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)
from tests.imports.conferences.listings import listing, write_listings

# CI asks for 2,000.
SEQUENCES = int(os.environ.get("JOINDIN_TEST_SEQUENCES", "100"))

ROLES = ("visitor", "visitor", "visitor", "plain", "host", "admin")

READS = (
    "/", "/v2.1", "/v2.1/events", "/v2.1/events/{event}", "/v2.1/events/{event}/comments", "/v2.1/events/{event}/talks",
    "/v2.1/events/{event}/hosts", "/v2.1/events/{event}/attendees", "/v2.1/events/{event}/attending",
    "/v2.1/events/{event}/tracks", "/v2.1/talks", "/v2.1/talks/{talk}", "/v2.1/talks/{talk}/comments",
    "/v2.1/talks/{talk}/starred", "/v2.1/users", "/v2.1/users/{user}", "/v2.1/users/{user}/attended",
    "/v2.1/users/{user}/hosted", "/v2.1/users/{user}/talks", "/v2.1/users/{user}/talk_comments",
    "/v2.1/events/{event}/talk_comments", "/v2.1/event_comments/{comment}", "/v2.1/talk_comments/{comment}", "/v2.1/tracks/{track}", "/v2.1/languages", "/v2.1/nowhere", "/v2.1/token", "/docs",
)  # fmt: skip
QUERIES = (
    "", "", "", "verbose=yes", "filter=hot", "filter=upcoming", "filter=past", "filter=cfp", "filter=pending",
    "verbose=yes", "verbose=yes&resultsperpage=2", "keyword=o", "keyword=hos", "username=plain", "title=talk", "title=a",
    "title=Conf", "title=Conf", "tags[]=php", "tags[]=php&tags[]=tag+1", "title=conf&start=1", "start=1&resultsperpage=1", "resultsperpage=0", "format=html", "callback=show",
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
    ("POST", "/v2.1/talks/{talk}/links", {"display_name": "slides_link", "url": "https://slides.example/{number}"}),
    ("POST", "/v2.1/talks/{talk}/tracks", {"track_uri": "http://localhost/v2.1/tracks/{number}"}),
    ("PUT", "/v2.1/talk_comments/{comment}", {"comment": "Said otherwise {number}"}),
    ("POST", "/v2.1/talk_comments/{comment}/reported", None),
    ("PUT", "/v2.1/talk_comments/{comment}/reported", {"decision": "denied"}),
    ("POST", "/v2.1/event_comments/{comment}/reported", None),
    ("PUT", "/v2.1/event_comments/{comment}/reported", {"decision": "denied"}),
    ("PUT", "/v2.1/users/{user}", {"full_name": "Name {number}", "email": "mail{number}@example.org"}),
    ("POST", "/v2.1/users/{user}/trusted", {"trusted": True}),
    (
        "PUT",
        "/v2.1/talks/{talk}",
        {
            "talk_title": "Talk {number}",
            "talk_description": "What it is about.",
            "start_date": "2026-12-01T10:00:00",
            "type": "Talk",
            "language": "English - UK",
            "duration": 45,
            "speakers": ["Name {number}", "Another"],
        },
    ),
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


# Manual SQL updates of random rows.
MANUAL_SQL = (
    "UPDATE users SET full_name = 'Hand {number}' WHERE id = {user}",
    "UPDATE users SET full_name = NULL, biography = 'By hand' WHERE id = {user}",
    "UPDATE users SET email = 'hand{number}@example.org', username = 'Hand{number}' WHERE id = {user}",
    "UPDATE users SET is_active = NOT is_active WHERE id = {user} AND username_key = 'plain'",
    "UPDATE users SET twitter_username = 'hand', is_trusted = NOT is_trusted WHERE id = {user}",
    "UPDATE events SET timezone = 'Asia/Tokyo' WHERE id = {event}",
    "UPDATE events SET name = 'Conf by hand', name_key = 'conf by hand' WHERE id = {event}",
    "UPDATE events SET attendee_count = attendee_count + 1, rating_sum = 3, rating_count = 1 WHERE id = {event}",
    "UPDATE tags SET name = 'by hand {number}' WHERE name_key = 'php'",
    "UPDATE events SET is_private = NOT is_private WHERE id = {event}",
    "UPDATE talks SET title = 'Hand {number}', title_key = 'hand {number}' WHERE id = {talk}",
    "UPDATE talks SET star_count = star_count + 1, duration = {number} WHERE id = {talk}",
    "UPDATE talks SET is_active = NOT is_active WHERE id = {talk}",
    "UPDATE talk_speakers SET name = 'Hand {number}', user_id = NULL WHERE talk_id = {talk}",
    "INSERT INTO talk_speakers (talk_id, name) SELECT id, 'Hand {number}' FROM talks WHERE id = {talk}",
    "DELETE FROM talk_speakers WHERE talk_id = {talk}",
    "UPDATE talk_links SET url = 'https://hand.example/{number}' WHERE talk_id = {talk}",
    "DELETE FROM talk_links WHERE talk_id = {talk}",
    "DELETE FROM talk_tracks WHERE talk_id = {talk}",
    "UPDATE tracks SET name = 'Hand {number}', name_key = 'hand {number}' WHERE id = {track}",
    "UPDATE languages SET name = 'Hand {number}'",
    "UPDATE talk_types SET title = 'Hand {number}'",
    "UPDATE event_comments SET text = 'Hand {number}', rating = 1 WHERE id = {comment}",
    "UPDATE event_comments SET user_id = NULL, author_name = 'Hand' WHERE id = {comment}",
    "UPDATE talk_comments SET text = 'Hand {number}', source = 'hand' WHERE id = {comment}",
    "UPDATE talk_comments SET is_private = NOT is_private WHERE id = {comment}",
)

COMMANDS = (
    ["users", "trust", "plain"],
    ["users", "trust", "plain", "--not"],
    ["users", "promote", "host"],
    ["users", "demote", "host"],
    ["users", "deactivate", "plain"],
    ["users", "activate", "plain"],
    ["counters", "check", "--fix"],
    ["import", "conferences", "{listings}"],
)


@pytest.fixture
def apps(app, settings):
    """The application with caches and one without, on one database."""
    uncached = create_app({**settings, "ANSWER_CACHE_BYTES": 0, "FRAGMENT_CACHE_BYTES": 0, "QUERY_CACHE_BYTES": 0})
    yield app, uncached
    with uncached.app_context():
        db.engine.dispose()


@pytest.mark.slow("compares thousands of responses")
def test_cached_and_uncached_responses_are_the_same(apps, session, tmp_path):
    ids, tokens = make_community(session)
    ids["listings"] = [tmp_path]
    random_source, outcomes = random.Random(2026), set()

    for number in range(SEQUENCES):
        for _ in range(random_source.randint(1, 3)):
            role, method = random_source.choice(ROLES), random_source.choice(["GET", "GET", "GET", "HEAD"])
            path = fill(random_source, random_source.choice(READS), ids) + f"?{random_source.choice(QUERIES)}"
            headers = dict(random_source.choice(HEADERS)) | authorization(tokens, role)
            first = compare(apps, method, path, headers)
            # The client has the current response, or an earlier one.
            known = {"If-None-Match": random_source.choice([first.headers.get("ETag", "*"), '"none"'])}
            again = compare(apps, method, path, headers | known)
            outcomes |= {(first.status_code, role), (again.status_code, role)}
        write = random_source.choice([write_as_user, write_as_user, write_as_user, write_manual_sql, command])
        write(random_source, apps, ids, tokens, number)

    assert {(status, role) for status in (200, 304, 404) for role in ("visitor", "plain")} <= outcomes


def write_as_user(random_source, apps, ids, tokens, number):
    method, path, body = random_source.choice(WRITES)
    body = body and {name: said.format(number=number) if isinstance(said, str) else said for name, said in body.items()}
    ask(
        random_source.choice(apps),
        method,
        fill(random_source, path, ids),
        authorization(tokens, random_source.choice(ROLES)),
        body,
    )


def write_manual_sql(random_source, apps, ids, _tokens, number):
    with apps[0].app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(fill(random_source, random_source.choice(MANUAL_SQL), ids, number=number))


def command(random_source, apps, ids, _tokens, number):
    listings = ids["listings"][0]
    write_listings(
        listings,
        "2031/php",
        [listing(cfpUrl=f"https://cfp.example/{number}", city=random_source.choice(["Berlin", "Oslo"]))],
    )
    words = [word.format(listings=listings) for word in random_source.choice(COMMANDS)]
    reply = contextvars.Context().run(apps[0].test_cli_runner().invoke, cli, words)
    assert reply.exit_code == 0, (words, reply.output)


def compare(apps, method, path, headers):
    """Return the cached response to a request, after comparing it with the uncached one."""
    cached = ask(apps[0], method, path, headers)
    # Constant content has entity tags for encodings without the cache too.
    both_tags = {name: ", ".join(sorted({value, bare(value)})) for name, value in headers.items()}
    uncached = ask(apps[1], method, path, both_tags)
    assert plain(cached, method) == plain(uncached, method), (method, path, headers)
    return cached


def make_community(session):
    """Rows of all kinds, and a token for each role."""
    people = {name: make_user(session, name, is_admin=name == "admin") for name in ("plain", "host", "admin")}
    events = [make_event(session, f"Conf {n}", host=people["host"], tags=["php"]) for n in range(3)]
    pending = [make_pending_event(session, host=people["host"]) for _ in range(2)]
    tracks = [make_track(session, event) for event in events]
    talks = [
        make_talk(session, event, speakers=[people["host"]], tracks=[track]) for event, track in zip(events, tracks)
    ]
    for talk in talks:
        make_talk_comment(session, talk, people["plain"])
        make_event_comment(session, talk.event, people["plain"])
    client, tokens = make_client(session, is_trusted=True), {}
    for name, user in people.items():
        tokens[name] = new_token()
        used = {"created_at": NOW, "last_used_at": NOW}
        session.add(AccessToken(token_hash=hash_token(tokens[name]), user_id=user.id, client_id=client.id, **used))
    session.commit()
    things = {"event": events + pending, "track": tracks, "talk": talks, "user": [*people.values()]}
    # Comments are added during the test.
    ids = {kind: [each.id for each in rows] + [999] for kind, rows in things.items()} | {"comment": range(1, 12)}
    return ids, tokens


def fill(random_source, path, ids, **more):
    return path.format(**{kind: random_source.choice(row_ids) for kind, row_ids in ids.items()}, **more)


def authorization(tokens, role):
    return {"Authorization": f"Bearer {tokens[role]}"} if role in tokens else {}


def ask(app, method, path, headers, body=None):
    return contextvars.Context().run(app.test_client().open, path, method=method, headers=headers, json=body)


def plain(reply, method):
    """Return status, headers and body as they were before compression."""
    headers, body = dict(reply.headers), reply.data
    for passing in ("Content-Length", "Date", "X-Request-Id"):
        headers.pop(passing, None)
    encoding = headers.pop("Content-Encoding", None)
    if encoding and method == "GET":
        body = {"gzip": gzip.decompress, "br": brotli.decompress}[encoding](body)
    return reply.status, {name: bare(value) for name, value in headers.items()}, body


def bare(tag):
    """Return an entity tag without its encoding."""
    return re.sub(r'-(gzip|br)"$', '"', tag)
