"""What is sent to harm: refused, or taken as the words it is, and nothing is half done."""

import json

import pytest

from tests.resources.v2_1.talks.test_talk_rights import (
    ROUTES,
    stored,  # a fixture
)
from tests.resources.v2_1.talks.test_talk_rights import world as world  # a fixture

VALUES = [
    "\x00", "\ud800", "'; DROP TABLE talks; --", "%s%n", "{0}", "\u202e", "\ufdfa" * 300, "😀" * 2_000, "<b" * 500,
    "1e400", "-1", "٣", "x" * 70_000, "http://x/v2.1/tracks/" + "9" * 60, 1e308, -0.0, 10**18, [], {}, [[]],
    {"a": {"b": []}}, True, False, None,
]  # fmt: skip

FIELDS = {
    "add a track": ("track_name", "track_description"),
    "edit a track": ("track_name", "track_description"),
    "put into a track": ("track_uri",),
    "add a link": ("display_name", "url"),
    "edit a link": ("display_name", "url"),
    "assign": ("display_name", "username"),
}


@pytest.mark.parametrize(("route", "field"), [(route, field) for route, fields in FIELDS.items() for field in fields])
def test_bodies_that_mean_harm(session, world, route, field):
    clients, ids = world
    method, path, body, *_, done = ROUTES[route]
    body = {name: value.format(**ids) for name, value in body.items()}
    statuses, before = set(), stored(session)

    for value in VALUES:
        reply = clients["host"].request(
            method,
            "/v2.1" + path.format(**ids),
            # Not by the client's own hand, which would not send half a character.
            data=json.dumps({**body, field: value}),
            headers={"Content-Type": "application/json"},
        )
        now = stored(session)
        if reply.status_code != done:
            assert now == before, value
            statuses.add((reply.status_code, *reply.json))
        before = now

    assert {status for status, *_ in statuses} <= {400, 404, 422, 500}
    # The contract's own status for a link that cannot be changed so; nothing of ours has failed.
    assert {sentence for status, sentence in statuses if status == 500} <= {"Update of Link ID Failed"}


PATHS = [
    "/talks/{}",
    "/talks/{}/starred",
    "/tracks/{}",
    "/talks/{}/tracks/{}",
    "/talks/{}/links/{}",
    "/talks/{}/speakers/{}",
]
IDS = ["0", "-1", "1.5", "x", "%00", "9" * 12, "9" * 5_000, "٣", "1%20OR%201=1"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_ids_that_are_none(session, world, path, method):
    clients, ids = world
    before = stored(session)
    # The first id is real where there are two.
    addresses = [
        "/v2.1" + (path.format(ids["talk"], id_) if path.count("{}") == 2 else path.format(id_)) for id_ in IDS
    ]

    replies = [clients["host"].request(method, address, json={}) for address in addresses]

    assert {reply.status_code for reply in replies} <= {200, 204, 400, 404, 405}
    assert stored(session) == before


@pytest.mark.parametrize(
    "query", ["?display_name[]=Claimed&username=somebody", "?display_name=%00&username=%ff", "?username[a]=b"]
)
def test_rejections_that_mean_harm(session, world, query):
    clients, ids = world
    before = stored(session)

    reply = clients["host"].delete(f"/v2.1/talks/{ids['talk']}/speakers{query}")

    assert reply.status_code in (400, 404)
    assert stored(session) == before
