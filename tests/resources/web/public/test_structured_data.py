"""Data of schema.org in pages of events and talks, and talks near a talk."""

import json
import re

import pytest

from joindin.models import EventFlyer, EventSeries, EventSettings
from joindin.operations.agenda.series import create_next_occurrence
from joindin.utils.datetimes import utc_now
from tests.agenda_series import WEEK, make_series
from tests.factories import make_event, make_room, make_talk, make_user, parse_instant

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture
def event(session):
    ann = make_user(session, "ann", full_name="Ann Ash")
    return make_event(session, "Tides </script><b>", slug="tides", host=ann, tags=["sea"], location="Quay", timezone="Europe/Rome",
                      starts_at=parse_instant("2033-01-01T09:00"), ends_at=parse_instant("2033-01-02T17:00"))  # fmt: skip


def data_of(browser, path, **headers):
    (text,) = SCRIPT.findall(browser.get(path, headers=headers).text)
    return json.loads(text)["@graph"]


def test_an_event_has_structured_data(session, browser, event):
    session.commit()

    data, breadcrumb = data_of(browser, "/event/tides")

    assert {name: data[name] for name in ("@type", "name", "startDate", "endDate", "eventStatus", "keywords")} == {
        "@type": "Event",
        "name": "Tides </script><b>",
        "startDate": "2033-01-01T10:00:00+01:00",
        "endDate": "2033-01-02T18:00:00+01:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "keywords": ["sea"],
    }
    assert data["organizer"][0]["name"] == "Ann Ash"
    assert data["location"]["name"] == "Quay"
    assert data["image"][0].startswith("http://web.example/event/tides/card.png?v=")
    assert [(item["name"], item["item"]) for item in breadcrumb["itemListElement"]] == [
        ("Events", "http://web.example/event"),
        ("Tides </script><b>", "http://web.example/event/tides"),
    ]
    assert {"subEvent", "superEvent", "inLanguage"}.isdisjoint(data)


def test_the_breadcrumb_is_in_the_language_of_the_page(session, browser, event):
    _, breadcrumb = data_of(browser, "/event/tides", **{"Accept-Language": "de"})

    assert breadcrumb["itemListElement"][0]["name"] == "Veranstaltungen"


@pytest.mark.parametrize(
    ("ends_at", "expected"),
    [
        ("2033-01-02T22:59", ("2033-01-01", "2033-01-02")),
        ("2033-01-01T23:00", ("2033-01-01", "2033-01-02")),
        ("2033-01-02T20:00", ("2033-01-01T00:00:00+01:00", "2033-01-02T21:00:00+01:00")),
    ],
)
def test_whole_days_are_dates(session, browser, event, ends_at, expected):
    event.starts_at, event.ends_at = parse_instant("2032-12-31T23:00"), parse_instant(ends_at)
    session.commit()

    data, _ = data_of(browser, "/event/tides")

    assert (data["startDate"], data["endDate"]) == expected


@pytest.mark.parametrize(
    ("location", "addresses", "mode", "types"),
    [
        ("Quay", [], "OfflineEventAttendanceMode", ["Place"]),
        ("Quay", ["https://meet.example/"], "MixedEventAttendanceMode", ["Place", "VirtualLocation"]),
        ("Quay, Oslo, Norway and online", [], "MixedEventAttendanceMode", ["Place", "VirtualLocation"]),
        ("Online", ["https://meet.example/"], "OnlineEventAttendanceMode", ["VirtualLocation"]),
        ("online", [], "OnlineEventAttendanceMode", ["VirtualLocation"]),
        ("", ["https://meet.example/"], "OnlineEventAttendanceMode", ["VirtualLocation"]),
    ],
)
def test_an_event_says_whether_it_is_online(session, browser, event, location, addresses, mode, types):
    event.location, event.online_locations = location, addresses
    session.commit()

    data, _ = data_of(browser, "/event/tides")

    locations = data["location"] if isinstance(data["location"], list) else [data["location"]]
    assert data["eventAttendanceMode"] == f"https://schema.org/{mode}"
    assert [each["@type"] for each in locations] == types


