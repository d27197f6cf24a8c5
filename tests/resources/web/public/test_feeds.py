"""Feeds and calendars of the site."""

import datetime as dt
import re
from xml.etree import ElementTree

import feedparser
import icalendar
import pytest
import recurring_ical_events
import time_machine
from sqlalchemy import delete, update
from werkzeug.http import http_date

from joindin.models import Collection, CollectionFilter, Departed, Event, EventFlyer, EventSeries, event_tags
from joindin.operations.agenda.site_settings import store_identity_url
from joindin.utils.datetimes import UTC, midnight, utc_now
from tests.factories import (
    days_from_now,
    make_event,
    make_pending_event,
    make_place,
    make_rejected_event,
    make_talk,
    make_user,
)

BASE = "http://web.example"
ATOM = "{http://www.w3.org/2005/Atom}"
FORMS = ("rss", "atom", "json")
DAY = dt.timedelta(days=1)


@pytest.fixture
def hall(session):
    return make_place(session, "Hall", address="Road 13")


@pytest.fixture
def party(session, hall, host):
    party = make_event(
        session,
        'Feed <one> & "more"',
        slug="party",
        host=host,
        tags=["Music", "late"],
        place_id=hall.id,
        latitude=45.1,
        longitude=7.6,
        starts_at=dt.datetime(2033, 3, 27, 18, tzinfo=UTC),
        ends_at=dt.datetime(2033, 3, 27, 20, tzinfo=UTC),
        description="Hello feed",
        description_html='<p>Hello <b>feed</b></p><a href="/about">x</a>]]>',
        timezone="Europe/Rome",
        submitted_at=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        revised_at=dt.datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC),
    )
    session.add(EventFlyer(event_id=party.id, file="ab.jpg", width=4, height=3, byte_size=77, alt_text="A & b"))
    session.flush()
    session.execute(update(Event).values(revised_at=dt.datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)))
    return party


def slugs(reply):
    """Return the slugs of the entries of a feed in any format, which has to be valid."""
    assert reply.status_code == 200
    if reply.mimetype == "application/feed+json":
        return [item["url"].rpartition("/")[2] for item in reply.get_json(force=True)["items"]]
    if reply.mimetype == "text/calendar":
        return [str(event["URL"]).rpartition("/")[2] for event in events_of(reply) if "URL" in event]
    feed = feedparser.parse(reply.data)
    assert not feed.bozo
    return [entry.link.rpartition("/")[2] for entry in feed.entries]


def events_of(reply):
    calendar = icalendar.Calendar.from_ical(reply.data)
    events = calendar.walk("VEVENT")
    assert calendar.errors == [error for event in events for error in event.errors] == []
    assert all(len(line) <= 75 for line in reply.data.split(b"\r\n"))
    return events


BODY = (
    "<p>Sunday, 27 March 2033 20:00 – 22:00 (Europe/Rome)<br>Hall - Road 13</p>"
    '<p>Hello <b>feed</b></p><a href="http://web.example/about">x</a>]]>'
)


def test_rss(api, party):
    reply = api.get("/events.rss")
    feed = feedparser.parse(reply.data)
    assert reply.content_type == "application/rss+xml; charset=utf-8"
    assert (feed.bozo, feed.version, feed.feed.title, feed.feed.link) == (False, "rss20", "joind.in", f"{BASE}/")
    (item,) = feed.entries
    assert (item.id, item.guidislink) == (f"tag:web.example,2026:event/{party.id}", False)
    assert (item.link, item.published) == (f"{BASE}/event/party", "Fri, 02 Jan 2026 03:04:05 GMT")
    assert item.updated == "2026-05-06T07:08:09+00:00"
    assert feed.feed.updated == "Wed, 06 May 2026 07:08:09 GMT"
    assert [tag.term for tag in item.tags] == ["Music", "late"]
    assert (item.ev_startdate, item.ev_enddate) == ("2033-03-27T20:00:00+02:00", "2033-03-27T22:00:00+02:00")
    assert (item.ev_location, item.where.coordinates) == ("Hall - Road 13", (7.6, 45.1))
    assert [each.href for each in item.enclosures] == [f"{BASE}/media/ab.jpg"]
    (item,) = ElementTree.fromstring(reply.data).iter("item")
    assert (item.find("title").text, item.find("description").text) == ('Feed <one> & "more"', BODY)


