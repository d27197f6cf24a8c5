"""Imports of events from other sites (Gancio contract, sections 6.6 and 23)."""

import pytest

from joindin.models import SiteSetting
from joindin.utils import http_client
from joindin.utils.http_client import is_public_address
from tests.factories import NOW
from tests.utils.remote_servers import Site, build_response, redirect_to
from tests.utils.test_http_download import PRIVATE_HOSTS

CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
    "BEGIN:VEVENT\r\nUID:7@x\r\nDTSTART:20330101T100000Z\r\nDTEND:20330101T120000Z\r\nSUMMARY:Far away\r\n"
    "LOCATION:Hall 1\r\nDESCRIPTION:Some words\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:8@x\r\nDTSTART:20030101T100000Z\r\nSUMMARY:Past\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)
PAGE = """<div class="h-event"><h1 class="p-name">Far page</h1><time class="dt-start" datetime="2033-01-01T10:00Z">x</time>
<p class="p-location h-card"><b class="p-name">Hall 2</b><i class="p-street-address">Road 2</i></p>
<p class="p-description">Some words</p><a class="p-category">a</a></div>"""


@pytest.fixture
def site(app, monkeypatch):
    """Another site, on loopback."""
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", True)
    responses = {
        "/c.ics": build_response(CALENDAR.encode(), "text/calendar; charset=utf-8"),
        "/h.html": build_response(PAGE.encode(), "text/html; charset=utf-8"),
        "/n.html": build_response(b"<p>nothing</p>", "text/html"),
        "/j.json": build_response(b"{}", "application/json"),
        "/moved": redirect_to("/c.ics"),
    }
    with Site(responses) as site:
        yield site


def import_url(api, url):
    return api.get("/api/event/import", query_string={"URL": url})


@pytest.mark.parametrize("path", ["/c.ics", "/moved"])
def test_calendar_is_shown(api, site, count_rows, path):
    reply = import_url(api, site.url + path)

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert reply.json[0] == {
        "title": "Far away",
        "description": "Some words",
        "place": {"name": "Hall 1"},
        "start_datetime": 1988186400,
        "end_datetime": 1988193600,
    }
    assert [event["title"] for event in reply.json] == ["Far away", "Past"]
    assert count_rows()["events"] == 0


def test_page_is_shown(api, site):
    reply = import_url(api, site.url + "/h.html")

    assert (reply.status_code, reply.json) == (
        200,
        [
            {
                "title": "Far page",
                "description": "Some words",
                "place": {"name": "Hall 2", "address": "Road 2"},
                "start_datetime": 1988186400,
                "end_datetime": None,
                "tags": ["a"],
                "media": [],
            }
        ],
    )


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/n.html", 404, "Not Found"),
        ("/j.json", 400, '"Content type not supported"'),
        ("/none", 400, '"Error: Request failed with status code 404"'),
    ],
)
def test_what_is_no_event_is_refused(api, site, path, status, text):
    reply = import_url(api, site.url + path)

    assert (reply.status_code, reply.text) == (status, text)


def test_address_is_required(api):
    reply = api.get("/api/event/import")

    assert (reply.status_code, reply.headers["Content-Type"]) == (400, "application/json; charset=utf-8")
    assert reply.json == "No URL provided"


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
def test_nothing_is_fetched_from_private_addresses(api, host):
    with Site({"/": build_response(CALENDAR.encode(), "text/calendar")}) as site:
        url = f"http://{host}:{site.url.rpartition(':')[2]}/"
        replies = [import_url(api, url), api.post("/api/ics-import/url", json={"url": url})]

    assert [reply.status_code for reply in replies] == [400, 400]
    assert (replies[0].json, replies[1].json) == (
        "Error: The page cannot be fetched from its address",
        {"success": False, "error": "Error: The page cannot be fetched from its address"},
    )
    assert site.requested == []


def test_redirect_to_a_private_address_is_refused(api, monkeypatch):
    monkeypatch.setattr(
        http_client, "is_public_address", lambda address: address == "127.0.0.1" or is_public_address(address)
    )
    with Site({"/": redirect_to("http://127.0.0.2/")}) as site:
        reply = import_url(api, site.url + "/")

    assert (reply.status_code, site.requested) == (400, ["/"])


def test_visitors_import_only_where_they_may_submit(api, session, site, host):
    session.add(SiteSetting(key="allow_anon_event", value=False, updated_at=NOW))
    session.commit()

    refused = import_url(api, site.url + "/c.ics")
    admitted = import_url(api.signed_in(host), site.url + "/c.ics")

    assert (refused.status_code, refused.text) == (403, "Forbidden")
    assert admitted.status_code == 200


ENTRY = {
    "title": "Far away",
    "description": "Some words",
    "organizer": None,
    "status": None,
    "uid": "7@x",
    "location": "Hall 1",
    "start_datetime": 1988186400,
    "end_datetime": 1988193600,
    "modified": None,
    "is_visible": True,
}


@pytest.mark.parametrize(
    ("past", "titles"), [(None, ["Far away"]), (True, ["Far away", "Past"]), (False, ["Far away"])]
)
def test_text_of_a_calendar_is_shown(api, past, titles):
    reply = api.post("/api/ics-import", json={"icsText": CALENDAR, "includePastEvents": past})

    assert (reply.status_code, reply.json["success"], reply.json["events"][0]) == (200, True, ENTRY)
    assert [event["title"] for event in reply.json["events"]] == titles


def test_calendar_at_an_address_is_shown_in_full(api, site):
    reply = api.post("/api/ics-import/url", json={"url": site.url + "/c.ics"})

    assert (reply.status_code, reply.json) == (200, {"success": True, "events": [ENTRY]})


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("", {}, "No ICS text received"),
        ("", {"icsText": 7}, "No ICS text received"),
        ("", {"icsText": " "}, "No ICS text received"),
        ("", {"icsText": "x"}, "The text is no calendar"),
        ("/url", {}, "No URL provided"),
        ("/url", {"url": ["x"]}, "No URL provided"),
        ("/url", {"url": "file:///etc/passwd"}, "Error: The page cannot be fetched from its address"),
    ],
)
def test_wrong_calendar_is_refused_in_json(api, path, body, error):
    reply = api.post(f"/api/ics-import{path}", json=body)

    assert (reply.status_code, reply.json) == (400, {"success": False, "error": error})


@pytest.mark.parametrize(
    "value", ["\x00", "\ud800", "http://\x00/", "http://[", "x" * 300, "http://a.example:99999999999999999999/"]
)
def test_odd_addresses_are_refused(api, value):
    assert api.post("/api/ics-import/url", json={"url": value}).status_code == 400
    assert api.get("/api/event/import", query_string={"URL": value.encode("utf-8", "replace")}).status_code == 400
