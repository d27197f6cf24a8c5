"""The programme of an event for other programs: valid, with stable identifiers, and the same talks in each format."""

import datetime as dt
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import FormatChecker
from jsonschema.validators import validator_for
from lxml import etree
from orjson import loads

from joindin.models import CANCELLED, EventImage, EventSettings
from joindin.models.tracks import HUES
from joindin.operations.agenda.site_settings import store_identity_url
from joindin.representations.programme.export import TRACK_COLOURS
from joindin.utils.datetimes import UTC, utc_now
from tests.factories import make_event, make_room, make_star, make_talk, make_track, make_user, parse_instant

SCHEMAS = Path(__file__).resolve().parents[5] / "shared" / "schemas"
SCHEMA_FILES = {"json": "schedule.json-schema.json", "v2.json": "schedule2.json-schema.json"}
ENDINGS = ("xml", "json", "v2.json")
FRIDAY = parse_instant("2027-07-09T07:00")
GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def event(session):
    return make_event(
        session, "Harbour <Days> & \"Nights\"", slug="harbour-days", starts_at=FRIDAY, ends_at=FRIDAY + dt.timedelta(days=2),
        timezone="Europe/Berlin",
    )  # fmt: skip


@pytest.fixture
def talks(session, event):
    hall, attic = (
        make_room(session, event, "Hall"),
        make_room(session, event, "Attic", guid="0f8fad5b-d9cb-469f-a165-70867728950e"),
    )
    ada, python = make_user(session, "ada", full_name="Ada Lovelace"), make_track(session, event, "Python & <C>")

    def add(title, start, room=None, **fields):
        return make_talk(
            session, event, title, starts_at=parse_instant(start), room_id=room and room.id, **{"duration": 30} | fields
        )

    return [
        add("Opening", "2027-07-09T07:00", language="English - UK"),
        add("A ]]> B \x01 <b>", "2027-07-09T09:00", hall, tracks=[python], speakers=[ada, "Bob"], type="Keynote",
            slides_url="https://slides.example/a", links=[("video_link", "https://video.example/b"), ("code_link", "no address"),
            ("joindin_link", "https://c.example/50%zz%20")]),
        add("Parallel", "2027-07-09T09:00", attic, speakers=["bob", ada], moved_from=parse_instant("2027-07-09T08:00")),
        add("Cancelled", "2027-07-09T10:00", hall, state="cancelled"),
        add("Night", "2027-07-09T23:30", hall, duration=0),
        add("Long", "2027-07-13T08:00", attic, duration=3000, state="tentative", slug=None),
    ]  # fmt: skip


def fetch(browser, ending, slug="harbour-days"):
    reply = browser.get(f"/event/{slug}/schedule.{ending}")
    assert reply.status_code == 200
    return ElementTree.fromstring(reply.data) if ending == "xml" else loads(reply.data)


def talks_of(document):
    """Return (guid, start, room) of the talks in each format."""
    if isinstance(document, ElementTree.Element):
        events = document.iterfind("day/room/event")
        return [(each.get("guid"), each.findtext("date"), each.findtext("room")) for each in events]
    schedule = document["schedule"]
    if "events" in schedule:
        return [(each["guid"], each["start"], each["room"]["name"]) for each in schedule["events"]]
    days = schedule["conference"]["days"]
    events = [each for day in days for room in day["rooms"].values() for each in room]
    return [(each["guid"], each["date"], each["room"]) for each in events]