def test_atom(api, party):
    reply = api.get("/events.atom")
    feed = feedparser.parse(reply.data)
    assert reply.content_type == "application/atom+xml; charset=utf-8"
    assert (feed.bozo, feed.version, feed.feed.id, feed.feed.updated) == (
        False,
        "atom10",
        f"{BASE}/events.atom",
        "2026-05-06T07:08:09+00:00",
    )
    root = ElementTree.fromstring(reply.data)
    (entry,) = root.iter(f"{ATOM}entry")
    texts = {each.tag.removeprefix(ATOM): each.text for each in entry}
    assert {name: texts[name] for name in ("id", "title", "published", "updated", "content")} == {
        "id": f"tag:web.example,2026:event/{party.id}",
        "title": 'Feed <one> & "more"',
        "published": "2026-01-02T03:04:05+00:00",
        "updated": "2026-05-06T07:08:09+00:00",
        "content": BODY,
    }
    assert [each.attrib for each in entry.iter(f"{ATOM}link")] == [
        {"rel": "alternate", "type": "text/html", "href": f"{BASE}/event/party"},
        {"rel": "enclosure", "type": "image/jpeg", "length": "77", "href": f"{BASE}/media/ab.jpg"},
    ]
    assert [each.get("term") for each in entry.iter(f"{ATOM}category")] == ["Music", "late"]
    # RFC 4287, section 4.1.1: what a feed has to have once.
    for name in ("id", "title", "updated", "author"):
        assert len(root.findall(f"{ATOM}{name}")) == 1


def test_json_feed(api, party):
    reply = api.get("/events.json")
    assert reply.content_type == "application/feed+json; charset=utf-8"
    assert reply.get_json(force=True) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "joind.in",
        "home_page_url": f"{BASE}/",
        "feed_url": f"{BASE}/events.json",
        "description": "A shared agenda for local communities",
        "items": [
            {
                "id": f"tag:web.example,2026:event/{party.id}",
                "url": f"{BASE}/event/party",
                "title": 'Feed <one> & "more"',
                "content_html": BODY,
                "image": f"{BASE}/media/ab.jpg",
                "date_published": "2026-01-02T03:04:05+00:00",
                "date_modified": "2026-05-06T07:08:09+00:00",
                "tags": ["Music", "late"],
                "_event": {
                    "starts_at": "2033-03-27T20:00:00+02:00",
                    "ends_at": "2033-03-27T22:00:00+02:00",
                    "timezone": "Europe/Rome",
                    "state": "scheduled",
                    "location": "Hall - Road 13",
                    "latitude": 45.1,
                    "longitude": 7.6,
                },
            }
        ],
    }


@pytest.mark.parametrize("form", FORMS)
def test_feed_without_entries(api, form):
    assert slugs(api.get(f"/events.{form}")) == []


@pytest.mark.parametrize("form", FORMS)
def test_newest_events_are_first_and_pages_lead_to_each_other(api, session, form):
    for number in range(120):
        make_event(session, f"Event {number}", slug=f"e-{number}", tags=["x"], starts_at=days_from_now(200 - number))
    pages, address = [], f"/events.{form}?tag=X"
    while address:
        reply = api.get(address.removeprefix(BASE))
        pages.append(slugs(reply))
        if form == "json":
            address = reply.get_json(force=True).get("next_url")
        else:
            links = {link.rel: link.href for link in feedparser.parse(reply.data).feed.links}
            address = links.get("next")
            assert links["self"] == f"{BASE}/events.{form}?tag=X" + (f"&page={len(pages)}" if len(pages) > 1 else "")
            assert ("previous" in links) is ("first" in links) is (len(pages) > 1)
    newest = [f"e-{number}" for number in reversed(range(120))]
    assert pages == [newest[:50], newest[50:100], newest[100:]]


