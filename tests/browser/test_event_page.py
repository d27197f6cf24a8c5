"""The page of an event during the event, with the script and without it."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from joindin.utils.datetimes import utc_now
from tests.factories import make_event, make_room, make_talk


@pytest.fixture
def event(session):
    now = utc_now()
    event = make_event(
        session, "Harbour Days", slug="harbour", stub="h33", starts_at=now - dt.timedelta(days=1),
        ends_at=now + dt.timedelta(days=1), cfp_url="https://cfp.example/", cfp_ends_at=now - dt.timedelta(days=9),
    )  # fmt: skip
    hall = make_room(session, event, "Hall")
    for title, minutes in (("Before", -60), ("Tides", -10), ("Ebbs", 30)):
        starts_at = now + dt.timedelta(minutes=minutes)
        make_talk(session, event, title, room_id=hall.id, starts_at=starts_at, duration=40)
    session.commit()
    return event


def test_the_script_shows_what_is_on_now_and_next(visitor, event):
    visitor.visit("/event/harbour")

    block = visitor.page.locator("section.now")
    expect(block).to_contain_text("As of")
    expect(block).to_contain_text("Hall Now Tides")
    expect(block).to_contain_text("Ebbs")
    visitor.check_page("event that is on now")


def test_without_the_script_a_link_leads_to_what_is_on_now(new_visitor, event):
    visitor = new_visitor(javascript=False)
    visitor.visit("/event/harbour")
    visitor.press("Show what is on now", "link")

    assert visitor.path == "/event/harbour/now"


def test_the_short_address_is_given_to_the_menu_of_the_device(visitor, event):
    visitor.page.add_init_script("navigator.share = async (what) => { window.shared = what; }")
    visitor.visit("/event/harbour")
    visitor.page.get_by_role("button", name="Share", exact=True).click()

    shared = visitor.page.evaluate("window.shared")
    assert (shared["title"], shared["url"].endswith("/e/h33")) == ("Harbour Days", True)


def test_the_home_page_shows_a_guest_the_next_starred_talk(visitor, event):
    visitor.visit("/event/harbour/schedule")
    with visitor.page.expect_response("**/guest/stars/**"):
        visitor.press("Star “Ebbs”")
    visitor.visit("/")

    expect(visitor.page.get_by_role("region", name="Your next talk")).to_contain_text("Ebbs")
    visitor.check_page("home of a guest with stars")
