"""Feeds and exports of the Gancio API."""

import datetime as dt

import feedparser
import icalendar
import pytest
import time_machine
from sqlalchemy import delete, update
from werkzeug.http import http_date

from joindin.models import Collection, CollectionFilter, Event, EventFlyer, SiteSetting, event_tags
from joindin.utils.datetimes import utc_now
from tests.factories import days_from_now, make_event, make_pending_event, make_place, make_rejected_event

BASE = "http://web.example"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def hall(session):
    return make_place(session, "Hall", address="Road 13")


@pytest.fixture
def party(session, hall):
    party = make_event(
        session,
        'Feed <one> & "more"',
        slug="party",
        tags=["Music", "late"],
        place_id=hall.id,
        starts_at=days_from_now(3).replace(hour=12, minute=0, second=0),
        description="Hello feed",
        description_html='<p>Hello <b>feed</b></p><a href="/about">x</a>]]>',
        timezone="Europe/Rome",
        submitted_at=utc_now() - HOUR,
    )
    session.add(EventFlyer(event_id=party.id, file="ab.jpg", width=4, height=3, byte_size=77, alt_text="A & b"))
    session.flush()
    return party


def set_setting(session, key, value):
    session.merge(SiteSetting(key=key, value=value, is_secret=False, updated_at=utc_now()))
    session.flush()


def slugs(reply):
    assert reply.status_code == 200
    if reply.mimetype == "application/json":
        body = reply.get_json()
        return [event["slug"] for event in (body["events"] if isinstance(body, dict) else body)]
    if reply.mimetype == "text/calendar":
        return [
            str(event["URL"]).rpartition("/")[2] for event in icalendar.Calendar.from_ical(reply.data).walk("VEVENT")
        ]
    feed = feedparser.parse(reply.data)
    assert not feed.bozo
    return [entry.link.rpartition("/")[2] for entry in feed.entries]


def test_rss(api, session, party):
    set_setting(session, "title", "Our <agenda>")
    set_setting(session, "description", "What is on")
    reply = api.get("/feed/rss")
    feed = feedparser.parse(reply.data)
    assert reply.content_type == "application/rss+xml; charset=utf-8"
    assert (feed.bozo, feed.version, feed.feed.title, feed.feed.link, feed.feed.subtitle) == (
        False,
        "rss20",
        "Our <agenda>",
        BASE,
        "What is on",
    )
    assert [link.href for link in feed.feed.links if link.rel == "self"] == [f"{BASE}/feed/rss"]
    (item,) = feed.entries
    local = party.starts_at.astimezone(dt.UTC)
    assert item.title == f'[{local:%Y-%m-%d}] Feed <one> & "more" @ Hall'
    assert item.link == item.id == f"{BASE}/event/party"
    assert [tag.term for tag in item.tags] == ["Music", "late"]
    (enclosure,) = item.enclosures
    assert (enclosure.href, enclosure.type, enclosure.length) == (f"{BASE}/media/ab.jpg", "image/jpeg", "77")
    text = reply.get_data(as_text=True)
    assert '<img alt="A &amp; b" src="http://web.example/media/ab.jpg"/><p>Hello <b>feed</b></p>' in text
    assert '<a href="http://web.example/about">x</a>]]]]><![CDATA[>' in text
    assert "<h3>Feed &lt;one&gt; &amp; &quot;more&quot;</h3><strong>Hall - Road 13</strong><br/><small>(" in text
    assert item.published.endswith("GMT")
    assert item.published_parsed is not None


def test_rss_shows_times_of_the_zone_of_the_site(api, session):
    make_event(session, "Late", slug="late", starts_at=dt.datetime(2033, 3, 27, 22, 30, tzinfo=dt.UTC))
    set_setting(session, "instance_timezone", "Europe/Rome")
    text = api.get("/feed/rss").get_data(as_text=True)
    assert "<title>[2033-03-28] Late @ Main Hall</title>" in text
    assert "<small>(Monday, 28 March 00:30)</small>" in text
    set_setting(session, "instance_timezone", "America/New_York")
    assert "<small>(Sunday, 27 March 18:30)</small>" in api.get("/feed/rss").get_data(as_text=True)


