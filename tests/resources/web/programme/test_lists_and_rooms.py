"""Pages of rooms, of what is on now, and lists of an event's programme."""

import datetime as dt
import re

import pytest
import time_machine

from joindin.models import EventHost, EventSettings
from joindin.utils.datetimes import utc_now
from tests.browser_client import main_text
from tests.factories import make_event, make_room, make_talk, make_track, make_user

PAGES = ("now", "now?screen=1", "programme", "talks", "speakers", "rooms", "rooms/hall", "rooms/hall?screen=1",
         "slides", "calendar")  # fmt: skip


@pytest.fixture
def event(session):
    starts_at = utc_now() - dt.timedelta(hours=2)
    return make_event(session, "Harbour Days", slug="harbour", starts_at=starts_at, timezone="UTC")


@pytest.fixture
def hall(session, event):
    return make_room(session, event, "Hall", floor="Second floor", capacity=80, access_notes="Lift at the back")


def make_talk_in(session, event, title, minutes, **fields):
    """Store a talk of half an hour that starts ``minutes`` from now."""
    starts_at = utc_now() + dt.timedelta(minutes=minutes)
    return make_talk(session, event, title, starts_at=starts_at, **{"duration": 30} | fields)


@pytest.mark.parametrize("page", PAGES)
def test_pages_without_talks_are_shown(browser, event, hall, page):
    assert browser.get(f"/event/harbour/{page}").status_code == 200


@pytest.mark.parametrize("page", [*PAGES, "schedule", "tracks/1-x"])
def test_a_former_or_missing_event_is_not_found(browser, session, page):
    make_event(session, slug="private", is_private=True)
    assert {browser.get(f"/event/{slug}/{page}").status_code for slug in ("private", "none", "%00")} == {404}


def test_the_page_of_now_shows_each_room_with_the_talk_and_the_next(browser, session, event, hall):
    make_talk_in(session, event, "Over", -90, room_id=hall.id)
    make_talk_in(session, event, "Running", -10, room_id=hall.id)
    make_talk_in(session, event, "Following", 25, room_id=hall.id)
    make_talk_in(session, event, "Much later", 300, room_id=hall.id)
    make_talk_in(session, event, "Stopped", -5, room_id=make_room(session, event, "Cellar").id, state="cancelled")
    for page in ("now", "now?screen=1"):
        text = main_text(browser.get(f"/event/harbour/{page}"))
        assert "Hall Now Running until" in text
        assert "20 minutes left" in text
        assert "Following" in text
        assert not {"Over", "Much", "Stopped", "Cellar"} & set(text.split())


def test_between_talks_the_page_names_the_next_one(browser, session, event):
    make_talk_in(session, event, "Over", -90)
    make_talk_in(session, event, "Tomorrow", 24 * 60)
    text = main_text(browser.get("/event/harbour/now"))
    assert "Nothing is on now. The next talk: Tomorrow" in text


@pytest.mark.parametrize(("minutes", "time"), [(30, "in 30 min"), (90, "in 1 h 30 min"), (3 * 24 * 60, "in 3 days")])
def test_before_the_first_talk_the_page_says_when_it_begins(browser, session, event, minutes, time):
    with time_machine.travel(utc_now().replace(second=0), tick=False):
        make_talk_in(session, event, "Opening", minutes)
        text = main_text(browser.get("/event/harbour/now?screen=1"))

    if minutes > 60:
        assert f"The programme begins {time}. First talk: Opening, " in text
    else:
        assert "Next talk" in text


def test_a_talk_that_just_ended_is_offered_for_rating(browser, session, event):
    ended = make_talk_in(session, event, "Ended", -40)
    make_talk_in(session, event, "Long ago", -90)
    make_talk_in(session, event, "Stopped", -40, state="cancelled")
    address = f'href="/f/{ended.stub}"'

    page = browser.get("/event/harbour/now")
    session.add(EventSettings(event_id=event.id, feedback_access="off"))
    session.commit()

    assert (page.text.count('href="/f/'), address in page.text) == (1, True)
    assert address not in browser.get("/event/harbour/now").text


