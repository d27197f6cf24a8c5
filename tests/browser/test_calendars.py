"""Calendars in a browser, with and without scripts: the stars of a device (story T10), a selection of the schedule (T7)."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import days_from_now, make_event, make_room, make_talk

TITLES = ("On tides and timetables", "Lights", "Harbour pilots")


@pytest.fixture
def programme(session):
    """Three talks, with a gap of 30 minutes and an overlap of 15."""
    starts_at = days_from_now(10).replace(hour=6, minute=0, second=0, microsecond=0)
    event = make_event(session, "Harbour Code Days", slug="harbour", starts_at=starts_at, timezone="Europe/Berlin")
    rooms = [make_room(session, event, name) for name in ("Hall", "Cellar")]
    for number, (title, minutes) in enumerate(zip(TITLES, (0, 90, 135), strict=True)):
        make_talk(
            session, event, title, starts_at=starts_at + dt.timedelta(minutes=minutes), duration=60,
            stub=f"cal{number}", room_id=rooms[number % 2].id,
        )  # fmt: skip
    session.commit()
    return event


@pytest.fixture(params=[False, True], ids=["without scripts", "with scripts"])
def guest(request, new_visitor, session):
    return new_visitor(javascript=request.param)


def press(visitor, name):
    visitor.press(name)
    visitor.page.wait_for_load_state("networkidle")


def titles(visitor, address):
    reply = visitor.context.request.get(urlsplit(address)._replace(scheme="", netloc="").geturl())
    assert (reply.status, reply.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    return sorted(str(entry["SUMMARY"]) for entry in Calendar.from_ical(reply.body()).walk("VEVENT"))


def address_on(visitor, id_):
    return visitor.page.locator(f"#{id_}").input_value()


def test_a_guest_subscribes_to_the_stars_of_the_device(guest, session, programme):
    for title in TITLES:
        guest.visit("/event/harbour/schedule?view=list")
        press(guest, f"Star “{title}”")
    guest.visit("/guest/event/harbour/")
    assert "30 min free" in guest.text
    assert f"Overlaps 15 min with {TITLES[2]}" in guest.text

    guest.press("Subscribe to the stars of this device", role="link")
    guest.check_page("calendars of a device")
    guest.fill(name="My telephone")
    guest.press("Make an address")
    guest.check_page("new calendar of a device")
    address = address_on(guest, "new-address")
    webcal = guest.page.get_by_role("link", name="Open in your calendar").get_attribute("href")
    assert webcal == f"webcal://{address.partition('://')[2]}"
    assert titles(guest, address) == sorted(TITLES)

    guest.visit("/guest/event/harbour/")
    press(guest, f"Remove the star of “{TITLES[1]}”")
    assert titles(guest, address) == sorted((TITLES[0], TITLES[2]))
    guest.visit("/guest/calendar/")
    guest.check_page("list of calendars of a device")
    guest.press("Delete the address My telephone")
    assert "The address does not work any more." in guest.text
    assert guest.context.request.get(urlsplit(address).path).status == 404


def test_the_calendar_of_a_selection_has_the_talks_of_the_page(guest, session, programme):
    guest.visit("/event/harbour/schedule?room=hall")
    guest.press("Subscribe to this selection", role="link")
    guest.check_page("addresses of calendars of an event")

    assert titles(guest, address_on(guest, "selection-address")) == sorted((TITLES[0], TITLES[2]))
    assert titles(guest, address_on(guest, "programme-address")) == sorted(TITLES)


def test_a_user_subscribes_and_shares(guest, new_visitor, session, programme):
    make_user_with_password(session, "hanna", full_name="Hanna Host")
    session.commit()
    guest.sign_in("hanna", PASSWORD)
    guest.visit("/event/harbour/schedule?view=list")
    press(guest, f"Star “{TITLES[0]}”")
    guest.visit("/event/harbour/mine")
    guest.press("Share my schedule")
    guest.check_page("own schedule that was just shared")
    address = guest.page.locator("code.secret").inner_text()
    friend = new_visitor()
    friend.visit(urlsplit(address).path)
    friend.check_page("shared schedule")
    assert TITLES[0] in friend.text
    assert "Hanna" not in friend.page.content()

    guest.press("Subscribe to my schedule in a calendar", role="link")
    guest.page.get_by_label("Starred talks", exact=True).check()
    guest.press("Make an address")
    guest.check_page("calendars of a user")
    assert titles(guest, address_on(guest, "new-address")) == [TITLES[0]]
