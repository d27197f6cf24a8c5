"""Search, texts of the operator, old addresses and error pages in a browser (T1 in part, T4)."""

import pytest

from tests.factories import days_from_now, make_event, make_room, make_talk, make_user


@pytest.fixture
def event(session):
    hanna = make_user(session, "hanna", full_name="Hanna Tidewater")
    event = make_event(
        session, "Harbour Tides", slug="harbour", host=hanna, tags=["tides"], starts_at=days_from_now(10)
    )
    hall = make_room(session, event, "Main hall")
    for number, title in enumerate(
        ["Before noon", "On tides & timetables", "A later talk of a rather long title that wraps"]
    ):
        make_talk(session, event, title, slug=f"talk-{number}", stub=f"tide{number}", room_id=hall.id, speakers=[hanna],
                  starts_at=event.starts_at.replace(minute=number * 10))  # fmt: skip
    session.commit()
    return event


@pytest.mark.parametrize(
    "path", ["/search?q=tide", "/search?q=t", "/search?q=nothing", "/about", "/privacy", "/contact", "/user/logout"]
)
def test_pages_of_the_site_are_valid(visitor, event, path):
    visitor.visit(path)
    visitor.check_page(path.replace("?", " ").replace("/", " "))

    assert visitor.page.locator("h1").count() == 1


def test_a_visitor_finds_a_talk_by_the_search(visitor, event):
    visitor.visit("/")
    visitor.page.get_by_role("searchbox").fill("TIMETABLES")
    visitor.page.keyboard.press("Enter")
    visitor.page.locator("main").get_by_role("link", name="On tides").click()
    visitor.check_page("talk found")

    assert visitor.path == "/event/harbour/talk-1"
    # In the same room, at the same time, and by the same speaker.
    assert visitor.page.get_by_role("link", name="Before noon").count() == 3


def test_a_missing_page_leads_to_the_event(visitor, event):
    visitor.visit("/event/harbour/nothing")
    visitor.check_page("missing page of an event")
    visitor.page.locator("main").get_by_role("link", name="Harbour Tides").click()

    assert visitor.path == "/event/harbour"