def edge_cases(session):
    """Store events that are unlike others, and return their slugs."""
    no_talks = make_event(session, slug="a", starts_at=FRIDAY, href="https://[Ada's] conf.example/ä b?q=50%")
    session.add(EventImage(event_id=no_talks.id, size="orig", file="icon 1.jpg"))
    first = make_event(session, slug="first", starts_at=parse_instant("0001-01-01T00:00"), timezone="Asia/Tokyo")
    last = make_event(session, slug="last", starts_at=parse_instant("9999-12-29T00:00"), timezone="America/New_York")
    old = make_event(session, slug="old", starts_at=parse_instant("1880-01-01T00:00"), timezone="Europe/Amsterdam")
    make_talk(session, first, slug="-ä-", starts_at=parse_instant("0001-01-01T00:00"), language="Other")
    make_talk(session, last, starts_at=parse_instant("9999-12-31T23:59"), duration=10**6)
    make_talk(session, old, starts_at=parse_instant("2020-01-01T00:00"), room_id=make_room(session, old, "Other").id)
    make_talk(session, old, starts_at=parse_instant("2020-01-01T00:00"))
    return [no_talks.slug, first.slug, last.slug, old.slug]


@pytest.mark.parametrize("ending", SCHEMA_FILES)
def test_json_is_valid(browser, session, talks, ending):
    path = SCHEMAS / SCHEMA_FILES[ending]
    if not path.exists():
        pytest.skip(f"not on this machine: {path.name}")
    schema = loads(path.read_bytes())
    validator = validator_for(schema)(schema, format_checker=FormatChecker())

    for slug in ["harbour-days", *edge_cases(session)]:
        document = fetch(browser, ending, slug)
        assert [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(document)] == []


def test_xml_is_valid(browser, session, talks):
    path = SCHEMAS / "schedule.xml.xsd"
    if not path.exists():
        pytest.skip(f"not on this machine: {path.name}")
    schema = etree.XMLSchema(etree.parse(path))

    for slug in ["harbour-days", *edge_cases(session)]:
        schema.validate(etree.fromstring(browser.get(f"/event/{slug}/schedule.xml").data))
        assert [error.message for error in schema.error_log] == []


def test_xml_has_what_readers_need(browser, session, talks):
    for slug in ["harbour-days", *edge_cases(session)]:
        schedule = fetch(browser, "xml", slug)
        days, events = schedule.findall("day"), schedule.findall("day/room/event")
        assert [day.get("index") for day in days] == [str(number) for number in range(1, len(days) + 1)]
        assert all(day.get("start") and day.get("end") for day in days)
        assert re.fullmatch("[a-z0-9_]{4,}", schedule.findtext("conference/acronym"))
        for name in ("guid", "id"):
            assert max(Counter(each.get(name) for each in events).values(), default=1) == 1
        assert all(GUID.fullmatch(each.get("guid")) for each in [*events, *schedule.iter("room")] if each.get("guid"))
        assert all(re.fullmatch("[0-2][0-9]:[0-5][0-9]", each.findtext("duration")) for each in events)
        assert all(re.fullmatch(r"[a-z0-9_]{4,}-[a-z0-9\-_]{4,}", each.findtext("slug")) for each in events)
        assert all(
            re.fullmatch("[a-z][a-z0-9-]+", each.get("slug")) for each in schedule.iter("track") if each.get("slug")
        )
        assert all(person.get("id") and GUID.fullmatch(person.get("guid")) for person in schedule.iter("person"))
        # Readers take the first text of an element.
        assert all(not list(each.find("title")) and not list(each.find("description")) for each in events)


