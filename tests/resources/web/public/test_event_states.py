"""Events that do not take place as announced say so on each of their pages and in lists."""

import pytest

from joindin.models import CANCELLED
from tests.browser_client import main_text
from tests.factories import make_event, make_room, make_talk, parse_instant

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
@pytest.mark.parametrize(
    "path", ["/event?when=all", "/agenda/2031/05/12", "/agenda/2031/05", "/tag/sea", "/search?q=harbour"]
)
def test_lists_name_the_state(browser, session, path, state, words):
    starts_at = parse_instant("2031-05-12T09:00:00Z")
    make_event(session, "Harbour Days", slug="harbour", state=state, starts_at=starts_at, tags=["sea"])
    session.commit()

    assert main_text(browser.get(path)).count(words) == 1
