"""Feeds of calls for papers: Atom, deadlines as iCalendar, and listings of the conference-data project."""

import datetime as dt
import json
from xml.etree import ElementTree

import feedparser
import icalendar
import pytest

from joindin.imports.conferences.records import parse_record
from joindin.models import City, EventSettings
from tests.factories import parse_instant
from tests.hostile_text import HOSTILE, HOSTILE_URL
from tests.resources.web.calls.conftest import DAY, NOW

BASE = "http://web.example"
HOSTILE_TEXTS = (
    HOSTILE,
    "]]><![CDATA[",
    "a;b,c\\n\nBEGIN:VEVENT",
    "\x01\x7f\ufffe",
    "\u202e\u2028\x85",
    "é" * 200,
    "😀" * 50,
)
PATHS = ("/cfps.atom", "/cfps.ics", "/cfp/conference-data.json")
# Properties of a listing (scripts/config/validFields.ts of the project).
LISTING_FIELDS = {"name", "url", "startDate", "endDate", "city", "country", "online", "locales", "cfpUrl", "cfpEndDate"}


def atom_entries(reply):
    feed = feedparser.parse(reply.data)
    assert (reply.status_code, feed.bozo, feed.version) == (200, False, "atom10")
    return feed.entries


def deadlines(reply):
    calendar = icalendar.Calendar.from_ical(reply.data)
    events = calendar.walk("VEVENT")
    assert calendar.errors == [error for event in events for error in event.errors] == []
    assert all(len(line) <= 75 for line in reply.data.split(b"\r\n"))
    return events


def test_atom(api, make_call):
    event = make_call(
        "Tides & <Co>", parse_instant("2033-08-12T21:59"), slug="tides", tags=["sea"], location="Quay 1",
        cfp_former_ends_at=parse_instant("2033-08-05T21:59"),
    )  # fmt: skip

    reply = api.get("/cfps.atom")

    (entry,) = atom_entries(reply)
    assert reply.content_type == "application/atom+xml; charset=utf-8"
    assert entry.id == f"tag:web.example,2033:event/{event.id}/call"
    assert (entry.title, entry.link) == (
        "Tides & <Co>: call for papers until 12 August 2033",
        f"{BASE}/event/tides",
    )
    assert (entry.published, [tag.term for tag in entry.tags]) == ("2033-07-04T10:00:00+00:00", ["sea"])
    assert entry.content[0].value == (
        "<p>Closes on Friday, 12 August 2033 23:59 (Europe/Berlin), Friday, 12 August 2033 21:59 UTC."
        " Extended from Friday, 5 August 2033.</p><p>Tuesday, 1 November 2033 10:00 – Thursday, 3 November 2033 10:00"
        ' (Europe/Berlin)<br />Quay 1</p><p><a href="https://cfp.example">https://cfp.example</a></p>'
    )
    root = ElementTree.fromstring(reply.data)
    for name in ("id", "title", "updated", "author"):
        assert len(root.findall(f"{{http://www.w3.org/2005/Atom}}{name}")) == 1


def test_the_newest_call_stands_first_and_announced_ones_are_no_news(api, make_call, clock):
    make_call("Old", NOW + 2 * DAY, slug="old")
    make_call("Newly open", NOW + 9 * DAY, opens_at=NOW - DAY, slug="open")
    make_call("Newly approved", NOW + 5 * DAY, approved_at=NOW - 2 * DAY, slug="approved")
    make_call("Announced", opens_at=NOW + DAY, slug="announced")

    names = [entry.link.rpartition("/")[2] for entry in atom_entries(api.get("/cfps.atom"))]
    clock.move_to(NOW + DAY)
    later = [entry.link.rpartition("/")[2] for entry in atom_entries(api.get("/cfps.atom"))]

    assert names == ["open", "approved", "old"]
    assert later == ["announced", "open", "approved", "old"]


def test_atom_has_pages(api, make_call):
    for number in range(51):
        make_call(f"Conf {number:02}", opens_at=NOW - (number + 1) * DAY)

    first, second = api.get("/cfps.atom?mode=onsite"), api.get("/cfps.atom?mode=onsite&page=2")

    links = {link.rel: link.href for link in feedparser.parse(first.data).feed.links}
    assert (len(atom_entries(first)), links["next"]) == (50, f"{BASE}/cfps.atom?mode=onsite&page=2")
    assert links["alternate"] == f"{BASE}/cfp?mode=onsite"
    assert [entry.title.partition(":")[0] for entry in atom_entries(second)] == ["Conf 50"]
    links = {link.rel: link.href for link in feedparser.parse(second.data).feed.links}
    assert links["previous"] == links["first"] == f"{BASE}/cfps.atom?mode=onsite"
    assert api.get("/cfps.atom?page=1001").status_code == 404
    assert len(atom_entries(api.get("/cfps.atom?page=x&mode=onsite"))) == 50


