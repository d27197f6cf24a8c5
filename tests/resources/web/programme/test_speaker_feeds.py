"""Feeds of the talks of a person: Atom and a calendar."""

import datetime as dt
from xml.etree import ElementTree

import feedparser
import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import delete, select, update

from joindin.models import Event, Talk, TalkSpeaker, User
from joindin.operations.organiser.talks import set_talk_visibility
from joindin.utils.datetimes import UTC
from tests.factories import make_event, make_pending_event, make_room, make_talk, make_track, make_user, parse_instant

ATOM = "{http://www.w3.org/2005/Atom}"
PATH = "/user/ada/talks"
PAGE = "http://web.example/user/ada"
HOSTILE = 'Tides & <script>alert("1")</script>'
CHANGED_AT = dt.datetime(2027, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _website(app, monkeypatch):
    monkeypatch.setitem(app.config, "WEBSITE_URL", "http://web.example")


@pytest.fixture
def ada(session):
    return make_user(session, "ada", full_name="Ada <L>")


@pytest.fixture
def event(session):
    return make_event(
        session, "Harbour, Days", slug="harbour", starts_at=parse_instant("2027-07-09T08:00"), timezone="Europe/Berlin",
        ends_at=parse_instant("2027-07-11T08:00"), location="Pier 4", submitted_at=parse_instant("2026-01-02T03:04"),
    )  # fmt: skip


@pytest.fixture
def talks(session, event, ada):
    """A past and a next talk of Ada, and one of others."""
    past = make_event(session, "Past", slug="past", starts_at=parse_instant("2020-01-01T08:00"))
    hall, track = make_room(session, event, "Hall & Annex"), make_track(session, event, "Sea & Sky")
    found = [
        make_talk(session, past, "Ebbs", stub="0ebb5", speakers=[ada]),
        make_talk(
            session, event, HOSTILE, stub="0t1de", speakers=[ada, "Bob"], room_id=hall.id, tracks=[track],
            starts_at=parse_instant("2027-07-09T09:00"), duration=30, description="First <b>line</b>\nsecond\n\nNext\x0b",
        ),
        make_talk(session, event, "Of others", speakers=["Bob"]),
    ]  # fmt: skip
    session.execute(update(Talk).where(Talk.id == found[0].id).values(revised_at=CHANGED_AT - dt.timedelta(days=1)))
    session.execute(update(Talk).where(Talk.id == found[1].id).values(revised_at=CHANGED_AT))
    session.commit()
    return found


def titles(browser, ending):
    reply = browser.get(f"{PATH}.{ending}")
    if ending == "atom":
        return sorted(each.text for each in ElementTree.fromstring(reply.data).iterfind(f"{ATOM}entry/{ATOM}title"))
    return sorted(str(entry["SUMMARY"]) for entry in Calendar.from_ical(reply.data).walk("VEVENT"))


def test_the_feed_has_all_talks_and_the_latest_changed_first(browser, talks):
    reply = browser.get(f"{PATH}.atom")

    feed = feedparser.parse(reply.data)
    assert (reply.content_type, reply.headers["Access-Control-Allow-Origin"]) == (
        "application/atom+xml; charset=utf-8",
        "*",
    )
    assert (feed.bozo, feed.version, feed.feed.updated) == (False, "atom10", "2027-05-06T07:08:09+00:00")
    assert [(link.rel, link.href) for link in feed.feed.links] == [("self", f"{PAGE}/talks.atom"), ("alternate", PAGE)]
    assert [entry.link.rpartition("/")[2] for entry in feed.entries] == ["0t1de", "0ebb5"]
    root = ElementTree.fromstring(reply.data)
    assert root.findtext(f"{ATOM}title").startswith("Ada <L> – ")
    entry = root.find(f"{ATOM}entry")
    assert [(each.tag.removeprefix(ATOM), each.text) for each in entry if each.text and each.text.strip()][:3] == [
        ("id", f"tag:web.example,2026:talk/{talks[1].id}"),
        ("title", HOSTILE),
        ("updated", "2027-05-06T07:08:09+00:00"),
    ]
    assert [each.text for each in entry.iterfind(f"{ATOM}author/{ATOM}name")] == ["Bob", "Ada <L>"]
    assert [each.attrib["term"] for each in entry.iterfind(f"{ATOM}category")] == ["Talk", "Sea & Sky"]
    assert entry.findtext(f"{ATOM}content") == (
        "<p>Harbour, Days<br>Friday, 9 July 2027 11:00 – 11:30 (Europe/Berlin)<br>Hall &amp; Annex, Pier 4</p>"
        "<p>Bob, Ada &lt;L&gt;</p><p>First &lt;b&gt;line&lt;/b&gt;<br>second</p><p>Next</p>"
    )


def test_the_calendar_has_all_talks(browser, talks):
    reply = browser.get(f"{PATH}.ics")

    calendar = Calendar.from_ical(reply.data)
    entries = {str(entry["URL"]): entry for entry in calendar.walk("VEVENT")}
    assert (reply.content_type, calendar.errors) == ("text/calendar; charset=utf-8", [])
    assert (str(calendar["SOURCE"]), str(calendar["URL"])) == (f"{PAGE}/talks.ics", PAGE)
    assert list(entries) == ["http://web.example/talk/0t1de", "http://web.example/talk/0ebb5"]
    entry = entries["http://web.example/talk/0t1de"]
    assert (str(entry["SUMMARY"]), str(entry["UID"])) == (HOSTILE, f"talk-{talks[1].id}@web.example")
    assert (str(entry["LOCATION"]), entry["DTSTART"].dt.isoformat()) == (
        "Hall & Annex, Pier 4",
        "2027-07-09T11:00:00+02:00",
    )
    assert b"TRIGGER:-PT10M" in browser.get(f"{PATH}.ics?alarm=10").data
    assert browser.get(f"{PATH}.ics?alarm=x").status_code == 400


@pytest.mark.parametrize("ending", ["atom", "ics"])
def test_an_unchanged_feed_is_not_sent_again(session, browser, talks, ending):
    etag = browser.get(f"{PATH}.{ending}").headers["ETag"]
    statuses = [browser.get(f"{PATH}.{ending}", headers={"If-None-Match": etag}).status_code]
    talks[1].title = "Changed"
    session.commit()
    statuses.append(browser.get(f"{PATH}.{ending}", headers={"If-None-Match": etag}).status_code)

    assert statuses == [304, 200]


@pytest.mark.parametrize("ending", ["atom", "ics"])
def test_talks_that_are_not_public_or_not_confirmed_are_left_out(session, browser, talks, ada, ending):
    make_talk(session, make_event(session), "Secret", speakers=[ada], is_active=False)
    make_talk(session, make_pending_event(session), "Secret", speakers=[ada])
    make_talk(session, make_event(session, is_private=True), "Secret", speakers=[ada])
    unconfirmed = make_talk(session, make_event(session), "Secret", speakers=[ada])
    session.execute(update(TalkSpeaker).where(TalkSpeaker.talk_id == unconfirmed.id).values(is_pending=True))
    session.commit()

    assert titles(browser, ending) == ["Ebbs", HOSTILE]


def test_the_calendar_announces_removed_talks_of_public_events_for_a_month(session, browser, talks, event):
    session.execute(delete(Talk).where(Talk.id == talks[0].id))
    set_talk_visibility(session, talks[1].id, is_active=False, actor=None)
    session.commit()

    entries = Calendar.from_ical(browser.get(f"{PATH}.ics").data).walk("VEVENT")
    assert sorted((str(each["SUMMARY"]), str(each["STATUS"])) for each in entries) == [("Cancelled", "CANCELLED")] * 2
    assert titles(browser, "atom") == []
    session.execute(update(Event).where(Event.id == event.id).values(is_private=True))
    session.commit()
    assert len(titles(browser, "ics")) == 1
    with time_machine.travel(dt.datetime.now(UTC) + dt.timedelta(days=32), tick=False):
        assert titles(browser, "ics") == []


def test_cancelled_talks_say_so(session, browser, talks):
    talks[1].state = "cancelled"
    session.commit()

    assert titles(browser, "atom") == [f"Cancelled: {HOSTILE}", "Ebbs"]
    assert f"Cancelled: {HOSTILE}" in titles(browser, "ics")


@pytest.mark.parametrize("ending", ["atom", "ics"])
def test_people_without_talks_have_empty_feeds_and_unknown_ones_none(session, browser, ada, ending):
    session.commit()
    empty = browser.get(f"{PATH}.{ending}").status_code, titles(browser, ending)
    ada.is_active = False
    session.commit()
    inactive = browser.get(f"{PATH}.{ending}").status_code
    session.execute(delete(User).where(User.id == ada.id))
    session.commit()

    assert (empty, inactive, browser.get(f"{PATH}.{ending}").status_code) == ((200, []), 404, 404)
    assert browser.get(f"/user/a%0bb/talks.{ending}").status_code == 404


def test_a_long_feed_has_pages(session, browser, event, ada):
    for number in range(51):
        make_talk(session, event, f"Talk {number}", speakers=[ada])
    session.commit()

    first, second = (feedparser.parse(browser.get(f"{PATH}.atom?page={number}").data) for number in (1, 2))

    def pages(feed):
        return {link.rel: link.href for link in feed.feed.links if link.rel in ("first", "previous", "next")}

    address = f"{PAGE}/talks.atom"
    assert (len(first.entries), len(second.entries)) == (50, 1)
    assert pages(first) == {"next": f"{address}?page=2"}
    assert pages(second) == {"first": address, "previous": address}
    assert browser.get(f"{PATH}.atom?page=2000").status_code == 404
    assert browser.get(f"{PATH}.atom?page=x").status_code == 200


@pytest.mark.parametrize("ending", ["atom", "ics"])
def test_a_feed_costs_the_same_statements_whatever_its_length(session, browser, event, ada, count_statements, ending):
    def cost():
        session.commit()
        with count_statements() as statements:
            browser.get(f"{PATH}.{ending}?x={session.scalar(select(Event.programme_version))}")
        return len(statements)

    make_talk(session, event, speakers=[ada, "Bob"])
    one = cost()
    for number in range(10):
        make_talk(session, event, speakers=[ada, f"Bob {number}"], tracks=[make_track(session, event)])

    assert cost() == one


def test_the_page_of_a_speaker_names_its_feeds(session, browser, talks, ada):
    make_user(session, "silent")
    session.commit()

    page, silent = browser.get("/user/ada").text, browser.get("/user/silent").text

    for ending, type_ in (("atom", "application/atom+xml"), ("ics", "text/calendar")):
        assert f'<link rel="alternate" type="{type_}" title="Ada &lt;L&gt;" href="{PATH}.{ending}">' in page
        assert f'<a href="{PATH}.{ending}">' in page
        assert f"talks.{ending}" not in silent
    assert "Diese Vorträge:" in browser.get("/user/ada", headers={"Accept-Language": "de"}).text


def test_names_of_users_are_escaped_in_addresses(session, browser, event):
    ada = make_user(session, "a/b & <c>.d", full_name="")
    make_talk(session, event, "Tides", speakers=[ada])
    session.commit()
    address = "/user/a%2Fb%20%26%20%3Cc%3E.d"

    feed = feedparser.parse(browser.get(f"{address}/talks.atom").data)

    assert f'href="{address}/talks.atom"' in browser.get(address).text
    assert feed.feed.id == f"http://web.example{address}/talks.atom"
    assert [entry.title for entry in feed.entries] == ["Tides"]
    assert "<c>" not in browser.get(f"{address}/talks.atom").text
