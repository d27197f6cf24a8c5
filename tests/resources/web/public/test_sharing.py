"""Data of pages for programs: OpenGraph, microformats and JSON-LD, read by parsers (story T29)."""

import json
from html.parser import HTMLParser

import mf2py
import pytest

from tests.agenda_series import make_series
from tests.factories import make_event, make_talk, make_user, parse_instant

EVIL = "<b>\"'&</script>"


class HeadReader(HTMLParser):
    """Properties of ``meta`` elements, and the objects of JSON-LD."""

    def __init__(self, page):
        super().__init__()
        self.properties, self.documents, self._is_data = {}, [], False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self._is_data = attributes.get("type") == "application/ld+json"
        name = attributes.get("property") or attributes.get("name")
        if tag == "meta" and name and "media" not in attributes:
            assert name not in self.properties, name
            self.properties[name] = attributes["content"]

    def handle_data(self, data):
        if self._is_data:
            self.documents.append(json.loads(data))
            self._is_data = False


@pytest.fixture
def speaker(session):
    return make_user(session, "ann", full_name=f"Ann {EVIL}", biography=f"Writes {EVIL}\n\nReads.")


@pytest.fixture
def event(session, speaker):
    event = make_event(
        session, f"Tides {EVIL}", slug="tides", host=speaker, description="Two days. " * 40, location="Quay",
        starts_at=parse_instant("2033-01-01T09:00"), ends_at=parse_instant("2033-01-02T17:00"),
    )  # fmt: skip
    make_talk(session, event, f"On {EVIL}", slug="on", speakers=[speaker], description=EVIL)
    return event


def test_pages_tell_networks_what_to_show(browser, event):
    read = {
        path: HeadReader(browser.get(path).text).properties for path in ("/event/tides", "/event/tides/on", "/user/ann")
    }

    assert [each["og:title"] for each in read.values()] == [f"Tides {EVIL}", f"On {EVIL}", f"Ann {EVIL}"]
    assert [each["og:type"] for each in read.values()] == ["website", "website", "profile"]
    assert {path: each["og:url"].endswith(path) for path, each in read.items()} == dict.fromkeys(read, True)
    assert [each["twitter:card"] for each in read.values()] == ["summary_large_image", "summary_large_image", "summary"]
    assert {len(each["og:description"]) <= 200 for each in read.values()} == {True}
    assert {each["og:image"].startswith("http") for each in read.values()} == {True}
    assert read["/user/ann"]["profile:username"] == "ann"
    assert (read["/event/tides/on"]["og:image:width"], read["/event/tides/on"]["og:image:height"]) == ("1200", "630")


def test_a_person_is_an_h_card(browser, event):
    (card,) = mf2py.parse(browser.get("/user/ann").text, url="http://localhost/user/ann")["items"]

    assert card["type"] == ["h-card"]
    assert card["properties"]["name"] == [f"Ann {EVIL}"]
    assert card["properties"]["nickname"] == ["ann"]
    assert card["properties"]["url"][0].endswith("/user/ann")
    assert card["properties"]["note"][0].startswith(f"Writes {EVIL}")


def test_an_event_is_an_h_event(browser, event):
    (read,) = [
        item
        for item in mf2py.parse(browser.get("/event/tides").text, url="http://localhost/event/tides")["items"]
        if item["type"] == ["h-event"]
    ]

    assert read["properties"]["name"] == [f"Tides {EVIL}"]
    assert read["properties"]["start"] == ["2033-01-01T10:00:00+0100"]


@pytest.mark.parametrize("path", ["/event/tides", "/event/tides/on"])
def test_structured_data_are_of_schema_org(browser, event, path):
    (document,) = HeadReader(browser.get(path).text).documents
    items = document["@graph"]

    assert document["@context"] == "https://schema.org"
    assert {item["@type"] for item in items} <= {"Event", "BreadcrumbList"}
    assert items[0]["name"] in (f"Tides {EVIL}", f"On {EVIL}")


@pytest.mark.parametrize(
    ("state", "event_status", "talk_status"),
    [
        ("scheduled", "Scheduled", "Scheduled"),
        ("cancelled", "Cancelled", "Cancelled"),
        ("postponed", "Postponed", "Scheduled"),
    ],
)
def test_structured_data_have_the_state_of_the_event(browser, event, state, event_status, talk_status):
    event.state = state
    (of_event,) = HeadReader(browser.get("/event/tides").text).documents
    (of_talk,) = HeadReader(browser.get("/event/tides/on").text).documents

    assert of_event["@graph"][0]["eventStatus"] == f"https://schema.org/Event{event_status}"
    assert of_talk["@graph"][0]["eventStatus"] == f"https://schema.org/Event{talk_status}"


@pytest.mark.parametrize("path", ["/event/tides", "/event/tides/on"])
def test_an_event_without_a_location_has_only_a_breadcrumb(browser, event, path):
    event.location = ""
    (document,) = HeadReader(browser.get(path).text).documents

    assert [item["@type"] for item in document["@graph"]] == ["BreadcrumbList"]


def test_a_person_without_a_name_and_a_biography_has_a_page(browser, session):
    make_user(session, "bob", full_name=None, biography=None)

    assert HeadReader(browser.get("/user/bob").text).properties["og:title"] == "bob"


def test_a_series_is_described(browser, session):
    make_series(session, slug="meetup", description="Every week.")
    session.commit()

    read = HeadReader(browser.get("/event/meetup").text).properties
    assert (read["og:title"], read["description"]) == ("Meetup", "Every week.")


def test_pages_without_a_text_of_their_own_are_described(browser, session):
    event = make_event(
        session, "Tides", slug="tides", description="", location="Quay", starts_at=parse_instant("2033-01-01T09:00")
    )
    make_talk(session, event, "On tides", slug="on", description=" ")
    make_user(session, "bob", full_name="Bob", biography=" ")
    summary = "Tides, Sat, 1\N{THIN SPACE}Jan –\N{THIN SPACE}Mon, 3 Jan 2033, Quay"

    read = {
        path: HeadReader(browser.get(path, headers={"Accept": "text/html"}).text).properties
        for path in ("/event/tides", "/event/tides/on", "/event/tides/schedule", "/event/tides/talks", "/user/bob", "/")
    }

    assert {path: each["description"] for path, each in read.items()} == {
        "/event/tides": summary,
        "/event/tides/on": summary,
        "/event/tides/schedule": summary,
        "/event/tides/talks": summary,
        "/user/bob": "Talks and events of Bob",
        "/": "A shared agenda for local communities",
    }
    assert read["/event/tides"]["og:description"] == read["/event/tides/on"]["og:description"] == summary
    assert read["/"]["og:title"] == read["/"]["og:site_name"]


@pytest.mark.parametrize(
    "path",
    [
        *("/event", "/agenda", "/agenda/2033/01", "/cfp", "/tag", "/place", "/search", "/contact"),
        *("/tag/sea", "/user/bob/talks"),
    ],
)
def test_lists_are_described_in_the_language_of_the_page(browser, session, path):
    make_event(session, tags=["sea"])
    make_user(session, "bob")

    english, german = (
        HeadReader(browser.get(path, headers={"Accept-Language": language}).text).properties["description"]
        for language in ("en", "de")
    )

    assert english != german
