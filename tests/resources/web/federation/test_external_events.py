"""Events of hosts: asked at each view, with all pages; hostile and silent hosts leave the others visible."""

import json

import pytest
from sqlalchemy import select

from joindin.models.crew import FederationHost
from tests.browser_client import main_text
from tests.factories import make_user
from tests.fake_instance import drip, fake_instance

ENGLISH = {"Accept-Language": "en"}
EVENTS = "/api/federation/events/"


@pytest.fixture
def host(session, other):
    row = FederationHost(name="Host Org", url=other.url, credentials={"access_token": "secret"})
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def page(session, browser):
    browser.sign_in_directly(make_user(session, "ada"))
    return lambda query="": browser.get(f"/events/external/{query}", headers=ENGLISH)


def event(other, title="Fair", **fields):
    return {
        "id": 1,
        "title": title,
        "description": None,
        "location": "Park",
        "type": {"id": 1, "title": "Service"},
        "start_time": "2030-05-01T10:00:00+02:00",
        "end_time": "2030-05-01T18:00:00+02:00",
        "signup_url": f"{other.url}/events/shared/1/1/",
    } | fields


def listing(*events, following=None):
    return {"count": len(events), "next": following, "previous": None, "results": list(events)}


def test_events_of_all_hosts_are_listed_by_start(session, other, host, page):
    with fake_instance() as second:
        session.add(FederationHost(name="Second Org", url=second.url, credentials={"access_token": "another"}))
        later = event(other, "Later", start_time="2031-01-01T10:00:00Z", end_time="2031-01-01T11:00:00Z")
        planned = event(other, "Planned", start_time=None, end_time=None)
        other.answer("GET", EVENTS, 200, listing(planned, later))
        second.answer("GET", EVENTS, 200, listing(event(second, "Sooner")))

        text = main_text(page())

    assert sorted(("Later", "Planned", "Sooner"), key=text.index) == ["Sooner", "Later", "Planned"]
    request = other.sent(EVENTS)
    assert request["token"] == "Bearer secret"
    assert "?end_time_after=20" in request["path"]


def test_all_pages_are_read_from_the_host_itself(other, host, page):
    pages = [
        listing(event(other, "First"), following="http://127.0.0.1:1/elsewhere/?limit=1&offset=1"),
        listing(event(other, "Second")),
    ]

    def answer(handler):
        handler.wfile.write(json.dumps(pages.pop(0)).encode())

    other.answer("GET", EVENTS, 200, answer)

    text = main_text(page())

    assert ("First" in text, "Second" in text) == (True, True)
    assert other.requests[1]["path"] == f"{EVENTS}?limit=1&offset=1"


def test_endless_pages_end(other, host, page):
    other.answer("GET", EVENTS, 200, listing(event(other), following=f"{other.url}{EVENTS}?offset=1"))

    assert page().status_code == 200
    assert len(other.requests) == 10


def test_a_host_that_refuses_the_token_is_deleted(session, other, host, page):
    other.answer("GET", EVENTS, 403, {"detail": "Authentication credentials were not provided."})

    assert "Host Org no longer shares events" in main_text(page())
    assert session.scalars(select(FederationHost)).all() == []
    assert "Host Org" not in main_text(page())


HOSTILE = {
    "redirect": (302, None, {"Location": "http://127.0.0.1:1/"}),
    "huge": (200, b" " * (2 * 1024 * 1024), {}),
    "deep": (200, b"[" * 100_000, {}),
    "a list": (200, [], {}),
    "no results": (200, {"results": 7}, {}),
    "an error": (500, None, {}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_host_that_answers_otherwise_is_named_and_kept(session, other, host, page, name):
    status, body, headers = HOSTILE[name]
    other.answer("GET", EVENTS, status, body, **headers)

    reply = page()

    assert (reply.status_code, "Host Org does not answer" in main_text(reply)) == (200, True)
    assert len(session.scalars(select(FederationHost)).all()) == 1


def test_a_slow_host_is_given_up_on(monkeypatch, other, host, page):
    monkeypatch.setattr("joindin.federation.requests.EVENTS_TIMEOUT_S", 0.3)
    other.answer("GET", EVENTS, 200, drip)

    assert "Host Org does not answer" in main_text(page())


@pytest.mark.parametrize(
    "fields",
    [
        {"signup_url": "javascript:alert(1)"},
        {"signup_url": "http://evil.example/events/shared/1/1/"},
        {"signup_url": None},
        {"start_time": "tomorrow"},
        {"start_time": "0001-01-01T00:00:00+05:00"},
        {"end_time": "9999-12-31T23:59:59Z"},
        {"title": 7},
        {"type": "x"},
    ],
)
def test_an_event_that_is_not_valid_is_left_out(other, host, page, fields):
    other.answer("GET", EVENTS, 200, listing(event(other, "Odd") | fields, event(other, "<b>Good</b>"), 7))

    reply = page()

    assert ("Odd" in reply.text, "Good" in main_text(reply), "<b>Good" in reply.text) == (False, True, False)


def test_an_error_of_the_sign_in_is_explained(page):
    assert "did not work" in main_text(page("?error=oauth_error"))
    assert "No other instance" in main_text(page("?error=%3Cscript%3E"))


def test_private_hosts_are_asked_only_where_that_is_allowed(app, monkeypatch, other, host, page):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", False)

    assert "does not answer" in main_text(page())
    assert other.requests == []