def test_calendar_of_deadlines(api, make_call):
    timed = make_call("Timed", parse_instant("2033-08-06T16:00"), slug="timed", tags=["a,b"], location="Quay 1")
    make_call("Dated", parse_instant("2033-08-06T22:00"))
    make_call("Earth", parse_instant("2033-08-09T11:59"), is_cfp_anywhere=True)
    make_call("Announced", parse_instant("2033-09-06T16:00"), opens_at=NOW + DAY)

    reply = api.get("/cfps.ics")

    entries = deadlines(reply)
    assert reply.content_type == "text/calendar; charset=utf-8"
    assert [str(entry["SUMMARY"]) for entry in entries] == [
        f"Call for papers closes: {name}" for name in ("Timed", "Dated", "Earth", "Announced")
    ]
    assert (str(entries[0]["UID"]), str(entries[0]["URL"])) == (f"call-{timed.id}@web.example", f"{BASE}/event/timed")
    assert entries[0].decoded("DTSTART").isoformat() == "2033-08-06T18:00:00+02:00"
    assert b"DTSTART;TZID=Europe/Berlin:20330806T180000" in reply.data
    assert b"BEGIN:VTIMEZONE" in reply.data
    assert (entries[1].decoded("DTSTART"), entries[1].decoded("DTEND")) == (dt.date(2033, 8, 7), dt.date(2033, 8, 8))
    assert b"DTSTART:20330809T115900Z" in reply.data
    assert "Closes on Monday, 8 August 2033 23:59 (anywhere on earth)" in str(entries[2]["DESCRIPTION"])
    assert str(entries[0]["TRANSP"]) == "TRANSPARENT"


def test_an_extended_call_moves_the_entry_of_the_calendar(api, session, make_call):
    event = make_call()
    before = api.get("/cfps.ics")
    event.attendee_count += 1
    session.commit()
    same = api.get("/cfps.ics")
    event.cfp_ends_at = NOW + 20 * DAY
    session.commit()
    after = api.get("/cfps.ics")

    assert (before.data, before.headers["ETag"]) == (same.data, same.headers["ETag"])
    (old,), (new,) = deadlines(before), deadlines(after)
    assert int(new["SEQUENCE"]) == int(old["SEQUENCE"]) + 1
    assert new["DTSTART"].dt == NOW + 20 * DAY
    assert old["UID"] == new["UID"]


def test_listings_of_conferences(api, session, make_call):
    berlin = City(geoname_id=1, country_code="DE", slug="berlin", name="Berlin")
    austin = City(geoname_id=2, country_code="US", slug="austin", name="Austin")
    session.add_all([berlin, austin])
    session.flush()
    event = make_call(
        "Tides", parse_instant("2033-08-06T22:00"), href="https://tides.example", city_id=berlin.id, country_code="DE",
        location="Quay 1, Berlin and online",
    )  # fmt: skip
    session.add(EventSettings(event_id=event.id, language="de"))
    make_call("Waves", NOW + 10 * DAY, href="https://waves.example", location="online", cfp_url=None)
    make_call(
        "Sands", NOW + 11 * DAY, href="https://sands.example", city_id=austin.id, country_code="US",
        location="Hall, Austin, TX",
    )  # fmt: skip
    make_call("Without a web site", location="online")
    make_call("Nowhere", href="https://nowhere.example", location="Atlantis")
    session.commit()

    reply = api.get("/cfp/conference-data.json")

    assert reply.content_type == "application/json"
    assert json.loads(reply.data) == [
        {
            "name": "Tides",
            "url": "https://tides.example",
            "startDate": "2033-11-01",
            "endDate": "2033-11-03",
            "city": "Berlin",
            "country": "Germany",
            "online": True,
            "locales": "DE",
            "cfpUrl": "https://cfp.example",
            "cfpEndDate": "2033-08-07",
        },
        {
            "name": "Waves",
            "url": "https://waves.example",
            "startDate": "2033-11-01",
            "endDate": "2033-11-03",
            "online": True,
            "cfpEndDate": "2033-08-13",
        },
        {
            "name": "Sands",
            "url": "https://sands.example",
            "startDate": "2033-11-01",
            "endDate": "2033-11-03",
            "city": "Austin, TX",
            "country": "U.S.A.",
            "cfpUrl": "https://cfp.example",
            "cfpEndDate": "2033-08-14",
        },
    ]
    for listing in json.loads(reply.data):
        record, dropped = parse_record(listing)
        assert (record.name, dropped) == (listing["name"], [])
        assert listing.keys() <= LISTING_FIELDS


@pytest.mark.parametrize("path", PATHS)
def test_feeds_are_open_to_other_sites_and_revalidated(api, make_call, path, clock):
    make_call(href="https://tides.example", location="online")

    first = api.get(path)
    again = api.get(path, headers={"If-None-Match": first.headers["ETag"]})
    clock.move_to(NOW + 10 * DAY)
    closed = api.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert (first.status_code, again.status_code, closed.status_code) == (200, 304, 200)
    assert "Tides" in first.text
    assert "Tides" not in closed.text


@pytest.mark.parametrize("path", PATHS)
def test_an_empty_list_is_a_valid_feed(api, path):
    reply = api.get(path)

    assert reply.status_code == 200
    if path.endswith("atom"):
        assert atom_entries(reply) == []
    elif path.endswith("ics"):
        assert deadlines(reply) == []
    else:
        assert reply.get_json() == []


def test_any_text_gives_valid_feeds(api, session, make_call):
    for number, hostile in enumerate(HOSTILE_TEXTS):
        make_call(hostile[:200] or "x", location=hostile, slug=f"conf-{number}", cfp_url=HOSTILE_URL)
    session.commit()

    atom, calendar, listings = (api.get(path) for path in PATHS)

    assert len(atom_entries(atom)) == min(50, len(HOSTILE_TEXTS))
    assert len(deadlines(calendar)) == len(HOSTILE_TEXTS)
    assert listings.status_code == 200
    assert "javascript:" not in atom.text