def test_an_event_has_its_flyer_and_its_language(session, browser, event):
    session.add(EventFlyer(event_id=event.id, file="a.jpg", alt_text="A quay", width=2, height=1, byte_size=9))
    settings = EventSettings(event_id=event.id, language="de", contact_address="grace@example.org")
    session.add(settings)
    session.commit()

    data, _ = data_of(browser, "/event/tides")
    settings.spoken_language, settings.capacity = "fr", 300
    described, _ = data_of(browser, "/event/tides")

    assert (data["image"], data["inLanguage"]) == (["http://web.example/media/a.jpg"], "de")
    assert "maximumAttendeeCapacity" not in data
    assert (described["inLanguage"], described["maximumAttendeeCapacity"]) == ("fr", 300)
    assert "grace" not in str(described)


def test_an_event_names_the_first_talks_of_its_programme(session, browser, event, count_statements):
    def names():
        session.commit()
        with count_statements() as statements:
            data, _ = data_of(browser, "/event/tides")
        return [part["name"] for part in data.get("subEvent", ())], len(statements)

    make_talk(session, event, "Talk", slug="talk", starts_at=parse_instant("2033-01-01T09:00"))
    make_talk(session, event, "Hidden", slug="hidden", is_active=False, starts_at=parse_instant("2033-01-01T09:00"))
    make_talk(session, event, "Cancelled", slug="gone", state="cancelled", starts_at=parse_instant("2033-01-01T09:00"))
    assert names()[0] == ["Talk"]
    assert data_of(browser, "/event/tides")[0]["subEvent"] == [
        {"@type": "Event", "@id": "http://web.example/event/tides/talk", "name": "Talk"}
    ]
    for number in range(60):
        make_talk(session, event, f"Talk {number}", slug=f"talk-{number}", starts_at=parse_instant("2033-01-02T09:00"))
    many, statements = names()
    assert (len(many), many[:2], many[-1]) == (50, ["Talk", "Talk 0"], "Talk 48")
    for number in range(20):
        make_talk(session, event, slug=f"more-{number}")
    assert names()[1] == statements


def test_a_date_of_a_series_names_the_series(session, browser, event):
    parent = make_event(session, "Tides", slug="tides-each-year", is_series=True)
    event.parent_id, event.occurrence_at = parent.id, event.starts_at
    session.commit()
    series = {"@type": "EventSeries", "@id": "http://web.example/event/tides-each-year", "name": "Tides"}

    assert data_of(browser, "/event/tides")[0]["superEvent"] == series
    parent.is_private = True
    session.commit()
    assert "superEvent" not in data_of(browser, "/event/tides")[0]


def test_a_series_has_its_rule_and_its_dates(session, browser):
    parent = make_series(session, utc_now().replace(hour=18, minute=0, second=0), timezone="UTC", slug="meetup",
                         location="Hall", name="Meetup")  # fmt: skip
    occurrence = create_next_occurrence(session, parent.id, now=utc_now())
    left_out = parent.starts_at + 3 * WEEK
    session.get(EventSeries, parent.id).excluded_starts = [int(left_out.timestamp())]
    session.commit()

    data, breadcrumb = data_of(browser, "/event/meetup")

    assert (data["@type"], data["location"]["name"], len(breadcrumb["itemListElement"])) == ("EventSeries", "Hall", 2)
    assert data["eventSchedule"] == {
        "@type": "Schedule",
        "startDate": f"{parent.starts_at:%Y-%m-%d}",
        "startTime": "18:00:00",
        "endTime": "20:00:00",
        "scheduleTimezone": "UTC",
        "repeatFrequency": "P1W",
        "exceptDate": [left_out.isoformat()],
    }
    address = f"http://web.example/event/{occurrence.slug}"
    assert data["subEvent"] == [{"@type": "Event", "@id": address, "name": "Meetup"}]