def test_the_xml_has_rooms_and_people_and_leaves_cancelled_talks_out(browser, talks):
    schedule = fetch(browser, "xml")
    friday = schedule.find("day")
    keynote = next(each for each in schedule.iter("event") if each.get("id") == str(talks[1].id))

    assert [(room.get("name"), [each.findtext("title") for each in room]) for room in friday] == [
        ("Hall", ["A ]]> B  <b>", "Night"]),
        ("Attic", ["Parallel"]),
        ("Other", ["Opening"]),
    ]
    assert friday[1].get("guid") == "0f8fad5b-d9cb-469f-a165-70867728950e"
    assert [(day.get("date"), len(day)) for day in schedule.iter("day")] == [
        ("2027-07-09", 3), ("2027-07-10", 0), ("2027-07-11", 0), ("2027-07-12", 0), ("2027-07-13", 1),
    ]  # fmt: skip
    assert (friday.get("start"), friday.get("end")) == ("2027-07-09T06:00:00+02:00", "2027-07-10T06:00:00+02:00")
    assert [keynote.findtext(name) for name in ("date", "start", "duration", "track", "type", "subtitle")] == [
        "2027-07-09T11:00:00+02:00", "11:00", "00:30", "Python & <C>", "Keynote", "",
    ]  # fmt: skip
    assert [person.text for person in keynote.find("persons")] == ["Bob", "Ada Lovelace"]
    assert keynote.findtext("url").startswith("http://web.example/event/harbour-days/a-%5D%5D%3E-b-")
    assert keynote.find("attachments/attachment").get("href") == "https://slides.example/a"
    assert [link.get("href") for link in keynote.find("links")] == [
        "https://video.example/b", "https://c.example/50%25zz%20",
    ]  # fmt: skip
    assert [each.findtext("duration") for each in schedule.iter("event")][-1] == "23:59"


@pytest.mark.parametrize(("zone", "name"), [("Europe/Berlin", "Europe/Berlin"), (None, "UTC"), ("Etc/UTC", None)])
def test_the_time_zone_has_a_name_that_readers_know(browser, session, zone, name):
    make_event(session, slug="zone", starts_at=FRIDAY, timezone=zone)

    assert fetch(browser, "xml", "zone").findtext("conference/time_zone_name") == name
    assert fetch(browser, "json", "zone")["schedule"]["conference"].get("time_zone_name") == name


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        # Dates without times, in Berlin: both are days of the event.
        ("2027-03-27T23:00", "2027-03-28T22:00", ["2027-03-28", "2027-03-29"]),
        ("2027-03-27T23:00", "2027-03-27T23:00", ["2027-03-28"]),
        ("2027-03-27T23:00", "2027-03-29T21:59", ["2027-03-28", "2027-03-29"]),
        # A night before the boundary at 06:00 belongs to the evening.
        ("2027-07-09T16:00", "2027-07-09T22:00", ["2027-07-09"]),
        ("2027-07-09T16:00", "2027-07-10T01:00", ["2027-07-09"]),
    ],
)
def test_the_days_are_those_of_the_event(browser, session, start, end, days):
    make_event(
        session,
        slug="days",
        starts_at=parse_instant(start),
        ends_at=parse_instant(end),
        timezone="Europe/Berlin",
        day_starts_at=360,
    )

    schedule = fetch(browser, "xml", "days")

    assert [day.get("date") for day in schedule.iter("day")] == days
    assert [schedule.findtext(f"conference/{name}") for name in ("start", "end")] == [days[0], days[-1]]


def test_tracks_have_their_order_and_colours(browser, session, event):
    later = make_track(session, event, "Later", position=2, hue="blue")
    first = make_track(session, event, "First", position=1)
    make_talk(session, event, starts_at=FRIDAY, tracks=[later, first])

    schedule = fetch(browser, "xml")

    assert tuple(TRACK_COLOURS) == HUES
    assert [track.get("name") for track in schedule.iter("track") if track.get("name")] == ["First", "Later"]
    assert [track.get("color") for track in schedule.iter("track") if track.get("name") == "Later"] == ["#1a83db"]
    assert schedule.findtext("day/room/event/track") == "First"


def test_a_person_is_the_same_in_each_talk(browser, talks):
    people = [(each.get("guid"), each.get("id")) for each in fetch(browser, "xml").iter("person")]

    assert len(people) == 4
    assert len(set(people)) == 2


def test_all_formats_have_the_same_talks(browser, talks):
    documents = {ending: sorted(talks_of(fetch(browser, ending))) for ending in ENDINGS}
    cancelled = next(each for each in fetch(browser, "v2.json")["schedule"]["events"] if each["title"] == "Cancelled")

    assert documents["xml"] == documents["json"]
    assert set(documents["v2.json"]) - set(documents["xml"]) == {
        (cancelled["guid"], "2027-07-09T12:00:00+02:00", "Hall")
    }


