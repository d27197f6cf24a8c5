"""Events that do not take place as announced say so on each of their pages and in lists."""

import pytest

from joindin.models import CANCELLED
from tests.browser_client import main_text
from tests.factories import make_event, make_room, make_talk

PAGES = (
    "",
    "/schedule",
    "/now",
    "/programme",
    "/talks",
    "/speakers",
    "/rooms",
    "/rooms/hall",
    "/comments",
    "/calendar",
    "/tides",
)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_of_a_cancelled_event_says_so(browser, session, page):
    event = make_event(session, slug="harbour")
    room = make_room(session, event, "Hall")
    make_talk(session, event, "Tides", slug="tides", room_id=room.id, speakers=["Ada"])
    session.commit()
    planned = browser.get(f"/event/harbour{page}").text
    event.state = CANCELLED
    session.commit()

    assert planned.count(">Cancelled<") == 0
    assert browser.get(f"/event/harbour{page}").text.count(">Cancelled<") == 1


@pytest.mark.parametrize(
    ("state", "words"), [(CANCELLED, "Cancelled"), ("postponed", "Postponed"), ("tentative", "Not certain yet")]
)
def test_lists_name_the_state(browser, session, state, words):
    make_event(session, "Harbour Days", slug="harbour", state=state)
    session.commit()

    assert words in main_text(browser.get("/event?when=all"))
