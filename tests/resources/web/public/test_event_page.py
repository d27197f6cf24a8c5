"""The page of an event: what stands on it before, during and after the event, and for whom."""

import datetime as dt

import pytest
import time_machine
from flask import request, request_finished

from joindin.models import EventSettings
from joindin.operations.agenda.series import create_next_occurrence
from joindin.performance.caching.response_cache import EXPIRY_ENVIRON_KEY
from tests.agenda_series import make_series
from tests.browser_client import main_text
from tests.factories import make_event, make_event_comment, make_room, make_talk, make_user, parse_instant

START = parse_instant("2033-07-01T07:00")
DAY = dt.timedelta(days=1)


@pytest.fixture
def event(session):
    return make_event(
        session, "Harbour Days", slug="harbour", stub="h33", timezone="Europe/Berlin",
        starts_at=START, ends_at=START + 2 * DAY,
    )  # fmt: skip


@pytest.fixture
def talk(session, event):
    links = [("slides_link", "https://slides.example/1"), ("video_link", "https://video.example/1")]
    return make_talk(session, event, "Tides", slug="tides", starts_at=START, duration=45, links=links)


def read_at(browser, now, path="/event/harbour", **options):
    with time_machine.travel(now, tick=False):
        return browser.get(path, **options)


def read_expiry(app, browser):
    """Return until when the page of the event at its start may be cached."""
    found = []

    def read(_app, **_):
        found.append(dt.datetime.fromtimestamp(request.environ[EXPIRY_ENVIRON_KEY], dt.UTC))

    with request_finished.connected_to(read, app):
        read_at(browser, START)
    return found[0]


def test_now_and_next_stands_first_on_the_days_of_the_event_alone(browser, event, talk):
    before, during, after = (read_at(browser, at) for at in (START - DAY, START + DAY, START + 4 * DAY))

    assert 'data-source="/event/harbour/now"' in during.text
    assert main_text(during).index("Now and next") < main_text(during).index("Programme")
    assert "Now and next" not in before.text + after.text


def test_slides_and_recordings_stand_first_after_the_event(browser, session, event, talk):
    make_talk(session, event, "Without", slug="without", starts_at=START)
    during, after = (main_text(read_at(browser, at)) for at in (START + DAY, START + 4 * DAY))

    assert "Slides and recordings Tides Slides · Video" in after
    assert after.index("Slides and recordings") < after.index("Programme")
    assert "Slides and recordings" not in during


def test_of_many_talks_with_slides_the_page_has_the_first_and_a_link(browser, session, event):
    for number in range(7):
        make_talk(session, event, f"T{number}", starts_at=START, slides_url=f"https://slides.example/{number}")

    page = read_at(browser, START + 4 * DAY)

    assert page.text.count("https://slides.example/") == 5
    assert "All slides and recordings (7)" in main_text(page)


def test_the_page_holds_until_the_next_day_of_the_event_begins(app, browser, event, talk):
    assert read_expiry(app, browser) == parse_instant("2033-07-02T04:00")


def test_the_page_holds_until_the_call_closes(app, browser, session, event):
    event.cfp_url, event.cfp_ends_at = "https://cfp.example/", START + dt.timedelta(hours=1)
    session.commit()

    assert read_expiry(app, browser) == event.cfp_ends_at


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "text"),
    [
        (None, START - 8 * DAY, "Open Closes in 2 days · Thu, 23 Jun 2033, 09:00 Berlin (07:00 UTC)"),
        (
            None,
            parse_instant("2033-06-21T22:00"),
            "Open Closes tomorrow · Wed, 22 Jun 2033, until the end of the day in Berlin",
        ),
        (
            START - 9 * DAY,
            START - 8 * DAY,
            "Not open yet Opens tomorrow · Wed, 22 Jun 2033 · Closes on Thu, 23 Jun 2033",
        ),
        (None, START - 11 * DAY, "Closed Closed on Mon, 20 Jun 2033, 09:00 Berlin (07:00 UTC)"),
    ],
)
def test_the_call_has_its_state_and_its_end_in_words(browser, session, event, opens_at, closes_at, text):
    event.cfp_url, event.cfp_starts_at, event.cfp_ends_at = "https://cfp.example/", opens_at, closes_at
    session.commit()

    assert f"Call for papers {text}" in main_text(read_at(browser, START - 10 * DAY))
    assert "Call for papers" not in main_text(read_at(browser, START + 9 * DAY))


def test_a_talk_has_its_times_and_its_room(browser, session, event, talk):
    talk.room_id = make_room(session, event, "Hall").id
    session.commit()

    assert "Fri, 1 Jul 2033 1 talk 09:00–09:45 Tides Hall · Talk" in main_text(read_at(browser, START))


def test_a_meetup_lists_its_talks_although_they_are_many(browser, session, event):
    for number in range(21):
        make_talk(session, event, f"T{number}", starts_at=START)
    session.add(EventSettings(event_id=event.id, kind="meetup"))
    session.commit()

    assert "T20" in main_text(read_at(browser, START))


def test_an_event_that_does_not_take_place_says_so(browser, session, event):
    event.state = "cancelled"
    session.commit()

    assert main_text(read_at(browser, START)).startswith("Harbour Days Cancelled When")


def test_an_online_event_has_its_addresses(browser, session, event):
    event.online_locations = ["https://video.example/1"]
    session.commit()

    assert "Online https://video.example/1" in main_text(read_at(browser, START))


def test_three_newest_comments_and_the_way_to_write_one(browser, session, event):
    for number in range(4):
        make_event_comment(session, event, make_user(session), text=f"Text {number}", created_at=START + number * DAY)

    visitor = read_at(browser, START)
    with time_machine.travel(START, tick=False):
        browser.sign_in_directly(make_user(session, "fan"))
        user, all_comments = browser.get("/event/harbour"), browser.get("/event/harbour/comments")

    assert "Comments (4)" in main_text(visitor)
    assert "Text 0" not in visitor.text
    assert "/accounts/login/?next=/event/harbour/comments" in visitor.text
    assert 'href="/event/harbour/comments#text"' in user.text
    assert 'id="text"' in all_comments.text


def test_an_event_without_feedback_offers_no_comment(browser, session, event):
    session.add(EventSettings(event_id=event.id, feedback_access="off"))
    session.commit()

    assert "Sign in to comment" not in read_at(browser, START).text


def test_the_page_has_a_calendar_and_a_short_address_to_share(browser, event):
    html = read_at(browser, START).text

    assert 'href="webcal://web.example/event/harbour.ics"' in html
    assert '<input id="short-address" readonly value="http://web.example/e/h33">' in html
    assert "mailto:?subject=Harbour%20Days&amp;body=http%3A%2F%2Fweb.example%2Fe%2Fh33" in html


def test_a_date_of_a_series_has_the_next_dates(browser, session):
    owner = make_user(session, "owner", is_trusted=True)
    with time_machine.travel(START, tick=False):
        parent = make_series(
            session, START + DAY, host=owner, timezone="UTC", slug="weekly", name="Weekly", location="Hall"
        )
        occurrence = create_next_occurrence(session, parent.id, now=START)
        session.commit()
        text = main_text(browser.get(f"/event/{occurrence.slug}"))

    assert "Dates Sat, 2 Jul 2033, 07:00" in text
    assert text.count(", 07:00") == 6