def test_online_event_links_to_its_first_address(api, session):
    online = make_place(session, "online", address="")
    make_event(session, "Call", place_id=online.id, online_locations=["https://f.example/?a=1&b=2"])
    text = api.get("/feed/rss").get_data(as_text=True)
    link = '<a href="https://f.example/?a=1&amp;b=2">https://f.example/?a=1&amp;b=2</a>'
    assert f"<strong>online - {link}</strong>" in text


def test_calendar(api, party):
    reply = api.get("/feed/ics")
    calendar = icalendar.Calendar.from_ical(reply.data)
    (event,) = calendar.walk("VEVENT")
    assert reply.content_type == "text/calendar; charset=utf-8"
    assert calendar.errors == event.errors == []
    assert (event["UID"], event["LOCATION"]) == (f"{party.id}@web.example", "Hall - Road 13")
    assert event.decoded("DTSTART") == party.starts_at


def test_json(api, party):
    (row,) = api.get("/feed/json").get_json()
    assert (row["slug"], row["tags"], row["ap_id"]) == ("party", [{"tag": "Music"}, {"tag": "late"}], None)
    assert api.get("/api/export").data == api.get("/api/export/json").data == api.get("/feed/json").data


@pytest.mark.parametrize(
    ("feed", "export"),
    [("/feed/rss", "/api/export/rss"), ("/feed/feed", "/feed/rss"), ("/feed/rss/", "/feed/rss"), ("/feed/ics", "/api/export/ics")],
)  # fmt: skip
def test_each_feed_has_two_addresses(api, party, feed, export):
    assert (api.get(feed).status_code, api.get(feed).data) == (200, api.get(export).data)


@pytest.mark.parametrize("path", ["/feed/xml", "/api/export/atom", "/feed/xml/tag/Music"])
def test_unknown_form(api, party, path):
    reply = api.get(path)
    assert (reply.status_code, reply.get_data(as_text=True)) == (
        404,
        "Please specify a valid format: rss, feed, ics or json",
    )


@pytest.mark.parametrize("form", ["rss", "ics", "json"])
def test_feeds_contain_public_events_from_yesterday_on_by_start(api, session, form):
    now = utc_now()
    for slug, starts_at in {
        "week-ago": now - 170 * HOUR,
        "just-out": now - 24 * HOUR - dt.timedelta(minutes=1),
        "just-in": now - 24 * HOUR + dt.timedelta(minutes=1),
        "later": now + 50 * HOUR,
        "sooner": now + 3 * HOUR,
    }.items():
        make_event(session, slug, slug=slug, starts_at=starts_at)
    make_event(session, "private", is_private=True)
    make_event(session, "parent", is_series=True)
    make_pending_event(session)
    make_rejected_event(session)
    assert slugs(api.get(f"/feed/{form}")) == ["just-in", "sooner", "later"]


def test_rss_has_twenty_items_and_the_others_all(api, session):
    for number in range(23):
        make_event(session, f"Event {number}", starts_at=days_from_now(number + 1))
    assert [len(slugs(api.get(f"/feed/{form}"))) for form in ("rss", "feed", "ics", "json")] == [20, 20, 23, 23]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tags=music", ["party"]),
        ("tags=other,LATE", ["party", "other"]),
        ("tags[]=other&tags[]=late", ["party", "other"]),
        ("tags=nothing", []),
        ("places={hall}", ["party"]),
        ("places={hall}&tags=other", []),
        ("places={hall}&tags=late", ["party"]),
        ("collection=mine", ["other"]),
        ("collection=mine&tags=late", ["other"]),
        ("collection=nothing", []),
        ("places=x", []),
        ("tags=%00", ["party", "other"]),
    ],
)
@pytest.mark.parametrize("form", ["rss", "ics", "json"])
def test_filters(api, session, party, hall, form, query, found):
    make_event(session, "Other", slug="other", tags=["other"])
    collection = Collection(name="mine", position=0)
    session.add(collection)
    session.flush()
    session.add(CollectionFilter(collection_id=collection.id, tags=["Other"]))
    assert slugs(api.get(f"/feed/{form}?{query.format(hall=hall.id)}")) == found


def test_collection_in_home_selects_the_events(api, session, party):
    make_event(session, "Other", slug="other", tags=["other"])
    collection = Collection(name="mine", position=0)
    session.add(collection)
    session.flush()
    session.add(CollectionFilter(collection_id=collection.id, tags=["other"]))
    set_setting(session, "collection_in_home", "mine")
    assert slugs(api.get("/feed/rss")) == slugs(api.get("/api/export")) == ["other"]