FILTERS = [
    ("", ["party", "other", "weekly-1"]),
    ("tag=music", ["party"]),
    ("tag=LATE,other", ["party", "other"]),
    ("tag=late&tag=other", ["party", "other"]),
    ("tag=nothing", []),
    ("place={hall}", ["party"]),
    ("place=Hall", ["party"]),
    ("place={hall}&tag=other", []),
    ("host=host", ["party"]),
    ("host=HOST&tag=music&place={hall}&q=feed", ["party"]),
    ("host=host&tag=other", []),
    ("host=host&q=nothing", []),
    ("q=one", ["party"]),
    ("q=%25", ["party", "other", "weekly-1"]),
    ("collection=mine", ["other"]),
    ("collection=nothing", []),
]


@pytest.fixture
def agenda(session, party):
    """Events of all kinds."""
    make_event(session, "Other", slug="other", tags=["other"], starts_at=days_from_now(9), timezone="Asia/Tokyo")
    parent = make_event(session, "Weekly", slug="weekly", is_series=True, starts_at=days_from_now(-20))
    session.add(EventSeries(event_id=parent.id, rrule="FREQ=WEEKLY", excluded_starts=[]))
    at = parent.starts_at + 21 * DAY
    make_event(session, "Weekly", slug="weekly-1", parent_id=parent.id, occurrence_at=at, starts_at=at)
    make_event(session, "Private", is_private=True)
    make_event(session, "Old", slug="old", starts_at=days_from_now(-60))
    make_pending_event(session)
    make_rejected_event(session)
    collection = Collection(name="mine", position=0)
    session.add(collection)
    session.flush()
    session.add(CollectionFilter(collection_id=collection.id, tags=["Other"]))
    session.commit()


@pytest.mark.parametrize(("query", "found"), FILTERS)
@pytest.mark.parametrize("form", [*FORMS, "ics"])
def test_filters(api, agenda, hall, form, query, found):
    reply = api.get(f"/events.{form}?{query.format(hall=hall.id)}")
    listed = set(slugs(reply))
    assert listed - {"weekly"} == set(found)
    # The parent of a series is in calendars only.
    assert ("weekly" in listed) is (form == "ics" and "weekly-1" in found)


@pytest.mark.parametrize("form", [*FORMS, "ics"])
def test_unknown_host(api, agenda, form):
    assert api.get(f"/events.{form}?host=unknown").status_code == 404


@pytest.mark.parametrize("value", ["%00", "%ff", "a" * 3000, "-1", "9" * 40, "%F0%9F%8E%89", "1001"])
@pytest.mark.parametrize("name", ["tag", "place", "q", "collection", "page", "host"])
@pytest.mark.parametrize("form", [*FORMS, "ics"])
def test_odd_parameters(api, agenda, form, name, value):
    assert api.get(f"/events.{form}?{name}={value}").status_code in (200, 404)


ALL = [*(f"/events.{form}" for form in (*FORMS, "ics")), "/event/party.ics", "/events.rss?tag=late"]


@pytest.mark.parametrize("path", ALL)
def test_unchanged_feed_is_not_sent_again(app, api, session, agenda, path):
    first = api.get(path)
    etag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in first.headers
    for extra in ({}, {"Cookie": "a=b"}):
        reply = api.get(path, headers={"If-None-Match": etag} | extra)
        assert (reply.status_code, reply.headers["Vary"]) == (304, "Accept-Encoding")
    app.extensions["fragment_cache"].clear()
    session.execute(update(Event).values(comment_count=5, attendee_count=9))
    again = api.get(path, headers={"Cookie": "a=b"})
    assert (again.data, again.headers["ETag"]) == (first.data, etag)
    with time_machine.travel(midnight(utc_now()) + DAY - dt.timedelta(seconds=1), tick=False):
        assert api.get(path, headers={"Cookie": "a=b"}).data == first.data