def test_states_are_in_version_2(browser, talks):
    states = {each["title"]: each["state"] for each in fetch(browser, "v2.json")["schedule"]["events"]}

    assert states == {
        "Opening": "CONFIRMED", "A ]]> B  <b>": "CONFIRMED", "Parallel": "DELAYED", "Cancelled": "CANCELED",
        "Night": "CONFIRMED", "Long": "ACCEPTED",
    }  # fmt: skip


def test_identifiers_do_not_change_with_names_times_and_rooms(browser, session, talks):
    def guids():
        rooms = {room["guid"] for room in fetch(browser, "json")["schedule"]["conference"]["rooms"]}
        return rooms, {guid for guid, _, _ in talks_of(fetch(browser, "v2.json"))}

    before = guids()
    talk = talks[1]
    talk.title, talk.slug, talk.room_id, talk.starts_at = (
        "New",
        "new",
        talks[2].room_id,
        dt.datetime(2027, 7, 10, 9, tzinfo=UTC),
    )
    make_room(session, talk.event, "Cellar")
    session.commit()
    after = guids()

    assert after[1] == before[1]
    assert len(after[0] - before[0]) == 1
    assert after[0] > before[0]


@pytest.mark.parametrize("ending", ENDINGS)
def test_identifiers_do_not_change_with_the_address_of_the_site(app, browser, session, talks, ending, monkeypatch):
    def identifiers():
        reply = browser.get(f"/event/harbour-days/schedule.{ending}")
        return reply.headers["ETag"], re.findall(rf"\b{GUID.pattern}\b", reply.text)

    first_tag, first = identifiers()
    store_identity_url(session, app.config["WEBSITE_URL"], now=utc_now())
    session.commit()
    _, stored = identifiers()
    monkeypatch.setitem(app.config, "WEBSITE_URL", "https://other.example")
    # The hosts of the former and the new address.
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://other.example")
    tag, moved = identifiers()

    assert len(first) > 10
    assert first == stored == moved
    assert tag != first_tag


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_document_is_fetched_again_when_the_programme_changes(browser, session, talks, ending):
    path = f"/event/harbour-days/schedule.{ending}"
    first = browser.get(path)
    validator = {"If-None-Match": first.headers["ETag"]}
    make_star(session, talks[0], make_user(session))
    session.commit()
    starred, unchanged = browser.get(path), browser.get(path, headers=validator)
    # A reader that sends its validators empty at first.
    empty = browser.get(path, headers={"If-None-Match": "", "If-Modified-Since": ""})
    talks[0].title = "Welcome"
    session.commit()
    changed = browser.get(path, headers=validator)

    assert (starred.data, starred.headers["ETag"]) == (first.data, first.headers["ETag"])
    assert [reply.status_code for reply in (unchanged, empty, changed)] == [304, 200, 200]
    assert b"Welcome" in changed.data
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600"
    assert first.headers["Last-Modified"]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("number", [1, 40])
def test_the_number_of_statements_does_not_depend_on_the_number_of_talks(
    browser, session, event, ending, number, count_statements
):
    for _ in range(number):
        make_talk(session, event, starts_at=FRIDAY, speakers=["Ada"])
    session.commit()
    with count_statements() as statements:
        fetch(browser, ending)
    assert len(statements) == 9


