"""Keyboard scripts K1 to K6: the site without a pointer."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from joindin.models import TalkComment, TalkRating
from joindin.utils.datetimes import utc_now
from tests.browser.page_driver import DESKTOP, PHONE
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import days_from_now, make_event, make_room, make_talk

# Stops of the tab key from the home page to a talk.
MAX_STOPS = 25


@pytest.fixture
def event(session):
    event = make_event(session, "Harbour Days", slug="harbour", starts_at=days_from_now(10).replace(hour=8, minute=0))
    rooms = [make_room(session, event, name) for name in ("Hall", "Cellar")]
    for number in range(6):
        starts_at = event.starts_at + dt.timedelta(minutes=30 * (number // 2))
        make_talk(
            session, event, f"Talk {number}", stub=f"tal{number}", slug=f"talk-{number}", duration=30,
            starts_at=starts_at, room_id=rooms[number % 2].id,
        )  # fmt: skip
    session.commit()
    return event


def focused(visitor):
    return visitor.page.evaluate("() => document.activeElement.textContent.trim()")


def test_the_skip_link_leads_to_the_content(visitor, event):
    visitor.visit("/event/harbour/schedule")
    visitor.page.keyboard.press("Tab")
    assert focused(visitor) == "Skip to the content"
    visitor.page.keyboard.press("Enter")

    expect(visitor.page.locator("main")).to_be_focused()


def test_a_talk_is_reached_from_the_home_page_with_few_stops(visitor, event):
    stops = 0
    visitor.visit("/")
    for name in ("Harbour Days", "Talk 0"):
        for step in range(MAX_STOPS):
            visitor.page.keyboard.press("Tab")
            stops += 1
            if step == 0:
                visitor.page.keyboard.press("Enter")
            elif focused(visitor) == name:
                break
        visitor.page.keyboard.press("Enter")
        visitor.page.get_by_role("heading", name=name, level=1).wait_for()

    assert visitor.path == "/event/harbour/talk-0"
    assert stops <= MAX_STOPS


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_the_order_of_the_tab_key_in_the_schedule_is_that_of_time(visitor, event, size):
    visitor.page.set_viewport_size(size)
    visitor.visit("/event/harbour/schedule")
    stops = visitor.tab_through()
    names = [name for name, _ in stops]

    assert [name for name in names if name.startswith("Talk ")] == [f"Talk {n}" for n in range(6)]
    assert [name for name, has_outline in stops if not has_outline] == []


@pytest.fixture
def rater(visitor, session):
    """A signed-in user, at an event with a talk that has begun."""
    make_user_with_password(session, "hanna")
    event = make_event(session, "Past Days", slug="past", starts_at=days_from_now(-1))
    make_talk(session, event, "Errors", slug="errors", stub="errs1", starts_at=utc_now() - dt.timedelta(hours=2))
    session.commit()
    visitor.sign_in("hanna", PASSWORD)
    return visitor


def test_a_talk_is_rated_by_tab_and_enter(rater, session):
    rater.visit("/f/errs1")
    rater.tab_to("4 Great")
    rater.page.keyboard.press("Enter")
    rater.page.wait_for_url("**/me/ratings/**")

    assert session.query(TalkRating).one().rating == 4


def test_a_comment_is_rated_by_arrow_keys_and_sent_by_enter(rater, session):
    rater.visit("/event/past/errors")
    rater.tab_to("Comment")
    rater.page.keyboard.type("Clear examples.")
    rater.page.keyboard.press("Tab")
    for _ in range(3):
        rater.page.keyboard.press("ArrowDown")
    rater.tab_to("Send")
    rater.page.keyboard.press("Enter")
    rater.page.get_by_text("Clear examples.").wait_for()

    comment = session.query(TalkComment).one()
    assert (comment.text, comment.rating) == ("Clear examples.", 4)
