"""The requests of cal2gancio, which copies calendars into Gancio: sent by the library that it uses, to a running server."""

import time

import pytest
import requests

from tests.browser_client import PASSWORD, PASSWORD_HASH
from tests.factories import make_user
from tests.live_server import live_server

pytestmark = pytest.mark.slow("starts a server")


@pytest.fixture
def server(app, session, settings):
    make_user(session, "importer", email="importer@example.org", is_trusted=True, password_hash=PASSWORD_HASH)
    session.commit()
    with live_server(settings, 1) as server:
        yield f"http://127.0.0.1:{server.port}"


def sign_in(server, version):
    """Version 1 sends only username and password, as JSON; version 2 the address to another route."""
    if version == 1:
        reply = requests.post(
            f"{server}/oauth/login", json={"username": "importer@example.org", "password": PASSWORD}, timeout=15
        )
    else:
        reply = requests.post(
            f"{server}/api/login/token", json={"email": "importer@example.org", "password": PASSWORD}, timeout=15
        )
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}


def multipart(fields):
    """Return fields as parts without file names; a list becomes parts of the same name."""
    return [
        (name, (None, str(each)))
        for name, value in fields.items()
        for each in (value if isinstance(value, list) else [value])
    ]


def find(server, headers, tag, parameter):
    reply = requests.get(f"{server}/api/events", params={parameter: tag}, headers=headers, timeout=15)
    return [(event["title"], event["tags"]) for event in reply.json()]


@pytest.mark.parametrize("version", [1, 2])
def test_a_calendar_entry_is_copied_changed_and_removed(server, version):
    headers = sign_in(server, version)
    start = int(time.time()) + 86400
    event = {
        "title": "From a calendar",
        "start_datetime": start,
        "end_datetime": start + 3600,
        "description": "<p>Words</p>",
        "place_name": "Library",
        "place_address": "Road 1",
        "tags": ["books", "_ical_4f2a"],
        "multidate": False,
    }

    made = requests.post(f"{server}/api/event", files=multipart(event), headers=headers, timeout=20)
    found = find(server, headers, "_ical_4f2a", "tags[]" if version == 1 else "tags")
    changes = event | {"id": made.json()["id"], "title": "Moved", "tags": ["_ical_4f2a", "_hash_2"]}
    changed = requests.put(f"{server}/api/event", files=multipart(changes), headers=headers, timeout=20)
    again = find(server, headers, "_ical_4f2a", "tags")
    removed = requests.delete(f"{server}/api/event/{made.json()['id']}", headers=headers, timeout=20)

    assert (made.status_code, changed.status_code, removed.status_code) == (200, 200, 200)
    assert found == [("From a calendar", ["books", "_ical_4f2a"])]
    assert again == [("Moved", ["_ical_4f2a", "_hash_2"])]
    assert find(server, headers, "_ical_4f2a", "tags") == []


def test_an_importer_with_a_token_meets_no_limit_of_submissions(server):
    headers = sign_in(server, 2)
    event = {"title": "Many", "start_datetime": int(time.time()) + 86400, "place_name": "Library", "place_address": "R"}

    replies = [
        requests.post(f"{server}/api/event", files=multipart(event), headers=headers, timeout=20) for _ in range(12)
    ]

    assert [reply.status_code for reply in replies] == [200] * 12