def test_a_collection_in_home_that_is_gone_counts_as_no_setting(api, session, party):
    set_setting(session, "collection_in_home", "gone")
    assert slugs(api.get("/feed/rss")) == slugs(api.get("/api/export")) == ["party"]
    assert slugs(api.get("/feed/rss?collection=gone")) == []


def test_occurrences_are_shown_on_request_and_in_the_feeds_of_their_tag(api, session, party):
    parent = make_event(session, "Weekly", is_series=True, tags=["late"])
    make_event(session, "Weekly", slug="weekly-1", parent_id=parent.id, tags=["late"], starts_at=days_from_now(1))
    assert slugs(api.get("/feed/ics?tags=late")) == ["party"]
    assert slugs(api.get("/feed/ics?tags=late&show_recurrent=false")) == ["party"]
    assert slugs(api.get("/feed/ics?tags=late&show_recurrent=true")) == ["weekly-1", "party"]
    assert slugs(api.get("/feed/ics/tag/late")) == ["weekly-1", "party"]


@pytest.mark.parametrize(
    ("path", "title", "self"),
    [
        ("tag/late", "joind.in - Tag #late", "tag/late"),
        ("place/Hall", "joind.in - Place @Hall", "place/{hall}"),
        ("place/{hall}", "joind.in - Place @Hall", "place/{hall}"),
        ("collection/a%20b", "joind.in - Collection @a b", "collection/a%20b"),
    ],
)
def test_feeds_of_tag_place_and_collection(api, session, party, hall, path, title, self):
    make_event(session, "Past", place_id=hall.id, tags=["late"], starts_at=days_from_now(-5))
    make_event(session, "Running", slug="running", place_id=hall.id, tags=["late"], starts_at=days_from_now(-1))
    collection = Collection(name="a b", position=0)
    session.add(collection)
    session.flush()
    session.add(CollectionFilter(collection_id=collection.id, place_ids=[hall.id]))
    path, self = path.format(hall=hall.id), self.format(hall=hall.id)
    feed = feedparser.parse(api.get(f"/feed/rss/{path}").data)
    assert (feed.bozo, feed.feed.title) == (False, title)
    assert [link.href for link in feed.feed.links if link.rel == "self"] == [f"{BASE}/feed/rss/{self}"]
    assert all(entry.published_parsed for entry in feed.entries)
    expected = ["running", "party"]
    assert [slugs(api.get(f"/feed/{form}/{path}")) for form in ("rss", "ics", "json")] == [expected] * 3


@pytest.mark.parametrize(
    ("feed", "call"),
    [
        ("/feed/json/tag/late", "/api/tag/late"),
        ("/feed/json/place/Hall", "/api/place/Hall"),
        ("/feed/json/collection/mine?max=1", "/api/collections/mine?max=1"),
    ],
)
def test_json_feeds_are_the_calls_of_the_api(api, party, feed, call):
    reply = api.get(feed)
    assert (reply.status_code, reply.data) == (200, api.get(call).data)
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["tag/Late", "tag/%00", "place/nowhere", "place/99999999999999999999", "tag/"])
@pytest.mark.parametrize("form", ["rss", "ics", "json"])
def test_unknown_tag_or_place(api, party, form, path):
    assert api.get(f"/feed/{form}/{path}").status_code == 404


FEEDS = ["/feed/rss", "/feed/ics", "/feed/json", "/feed/rss/tag/late", "/api/export/ics"]


@pytest.mark.parametrize("path", FEEDS)
def test_unchanged_feed_is_not_sent_again(app, api, session, party, path):
    first = api.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    etag = first.headers["ETag"]
    assert not etag.startswith("W/")
    for headers in ({"If-None-Match": etag}, {"If-None-Match": "*"}):
        for extra in ({}, {"Cookie": "a=b"}):
            reply = api.get(path, headers=headers | extra)
            assert (reply.status_code, reply.headers.get("Vary", "Accept-Encoding")) == (304, "Accept-Encoding")
    assert api.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert api.get(path, headers={"If-None-Match": "", "If-Modified-Since": ""}).status_code == 200
    assert api.request("HEAD", path).headers["ETag"] == etag
    # Another process, and a comment in between.
    app.extensions["fragment_cache"].clear()
    session.execute(update(Event).values(comment_count=5, attendee_count=9))
    again = api.get(path, headers={"Cookie": "a=b"})
    assert (again.data, again.headers["ETag"]) == (first.data, etag)