def conference_of(browser, ending):
    document = fetch(browser, ending)
    if ending == "xml":
        return {each.tag: each.text for each in document.find("conference")}
    return document["schedule"]["conference"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_conference_has_the_web_site_and_the_image_of_the_event(browser, session, event, ending):
    bare = conference_of(browser, ending)
    event.href = "https://harbour.example/days?a=1&b=2"
    session.add(EventImage(event_id=event.id, size="orig", file="harbour.png"))
    session.add(EventImage(event_id=event.id, size="small", file="harbour-small.png"))
    session.commit()
    filled = conference_of(browser, ending)

    assert not {"url", "logo"} & set(bare)
    image = "http://web.example/inc/img/event_icons/harbour.png"
    assert (filled["url"], filled["logo"]) == (event.href, {"url": image} if ending == "v2.json" else image)


@pytest.mark.parametrize("href", ["javascript:alert(1)", "harbour.example", ""])
def test_a_web_site_that_is_no_web_address_is_left_out(browser, event, href):
    event.href = href
    assert "url" not in conference_of(browser, "json")


def feedback_addresses(browser, ending):
    document = fetch(browser, ending)
    if ending == "xml":
        return {each.findtext("title"): each.findtext("feedback_url") for each in document.iter("event")}
    if ending == "json":
        rooms = [room for day in document["schedule"]["conference"]["days"] for room in day["rooms"].values()]
        return {each["title"]: each.get("feedback_url") for room in rooms for each in room}
    return {
        each["title"]: next((link["url"] for link in each["links"] if link["type"] == "FEEDBACK"), None)
        for each in document["schedule"]["events"]
    }


@pytest.mark.parametrize("ending", ENDINGS)
def test_talks_that_take_no_feedback_have_no_address_for_it(browser, session, event, talks, ending):
    talks[2].has_feedback = False
    session.commit()
    addresses = feedback_addresses(browser, ending)
    session.add(EventSettings(event_id=event.id, feedback_access="off"))
    session.commit()

    assert addresses["Opening"] == f"http://web.example/f/{talks[0].stub}"
    assert addresses["Parallel"] is None
    assert set(feedback_addresses(browser, ending).values()) == {None}


def test_talks_that_must_not_be_recorded_say_so(browser, session, talks):
    talks[2].has_recording_opt_out = True
    session.commit()

    document = fetch(browser, "xml")
    days = fetch(browser, "json")["schedule"]["conference"]["days"]

    in_xml = {each.findtext("title"): each.findtext("recording/optout") for each in document.iter("event")}
    in_json = {each["title"]: each["do_not_record"] for day in days for room in day["rooms"].values() for each in room}
    assert (in_xml.pop("Parallel"), set(in_xml.values())) == ("true", {"false"})
    assert (in_json.pop("Parallel"), set(in_json.values())) == (True, {False})


@pytest.mark.parametrize("ending", ENDINGS)
def test_talks_without_a_room_are_in_one_with_a_name_in_the_language_of_the_event(
    browser, session, event, talks, ending
):
    first = browser.get(f"/event/harbour-days/schedule.{ending}")
    session.add(EventSettings(event_id=event.id, language="de"))
    session.commit()
    second = browser.get(f"/event/harbour-days/schedule.{ending}", headers={"Accept-Language": "en"})

    assert ("Other" in first.text, "Sonstiges" in second.text, "Other" in second.text) == (True, True, False)
    assert first.headers["ETag"] != second.headers["ETag"]


def test_a_cancelled_event_cancels_its_talks(browser, session, event, talks):
    event.state = CANCELLED
    session.commit()

    assert talks_of(fetch(browser, "xml")) == talks_of(fetch(browser, "json")) == []
    assert {each["state"] for each in fetch(browser, "v2.json")["schedule"]["events"]} == {"CANCELED"}


@pytest.mark.parametrize("ending", ENDINGS)
def test_hidden_events_have_no_export(browser, session, ending):
    make_event(session, slug="secret", is_private=True)
    assert browser.get(f"/event/secret/schedule.{ending}").status_code == 404


def test_the_schedule_names_its_exports(browser, talks):
    text = browser.get("/event/harbour-days/schedule").text
    assert (
        '<link rel="alternate" type="application/vnd.c3voc.schedule+xml" href="/event/harbour-days/schedule.xml"'
        in text
    )
    assert '<link rel="alternate" type="application/json" href="/event/harbour-days/schedule.json"' in text
