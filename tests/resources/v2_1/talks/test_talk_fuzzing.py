"""Hostile values: refused or stored as text, and never stored in part."""

import json

import pytest

from tests.resources.v2_1.talks.talk_routes import ROUTES, stored_state

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
def test_hostile_bodies_are_refused_or_stored_whole(session, role_clients, talk_ids, route, field):
    method, path, body, *_, done = ROUTES[route]
    body = {name: value.format(**talk_ids) for name, value in body.items()}
    statuses, before = set(), stored_state(session)

    for value in VALUES:
        reply = role_clients["host"].request(
            method,
            "/v2.1" + path.format(**talk_ids),
            # Encoded here, because the test client cannot encode lone surrogates.
            data=json.dumps({**body, field: value}),
            headers={"Content-Type": "application/json"},
        )
        now = stored_state(session)
        if reply.status_code != done:
            assert now == before, value
            statuses.add((reply.status_code, *reply.json))
        before = now

    assert {status for status, *_ in statuses} <= {400, 404, 422, 500}
    # The contract's status for a link that cannot be changed; it is not an internal error.
    assert {message for status, message in statuses if status == 500} <= {"Update of Link ID Failed"}


PATHS = [
    "/talks/{}",
    "/talks/{}/starred",
    "/tracks/{}",
    "/talks/{}/tracks/{}",
    "/talks/{}/links/{}",
    "/talks/{}/speakers/{}",
]
IDS = ["0", "-1", "1.5", "x", "%00", "9" * 12, "9" * 1_900, "٣", "1%20OR%201=1"]


@pytest.mark.parametrize("path", PATHS)
def test_invalid_ids_are_refused_and_change_nothing(session, role_clients, talk_ids, path):
    before = stored_state(session)
    # The first id is real where there are two.
    urls = [
        "/v2.1" + (path.format(talk_ids["talk"], id_) if path.count("{}") == 2 else path.format(id_)) for id_ in IDS
    ]

    replies = [
        role_clients["host"].request(method, url, json={}) for url in urls for method in ("POST", "PUT", "DELETE")
    ]

    assert {reply.status_code for reply in replies} <= {200, 204, 400, 404, 405}
    assert stored_state(session) == before


@pytest.mark.parametrize(
    "query", ["?display_name[]=Claimed&username=claimant", "?display_name=%00&username=%ff", "?username[a]=b"]
)
def test_hostile_rejections_of_claims_change_nothing(session, role_clients, talk_ids, query):
    before = stored_state(session)

    reply = role_clients["host"].delete(f"/v2.1/talks/{talk_ids['talk']}/speakers{query}")

    assert reply.status_code in (400, 404)
    assert stored_state(session) == before