@pytest.mark.parametrize("path", [*(f"/events.{form}" for form in (*FORMS, "ics")), "/events.atom?tag=late"])
def test_a_feed_is_sent_again_to_a_client_that_sends_only_a_date(api, session, party, path):
    first = api.get(path)
    hide = update(Event).where(Event.id == party.id).values(is_active=False)
    session.execute(delete(event_tags) if "tag" in path else hide)
    session.commit()

    again = api.get(path, headers={"If-Modified-Since": http_date(utc_now() + dt.timedelta(days=1))})

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.data != first.data
    assert "Last-Modified" not in first.headers


@pytest.mark.parametrize("path", ALL)
def test_changed_feed_has_another_tag(api, session, agenda, party, path):
    first = api.get(path)
    party.name = "Changed"
    session.flush()
    second = api.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, b"Changed" in second.data) == (200, True)
    assert second.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("form", [*FORMS, "ics"])
def test_statements_do_not_grow_with_the_feed(app, api, session, count_statements, form):
    counts = []
    for _ in range(2):
        for _ in range(5):
            parent = make_event(session, is_series=True)
            session.add(EventSeries(event_id=parent.id, rrule="FREQ=WEEKLY"))
            make_event(session, tags=["late"], place=make_place(session), parent_id=parent.id, occurrence_at=utc_now())
        session.commit()
        app.extensions["fragment_cache"].clear()
        with count_statements() as statements:
            assert api.get(f"/events.{form}", headers={"Cookie": "a=b"}).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_calendar_has_local_times_and_the_rules_of_its_zones(api, agenda):
    reply = api.get("/events.ics")
    calendar = icalendar.Calendar.from_ical(reply.data)
    assert reply.content_type == "text/calendar; charset=utf-8"
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Tokyo", "Europe/Amsterdam", "Europe/Rome"]
    assert (calendar["NAME"], calendar["SOURCE"]) == ("joind.in", f"{BASE}/events.ics")
    assert b"DTSTART;TZID=Europe/Rome:20330327T200000\r\nDTEND;TZID=Europe/Rome:20330327T220000\r\n" in reply.data


@pytest.mark.parametrize("days", [-29, -31])
def test_calendar_contains_the_past_month(api, session, days):
    start = midnight(utc_now()) + days * DAY
    make_event(session, "Past", slug="past", starts_at=start, ends_at=start + dt.timedelta(hours=1))
    make_event(session, "Long", slug="long", starts_at=start - 90 * DAY, ends_at=utc_now() + DAY)
    assert slugs(api.get("/events.ics")) == ["long", *(["past"] if days == -29 else [])]


def test_removed_events_are_cancelled_for_a_month(api, session, party, host):
    sequence = events_of(api.get("/events.ics"))[0]["SEQUENCE"]
    before = api.get("/events.ics").headers["ETag"]
    session.execute(delete(Event).where(Event.id == party.id))
    for path in ("", "?tag=late", "?place=Hall", "?host=host"):
        (gone,) = events_of(api.get(f"/events.ics{path}"))
        assert (gone["UID"], gone["STATUS"], gone["SUMMARY"]) == (f"{party.id}@web.example", "CANCELLED", "Cancelled")
        assert gone["SEQUENCE"] == sequence + 1
    assert api.get("/events.ics").headers["ETag"] != before
    for path in ("?tag=other", "?q=one", "?collection=x"):
        assert events_of(api.get(f"/events.ics{path}")) == []
    session.execute(update(Departed).values(gone_at=utc_now() - 32 * DAY))
    assert events_of(api.get("/events.ics")) == []


def test_hidden_event_is_cancelled_and_comes_back_with_a_higher_sequence(api, session, party):
    def states():
        (event,) = events_of(api.get("/events.ics"))
        return event["STATUS"], event["SEQUENCE"]

    first = states()
    for is_active in (False, True):
        session.execute(update(Event).where(Event.id == party.id).values(is_active=is_active))
        session.commit()
        first = (first, states())
    (shown, hidden), again = first
    assert (shown[0], hidden[0], again[0]) == ("CONFIRMED", "CANCELLED", "CONFIRMED")
    assert shown[1] < hidden[1] < again[1]