def test_each_room_names_its_next_talk_also_of_another_day(browser, session, event, hall):
    make_room(session, event, "Cellar")
    with time_machine.travel(dt.datetime(2033, 7, 1, 10, tzinfo=dt.UTC), tick=False):
        make_talk_in(session, event, "Tomorrow", 24 * 60, room_id=hall.id)
        text = main_text(browser.get("/event/harbour/rooms"))

    assert "Next talk Sat, 2 Jul 2033, 10:00 Tomorrow" in text
    assert "Cellar Nothing more is planned here." in text


def test_the_page_of_a_room_has_its_facts_and_its_talks(browser, session, event, hall):
    make_talk_in(session, event, "Here", 60, room_id=hall.id)
    make_talk_in(session, event, "There", 60, room_id=make_room(session, event, "Cellar").id)
    text = main_text(browser.get("/event/harbour/rooms/hall"))
    assert "Second floor · 80 seats" in text
    assert "Access: Lift at the back" in text
    assert "Here" in text
    assert "There" not in text
    assert browser.get("/event/harbour/rooms/attic").status_code == 404


def test_an_event_with_rooms_has_a_tab_for_them(browser, session, event):
    make_talk_in(session, event, "A", 5)
    assert "/event/harbour/rooms" not in browser.get("/event/harbour/schedule").text
    make_room(session, event)
    assert "/event/harbour/rooms" in browser.get("/event/harbour/schedule").text


def test_speakers_are_sorted_by_the_last_word_and_listed_once(browser, session, event):
    zoe = make_user(session, full_name="Zoe Abel")
    make_talk_in(session, event, "One", 5, speakers=["Ada Öster", zoe])
    make_talk_in(session, event, "Two", 50, speakers=["ada oster", zoe, "Bob"])
    text = main_text(browser.get("/event/harbour/speakers"))
    assert text.index("Zoe Abel") < text.index("Bob") < text.index("Ada Öster")
    assert text.count("Zoe Abel") == text.lower().count("ada") == 1


def test_talks_are_listed_from_a_to_z(browser, session, event):
    for title in ("zebra", "Äpfel", "“Quoted”", "42 things"):
        make_talk_in(session, event, title, 5)
    text = main_text(browser.get("/event/harbour/talks"))
    assert [text.index(title) for title in ("42 things", "Äpfel", "“Quoted”", "zebra")] == sorted(
        text.index(title) for title in ("42 things", "Äpfel", "“Quoted”", "zebra")
    )


def test_the_list_from_a_to_z_is_filtered(browser, session, event, hall):
    make_talk(
        session,
        event,
        "Anchors",
        starts_at=event.starts_at,
        room_id=hall.id,
        speakers=["Ada Lovelace"],
        level="beginner",
    )
    make_talk(session, event, "Buoys", starts_at=event.starts_at, type="Workshop", has_recording_opt_out=True)
    make_talk(session, event, "Currents", starts_at=event.starts_at, room_id=hall.id)
    session.commit()

    def titles(query):
        page = browser.get(f"/event/{event.slug}/talks?{query}").text
        return [title for title in ("Anchors", "Buoys", "Currents") if f'dir="auto">{title}</a>' in page]

    assert titles("") == ["Anchors", "Buoys", "Currents"]
    assert titles("q=lovelace") == ["Anchors"]
    assert titles(f"room={hall.slug}") == ["Anchors", "Currents"]
    assert [titles(f"recorded={value}") for value in ("yes", "no")] == [["Anchors", "Currents"], ["Buoys"]]
    assert titles("level=beginner") == ["Anchors"]
    page = browser.get(f"/event/{event.slug}/talks?room={hall.slug}&q=anchors").text
    assert "1 talk matches. There are 3 talks." in page
    assert f'<a href="?room={hall.slug}">Remove “anchors”</a>' in page
    assert '<meta name="robots" content="noindex">' in page
    assert "No talk matches these filters." in browser.get(f"/event/{event.slug}/talks?q=zyx").text


def test_all_abstracts_are_on_one_page(browser, session, event):
    make_talk_in(session, event, "One", 5, description="First lines.\n\nMore <b>text</b>.", subtitle="Part 1")
    text = main_text(browser.get("/event/harbour/programme"))
    assert "One Part 1" in text
    assert "First lines. More <b>text</b>." in text