def test_a_hidden_date_of_a_series_is_left_out(session, browser):
    parent = make_series(
        session, utc_now().replace(hour=18, minute=0, second=0), timezone="UTC", slug="meetup", location="Hall"
    )
    occurrence = create_next_occurrence(session, parent.id, now=utc_now())
    occurrence.is_active = False
    session.commit()

    data, _ = data_of(browser, "/event/meetup")

    assert "subEvent" not in data
    assert data["eventSchedule"]["exceptDate"] == [occurrence.starts_at.isoformat()]


def test_a_person_has_a_profile(session, browser):
    make_user(session, "ann", full_name="Ann </script>", biography="Writes.", email="ann@example.org")
    session.commit()

    assert data_of(browser, "/user/ann") == [{
        "@type": "ProfilePage",
        "url": "http://web.example/user/ann",
        "mainEntity": {
            "@type": "Person",
            "@id": "http://web.example/user/ann#person",
            "name": "Ann </script>",
            "url": "http://web.example/user/ann",
            "alternateName": "ann",
            "description": "Writes.",
        },
    }]  # fmt: skip


def test_the_home_page_names_the_search(session, browser):
    (site,) = data_of(browser, "/", Accept="text/html")

    assert (site["@type"], site["url"]) == ("WebSite", "http://web.example/")
    template = site["potentialAction"]["target"]["urlTemplate"]
    assert template == "http://web.example/search?q={search_term_string}"
    assert (
        browser.get(template.replace("http://web.example", "").replace("{search_term_string}", "sea")).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        ((4, 18), None),
        (
            (5, 23),
            {"@type": "AggregateRating", "ratingValue": 4.6, "ratingCount": 5, "bestRating": 5, "worstRating": 1},
        ),
    ],
)
def test_a_talk_has_its_average_from_five_ratings_on(session, browser, event, ratings, expected):
    number, total = ratings
    make_talk(session, event, slug="on-tides", rating_count=number, rating_sum=total)
    session.commit()

    assert data_of(browser, "/event/tides/on-tides")[0].get("aggregateRating") == expected


@pytest.mark.parametrize("capacity", [None, 120])
def test_a_talk_has_its_picture_its_language_and_the_seats_of_its_room(session, browser, event, capacity):
    room = make_room(session, event, "Hall", capacity=capacity)
    make_talk(session, event, slug="on-tides", room_id=room.id)
    session.commit()

    talk, _ = data_of(browser, "/event/tides/on-tides")

    assert talk["image"][0].startswith("http://web.example/event/tides/on-tides/card.png?v=")
    assert (talk["inLanguage"], talk.get("maximumAttendeeCapacity")) == ("en-GB", capacity)


def test_a_talk_has_structured_data(session, browser, event):
    make_talk(session, event, "On <Tides>", slug="on-tides", speakers=["Bob"], duration=30, starts_at=parse_instant("2033-01-01T09:00"),
              links=[("video_link", "https://video.example/1")])  # fmt: skip
    session.commit()

    talk, breadcrumb = data_of(browser, "/event/tides/on-tides")

    assert (talk["name"], talk["endDate"]) == ("On <Tides>", "2033-01-01T10:30:00+01:00")
    assert talk["performer"] == [{"@type": "Person", "name": "Bob"}]
    assert talk["superEvent"]["@id"].endswith("/event/tides")
    assert talk["recordedIn"]["url"] == "https://video.example/1"
    assert [item["name"] for item in breadcrumb["itemListElement"]] == ["Events", "Tides </script><b>", "On <Tides>"]


@pytest.mark.parametrize(
    ("fields", "status", "previous"),
    [
        ({"moved_from": parse_instant("2033-01-01T08:00")}, "EventRescheduled", "2033-01-01T09:00:00+01:00"),
        ({"moved_from": parse_instant("2033-01-01T09:00"), "moved_from_room": "Hall"}, "EventScheduled", None),
        ({"moved_from": parse_instant("2033-01-01T08:00"), "state": "cancelled"}, "EventCancelled", None),
    ],
)
def test_a_moved_talk_has_its_former_start(session, browser, event, fields, status, previous):
    make_talk(session, event, slug="on-tides", starts_at=parse_instant("2033-01-01T09:00"), **fields)
    session.commit()

    talk, _ = data_of(browser, "/event/tides/on-tides")

    assert (talk["eventStatus"], talk.get("previousStartDate")) == (f"https://schema.org/{status}", previous)