@pytest.mark.parametrize(
    "path", ["/feed/rss", "/feed/ics", "/feed/json", "/feed/rss?places=Hall", "/feed/ics?tags=late"]
)
def test_a_feed_is_sent_again_to_a_client_that_sends_only_a_date(api, session, party, path):
    first = api.get(path)
    hide = update(Event).where(Event.id == party.id).values(is_active=False)
    session.execute(delete(event_tags) if "tag" in path else hide)
    session.commit()

    again = api.get(path, headers={"If-Modified-Since": http_date(utc_now() + dt.timedelta(days=1))})

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.data != first.data
    assert "Last-Modified" not in first.headers


@pytest.mark.parametrize("path", FEEDS)
def test_changed_feed_has_another_tag(api, session, party, path):
    first = api.get(path)
    party.name = "Other"
    session.flush()
    second = api.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, b"Other" in second.data) == (200, True)
    assert second.headers["ETag"] != first.headers["ETag"]


def test_nothing_is_rendered_for_a_client_that_is_current(app, api, party, monkeypatch):
    etag = api.get("/feed/ics").headers["ETag"]
    # Requests with a cookie are not answered by the response cache. The client must not manage cookies of its own.
    client = app.test_client(use_cookies=False)
    monkeypatch.setattr("joindin.http.feeds.responses.render_feed", lambda *_: pytest.fail("rendered"))
    assert client.get("/feed/ics", headers={"If-None-Match": etag, "Cookie": "a=b"}).status_code == 304


@pytest.mark.parametrize("path", FEEDS)
def test_statements_do_not_grow_with_the_feed(app, api, session, count_statements, path):
    counts = []
    for _ in range(2):
        for _ in range(5):
            make_event(session, tags=["late", "x"], place=make_place(session))
        session.commit()
        app.extensions["fragment_cache"].clear()
        with count_statements() as statements:
            assert api.get(path, headers={"Cookie": "a=b"}).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("value", ["%00", "%ff", "a" * 3000, "-1", "9" * 40, "%F0%9F%8E%89"])
@pytest.mark.parametrize("name", ["tags", "places", "collection", "show_recurrent"])
def test_odd_parameters(api, party, name, value):
    assert api.get(f"/feed/rss?{name}={value}").status_code == 200


@pytest.mark.parametrize(
    ("path", "accept", "location"),
    [
        ("/", "application/rss+xml", "/feed/rss/"),
        ("/", "text/calendar", "/feed/ics/"),
        ("/tag/feed-a", "application/rss+xml", "/feed/rss/tag/feed-a"),
        ("/tag/a%2Fb%20c%3F", "application/rss+xml", "/feed/rss/tag/a/b%20c%3F"),
        ("/place/3", "text/calendar, text/html;q=0.5", "/feed/ics/place/3"),
        ("/collection/mine", "application/rss+xml;q=0.9, */*;q=0.1", "/feed/rss/collection/mine"),
    ],
)
def test_pages_lead_programs_to_their_feeds(api, path, accept, location):
    reply = api.get(path, headers={"Accept": accept})
    assert (reply.status_code, reply.headers["Location"]) == (302, location)
    assert "Accept" in reply.headers["Vary"].split(", ")


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/", "*/*"),
        ("/", "application/json"),
        ("/", "text/html, application/rss+xml"),
        ("/v2.1/", "application/rss+xml"),
        ("/event/party", "application/rss+xml"),
    ],
)
def test_other_requests_are_not_redirected(api, party, path, accept):
    assert api.get(path, headers={"Accept": accept}).status_code == 200


def test_events_leave_the_cached_feed_in_time(api, session):
    now = utc_now()
    make_event(session, "Short", slug="short", starts_at=now - 24 * HOUR + dt.timedelta(seconds=30))
    session.commit()
    assert slugs(api.get("/feed/rss")) == ["short"]
    with time_machine.travel(now + dt.timedelta(seconds=29), tick=False):
        assert slugs(api.get("/feed/rss")) == ["short"]
    with time_machine.travel(now + dt.timedelta(seconds=31), tick=False):
        assert slugs(api.get("/feed/rss")) == []