@pytest.mark.parametrize("form", FORMS)
def test_cancelled_events_are_marked(api, session, party, form):
    party.state = "cancelled"
    session.flush()
    assert b"Cancelled: Feed" in api.get(f"/events.{form}").data
    (event,) = events_of(api.get("/events.ics"))
    assert (event["STATUS"], str(event["SUMMARY"])) == ("CANCELLED", 'Cancelled: Feed <one> & "more"')


@pytest.fixture
def weekly(session):
    """A weekly series at 19:00 in Rome over the change of clocks on 2033-03-27; the third date was moved, the fourth is hidden."""
    start = dt.datetime(2033, 3, 13, 18, tzinfo=UTC)
    parent = make_event(
        session,
        "Weekly",
        slug="weekly",
        is_series=True,
        starts_at=start,
        ends_at=start + dt.timedelta(hours=2),
        timezone="Europe/Rome",
    )
    session.add(
        EventSeries(event_id=parent.id, rrule="FREQ=WEEKLY", excluded_starts=[int((start + 7 * DAY).timestamp())])
    )
    third = start + 14 * DAY - dt.timedelta(hours=1)
    moved = make_event(
        session,
        "Moved",
        slug="weekly-3",
        parent_id=parent.id,
        occurrence_at=third,
        starts_at=third + dt.timedelta(hours=3),
        ends_at=third + dt.timedelta(hours=4),
        timezone="Europe/Rome",
    )
    make_event(
        session,
        "Hidden",
        parent_id=parent.id,
        occurrence_at=third + 7 * DAY,
        starts_at=third + 7 * DAY,
        is_active=False,
    )
    session.commit()
    return parent, moved


def dates_of(reply, start, end):
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(reply.data)).between(start, end)
    return sorted((event.decoded("DTSTART").astimezone(UTC), str(event["SUMMARY"])) for event in found)


@pytest.mark.parametrize("path", ["/events.ics", "/event/weekly.ics"])
def test_series_is_one_entry_with_its_exceptions(api, weekly, path):
    parent, _ = weekly
    assert {event["UID"] for event in events_of(api.get(path))} == {f"{parent.id}@web.example"}
    assert dates_of(api.get(path), dt.date(2033, 3, 1), dt.date(2033, 4, 20)) == [
        (dt.datetime(2033, 3, 13, 18, tzinfo=UTC), "Weekly"),
        (dt.datetime(2033, 3, 27, 20, tzinfo=UTC), "Moved"),
        (dt.datetime(2033, 4, 10, 17, tzinfo=UTC), "Weekly"),
        (dt.datetime(2033, 4, 17, 17, tzinfo=UTC), "Weekly"),
    ]


def test_dates_that_exist_ahead_of_their_turn_are_in_calendars_only(api, session, weekly):
    parent, _ = weekly
    ahead = dt.datetime(2033, 4, 10, 17, tzinfo=UTC)
    make_event(
        session,
        "Ahead",
        slug="weekly-5",
        parent_id=parent.id,
        occurrence_at=ahead,
        starts_at=ahead,
        is_ahead=True,
    )
    for path in ("/events.ics", "/event/weekly.ics"):
        found = dates_of(api.get(path), dt.date(2033, 4, 9), dt.date(2033, 4, 18))
        assert found == [(ahead, "Ahead"), (ahead + 7 * DAY, "Weekly")]
    assert slugs(api.get("/events.rss")) == slugs(api.get("/events.rss?q=e")) == ["weekly-3"]
    assert slugs(api.get("/feed/ics?show_recurrent=true")) == ["weekly-3"]