def test_a_talk_leads_to_its_neighbours(session, browser, event):
    ann, hall, den = make_user(session, "bea"), make_room(session, event, "Hall"), make_room(session, event, "Den")
    for number, (title, room) in enumerate(
        [("First", hall), ("Aside", den), ("Second", hall), ("Third", hall), ("Hidden", hall)]
    ):
        make_talk(session, event, title, slug=title.lower(), room_id=room.id, is_active=title != "Hidden",
                  starts_at=parse_instant(f"2033-01-01T{9 + number:02}:00"), speakers=[ann] if title == "Second" else [])  # fmt: skip
    elsewhere = make_event(session, "Elsewhere", slug="elsewhere")
    make_talk(session, elsewhere, "Again", slug="again", speakers=[ann])
    session.commit()

    second, third = (browser.get(f"/event/tides/{slug}").text.partition("<main")[2] for slug in ("second", "third"))

    assert [slug for slug in ("first", "aside", "third", "hidden") if f'"/event/tides/{slug}"' in second] == [
        "first",
        "third",
    ]
    assert 'href="/event/elsewhere/again"' in second
    assert [slug for slug in ("first", "second", "hidden") if f'"/event/tides/{slug}"' in third] == ["second"]


def test_a_talk_leads_to_its_room_and_to_the_talks_at_the_same_time(session, browser, event):
    hall, den = make_room(session, event, "Hall"), make_room(session, event, "Den")
    elsewhere = make_event(session, "Elsewhere", slug="elsewhere")
    fields = {"duration": 30, "room_id": den.id}
    for owner, title, start, changes in (
        (event, "Main", "09:00", {"room_id": hall.id, "duration": 60}),
        (event, "Long", "08:15", {"duration": 50}),
        (event, "Over", "08:30", {}),
        (event, "Inside", "09:30", {"room_id": None}),
        (event, "Moment", "09:59", {"duration": 0}),
        (event, "Later", "10:00", {}),
        (event, "Hidden", "09:00", {"is_active": False}),
        (event, "Cancelled", "09:00", {"state": "cancelled"}),
        (elsewhere, "Other", "09:00", {"room_id": None}),
    ):
        make_talk(session, owner, title, slug=title.lower(), starts_at=parse_instant(f"2033-01-01T{start}"), **fields | changes)  # fmt: skip
    session.commit()

    page = browser.get("/event/tides/main").text
    parallel = page.partition('id="parallel-talks"')[2].partition("</section>")[0]

    assert re.findall(r'href="/event/tides/(\w+)"', parallel) == ["long", "inside", "moment"]
    assert '<span dir="auto">Den</span>, <time datetime="2033-01-01T09:15:00+01:00">' in parallel
    assert '<a href="/event/tides/rooms/hall" dir="auto">Hall</a>' in page


@pytest.mark.parametrize("year", ["0001-01-01T00:00", "9999-12-30T23:59"])
def test_a_talk_at_the_end_of_the_calendar_has_a_page(session, browser, event, year):
    make_talk(
        session, event, slug="edge", starts_at=parse_instant(year), duration=10**6, room_id=make_room(session, event).id
    )
    session.commit()

    assert browser.get("/event/tides/edge").status_code == 200


def test_the_number_of_statements_of_a_talk_does_not_depend_on_its_neighbours(
    session, browser, event, count_statements
):
    ann, hall = make_user(session, "bea"), make_room(session, event, "Hall")

    def count(talks):
        for index in talks:
            make_talk(session, event, slug=f"talk-{index}", room_id=hall.id, speakers=[ann])
        session.commit()
        with count_statements() as statements:
            browser.get("/event/tides/talk-0")
        return len(statements)

    # The first request fills caches of its own.
    count([0])
    assert count([1]) == count(range(2, 30))
