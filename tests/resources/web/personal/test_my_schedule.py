"""The own schedule at an event, and the step after a sign-in that moves a device's stars to the account."""

import datetime as dt

import pytest

from joindin.models import Device, DeviceStar, TalkStar
from tests.browser_client import main_text, make_user_with_password
from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.factories import make_event, make_room, make_star, make_talk, make_user, parse_instant

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def programme(session):
    """Talks from 8:00, with a gap of 30 minutes and an overlap of 15."""
    event = make_event(session, "Harbour", starts_at=parse_instant("2030-05-03T06:00"))
    hours = dt.timedelta(hours=1)
    return event, [
        make_talk(session, event, title, starts_at=event.starts_at + offset, duration=60, stub=title.lower()[:5])
        for title, offset in (("First", 0 * hours), ("Second", 1.5 * hours), ("Third", 2.25 * hours))
    ]


def star(browser, talk):
    return browser.post("/guest/stars/", {"talk": talk.stub}, headers=SAME_SITE)


def test_starred_talks_are_listed_by_time_with_gaps_and_overlaps(browser, session, programme):
    event, talks = programme
    user = make_user(session)
    for talk in talks:
        make_star(session, talk, user)
    browser.sign_in_directly(user)

    text = main_text(browser.get(f"/event/{event.slug}/mine"))

    assert "08:00–09:00 First" in text
    assert "30 min free 09:30–10:30 Second" in text
    assert "Overlaps 15 min with Third" in text
    assert "Overlaps 15 min with Second" in text


def test_cancelled_and_moved_talks_are_shown_as_such(browser, session, programme):
    event, (first, second, _) = programme
    first.state, second.moved_from, second.moved_from_room = "cancelled", event.starts_at, "Attic"
    second.room_id = make_room(session, event, "Hall").id
    user = make_user(session)
    for talk in (first, second):
        make_star(session, talk, user)
    browser.sign_in_directly(user)

    text = main_text(browser.get(f"/event/{event.slug}/mine"))

    assert "Cancelled First" in text
    assert "Second · Hall was 08:00, Attic" in text
    assert "free" not in text


def test_visitors_have_a_page_that_is_the_same_for_all(browser, programme):
    event, _ = programme
    reply = browser.get(f"/event/{event.slug}/mine")

    assert "Show the stars of this device" in main_text(reply)
    assert reply.headers["Cache-Control"] == "no-cache, public"
    assert "Set-Cookie" not in reply.headers


def test_own_shifts_are_part_of_it(browser, session):
    event, user = make_crew_event(session, is_private=False), make_user(session)
    shift = make_shift(session, event, label="Front desk")
    make_participation(session, shift, user)
    make_talk(session, event)
    browser.sign_in_directly(user)

    assert "Shift: Front desk" in main_text(browser.get(f"/event/{event.slug}/mine"))


def test_a_sign_in_offers_to_keep_the_stars_of_the_device(browser, another_browser, session, programme):
    event, talks = programme
    user = make_user_with_password(session)
    make_star(session, talks[0], user)
    for talk in talks:
        star(browser, talk)

    reply = browser.sign_in(user, next=f"/event/{event.slug}/mine")

    welcome = f"/guest/welcome/?next=/event/{event.slug}/mine"
    assert reply.location == welcome
    assert "3 stars" in main_text(browser.get(welcome))
    reply = browser.send("/guest/welcome/", {"keep": "account", "next": f"/event/{event.slug}/mine"}, page=welcome)
    assert (reply.status_code, reply.location) == (303, f"/event/{event.slug}/mine")
    assert (session.query(TalkStar).count(), session.query(DeviceStar).count(), session.query(Device).count()) == (
        3,
        0,
        0,
    )
    session.expire_all()
    assert [talk.star_count for talk in talks] == [1, 1, 1]
    # The same form again, from a second tab.
    reply = browser.send("/guest/welcome/", {"keep": "account"}, page=f"/event/{event.slug}", headers=SAME_SITE)
    assert reply.status_code == 303
    # A second device of the account has them.
    another_browser.sign_in_directly(user)
    assert "Second" in main_text(another_browser.get(f"/event/{event.slug}/mine"))


def test_a_sign_in_without_anything_stored_goes_on_at_once(browser, session, programme):
    event, _ = programme
    user = make_user_with_password(session)

    assert browser.sign_in(user, next=f"/event/{event.slug}").location == f"/event/{event.slug}"
    assert browser.get(f"/guest/welcome/?next=/event/{event.slug}").location == f"/event/{event.slug}"
    assert browser.get("/guest/welcome/?next=//evil.example").location == "/accounts/"


@pytest.mark.parametrize(("choice", "devices"), [("device", 1), ("forget", 0)])
def test_the_stars_stay_or_are_deleted(browser, session, programme, choice, devices):
    _, talks = programme
    user = make_user_with_password(session)
    star(browser, talks[0])
    browser.sign_in(user)

    reply = browser.send("/guest/welcome/", {"keep": choice}, page="/guest/welcome/")

    assert reply.status_code == 303
    assert (session.query(Device).count(), session.query(DeviceStar).count()) == (devices, devices)
    assert session.query(TalkStar).count() == 0
    assert browser.cookie("guest_marker", "/accounts/") is None


def test_a_wrong_choice_changes_nothing(browser, session, programme):
    _, talks = programme
    star(browser, talks[0])
    browser.sign_in_directly(make_user(session))

    reply = browser.send("/guest/welcome/", {"keep": "\x00"}, page="/guest/welcome/", headers=SAME_SITE)

    assert reply.status_code == 400
    assert session.query(DeviceStar).count() == 1