def test_slides_are_filtered_by_kind_and_hosts_see_those_that_are_missing(browser, session, event):
    host = make_user(session)
    session.add(EventHost(event_id=event.id, user_id=host.id))
    links = [("slides_link", "https://slides.example"), ("video_link", "https://video.example")]
    make_talk_in(session, event, "Complete", 5, links=links)
    make_talk_in(session, event, "Old", 5, slides_url="https://old.example")
    make_talk_in(session, event, "Bare", 5, links=[("video_link", "https://bare.example")])
    text = browser.get("/event/harbour/slides").text
    videos = browser.get("/event/harbour/slides?type=video_link").text
    hosts_text = main_text(browser.sign_in_directly(host).get("/event/harbour/slides"))

    assert all(f"https://{name}.example" in text for name in ("slides", "video", "old", "bare"))
    assert "https://slides.example" not in videos
    assert "Talks without slides" not in text
    assert hosts_text.endswith("Only hosts see this list. Bare")


def test_the_address_of_a_track_leads_to_its_talks(browser, session, event):
    track, other = make_track(session, event), make_track(session, make_event(session))
    reply = browser.get(f"/event/harbour/tracks/{track.id}-any-words")
    assert (reply.status_code, reply.headers["Location"]) == (302, f"/event/harbour/schedule?track={track.id}")
    for address in (f"{other.id}-x", "x", "99999999999999", "-"):
        assert browser.get(f"/event/harbour/tracks/{address}").status_code == 404


def test_a_calendar_can_be_subscribed(browser, event):
    text = browser.get("/event/harbour/calendar").text
    assert 'href="webcal://' in text
    assert browser.get("/event/harbour.ics").status_code == 200


@pytest.mark.parametrize(
    ("zone", "language", "sentence"),
    [
        ("Europe/Amsterdam", "en", "Times are Amsterdam time (UTC+2)"),
        ("Europe/Prague", "de", "Zeiten in Ortszeit von Prag (UTC+2)"),
        ("UTC", "en", "Times are in UTC"),
    ],
)
@pytest.mark.parametrize("page", ["", "/schedule", "/now", "/now?screen=1", "/rooms/hall", "/programme", "/opening"])
def test_each_page_with_times_names_the_zone_once_in_words(browser, session, page, zone, language, sentence):
    with time_machine.travel(dt.datetime(2033, 7, 1, 10, tzinfo=dt.UTC), tick=False):
        event = make_event(session, "Harbour Days", slug="harbour", starts_at=utc_now(), timezone=zone)
        make_talk_in(session, event, "Opening", 0, slug="opening", room_id=make_room(session, event, "Hall").id)

        html = browser.get(f"/event/harbour{page}", headers={"Accept-Language": language}).text

        assert (html.count(sentence), html.count(f"({zone})")) == (1, 0)


def test_a_speaker_is_led_to_add_slides_to_the_own_talks(browser, session, event):
    speaker = make_user(session, full_name="Ann Ash")
    make_talk_in(session, event, "Mine", -90, slug="mine-too", speakers=[speaker])
    make_talk_in(session, event, "Done", -90, speakers=[speaker], links=[("slides_link", "https://slides.example")])
    make_talk_in(session, event, "Theirs", -90, speakers=["Bob"])

    visitor = main_text(browser.get("/event/harbour/slides"))
    page = browser.sign_in_directly(speaker).get("/event/harbour/slides")

    assert "Your talks without slides" not in visitor
    assert "Your talks without slides Mine Add yours “Mine”" in main_text(page)
    assert page.text.count("/edit") == 1
    assert 'href="/event/harbour/mine-too/edit"' in page.text


def test_speakers_have_their_initials(browser, session, event):
    make_talk_in(session, event, "A", 5, speakers=["Åsa van der Berg", "Bob", "42"])

    html = browser.get("/event/harbour/speakers").text

    assert re.findall(r'<span class="initials" aria-hidden="true">(.*?)</span>', html) == ["ÅB", "B"]