def test_hiding_a_date_moves_the_sequence_of_the_series(api, session, weekly):
    parent, moved = weekly
    before = events_of(api.get("/events.ics"))[0]
    session.execute(update(Event).where(Event.id == moved.id).values(is_active=False))
    make_event(session, "Later", parent_id=parent.id, occurrence_at=utc_now(), starts_at=days_from_now(9))
    after = events_of(api.get("/events.ics"))[0]
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_dates_of_a_hidden_series_are_events_of_their_own(api, session, weekly):
    parent, moved = weekly
    session.execute(update(Event).where(Event.id == parent.id).values(is_active=False))
    states = {event["UID"]: event["STATUS"] for event in events_of(api.get("/events.ics"))}
    assert states == {f"{parent.id}@web.example": "CANCELLED", f"{moved.id}@web.example": "CONFIRMED"}


def test_calendar_of_one_event(api, session, party):
    reply = api.get("/event/party.ics")
    (event,) = events_of(reply)
    assert (event["UID"], reply.headers["Content-Disposition"]) == (
        f"{party.id}@web.example",
        'attachment; filename="party.ics"',
    )
    assert api.get(f"/event/{party.id}.ics").data == reply.data


@pytest.mark.parametrize("make", [make_pending_event, make_rejected_event])
def test_calendar_of_a_hidden_event(api, session, make):
    event = make(session, slug="hidden")
    for name in ("hidden", event.id, "nothing", "a%00b", "9" * 30):
        assert api.get(f"/event/{name}.ics").status_code == 404


def test_private_event_has_no_calendar(api, session):
    make_event(session, slug="private", is_private=True)
    assert api.get("/event/private.ics").status_code == 404


def test_event_without_a_user_as_host(api, session, party):
    make_user(session, "other")
    assert slugs(api.get("/events.rss?host=other")) == []


def test_the_calendar_of_an_event_has_an_alarm_on_request(api, party):
    plain, with_alarm = (api.get(f"/event/party.ics{query}") for query in ("", "?alarm=10"))

    alarms = [[alarm.decoded("TRIGGER") for alarm in entry.walk("VALARM")] for entry in events_of(with_alarm)]
    assert alarms == [[dt.timedelta(minutes=-10)]]
    assert b"VALARM" not in plain.data
    assert b"VALARM" not in api.get("/event/party.ics").data
    assert plain.headers["ETag"] != with_alarm.headers["ETag"]
    assert api.get("/event/party.ics?alarm=x").status_code == 400


IDENTIFIERS = re.compile(r"UID:\S+|tag:[^<\"]+/\d+")


@pytest.mark.parametrize(
    "path", ["/events.ics", "/event/party.ics", "/events.rss", "/events.atom", "/events.json", "/feed/ics", "/event/party/schedule.ics",
    "/api/event/detail/party.ics"],
)  # fmt: skip
def test_identifiers_do_not_change_with_the_address_of_the_site(app, api, session, party, path, monkeypatch):
    make_talk(session, party)
    store_identity_url(session, "https://first.example", now=utc_now())
    session.commit()

    first = api.get(path)
    monkeypatch.setitem(app.config, "WEBSITE_URL", "https://other.example")
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://other.example")
    # Past the response cache, which is empty after a restart.
    moved = api.get(f"{path}?moved=1")

    identifiers = IDENTIFIERS.findall(first.text)
    assert all("first.example" in each for each in identifiers)
    assert identifiers == IDENTIFIERS.findall(moved.text) != []
    assert "other.example" in moved.text


@pytest.mark.parametrize(
    ("fields", "location"), [({}, "Nowhere, yet"), ({"online_locations": ["https://live.example"]}, "Online")]
)
def test_entries_of_own_calendars_always_have_a_location(api, session, fields, location):
    make_event(session, "Nowhere, yet", slug="nowhere", location="", **fields)
    session.commit()
    for path in ("/event/nowhere.ics", "/events.ics"):
        (entry,) = icalendar.Calendar.from_ical(api.get(path).data).walk("VEVENT")
        assert str(entry["LOCATION"]) == location
