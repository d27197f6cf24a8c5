"""Public pages and the API documentation in a browser."""

import pytest

from tests.api_client import ApiClient
from tests.browser.validators import axe_violations
from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_event_comment,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)


@pytest.fixture
def event(session):
    host = make_user(session, "hanna", full_name="Hanna Host", biography="Hosts.\n\nA second paragraph.")
    guest = make_user(session, "ann", full_name="Ann Ash")
    event = make_event(
        session, "Harbour Code Days", host=host, slug="harbour", tags=["python", "community"],
        starts_at=days_from_now(10).replace(hour=8, minute=0, second=0, microsecond=0),
        href="https://harbour.example", cfp_url="https://cfp.example", cfp_ends_at=days_from_now(2),
        description="Two days by the water.\n\nBring a coat,\nand a friend.", hashtag="#harbour",
    )  # fmt: skip
    make_attendance(session, event, guest)
    make_event_comment(session, event, guest, text="A fine place.\n\nCome again!")
    make_event_comment(session, event, None, text="لم أكن هناك", rating=0)
    track = make_track(session, event, "Main hall")
    talk = make_talk(session, event, "On tides & timetables", speakers=[host, "Bob Birch"], tracks=[track], stub="tides",
                     links=[("slides_link", "https://slides.example")])  # fmt: skip
    make_talk(session, event, "A second talk of a rather long title that does not fit into a line of a telephone")
    make_talk_comment(session, talk, guest, text="Learned a lot.")
    session.commit()
    return event


@pytest.mark.parametrize("path", ["/event/harbour", "/talk/tides", "/user/hanna", "/event/no-such-event"])
def test_public_page_is_valid(visitor, event, path):
    visitor.visit(path)
    visitor.check_page(path)

    assert visitor.page.locator("h1").count() == 1


def test_empty_pages_are_valid(visitor, session):
    make_event(session, "Quiet", slug="quiet", description="")
    make_user(session, "nobody", full_name="")
    session.commit()

    visitor.visit("/event/quiet")
    visitor.check_page("empty event")
    visitor.visit("/user/nobody")
    visitor.check_page("empty person")

    assert visitor.page.locator("h1").inner_text() == "nobody"


def test_documentation_is_valid(visitor):
    visitor.visit("/docs")
    # Hundreds of sections come from one macro; axe-core takes a minute for all of them, the validator does not.
    visitor.page.evaluate(
        "() => document.querySelectorAll('main > section:nth-of-type(n+4), nav ul ul').forEach(part => part.remove())"
    )
    visitor.check_page("documentation")

    assert visitor.page.locator("h1").inner_text().startswith("joindin")


def test_first_tab_stop_skips_to_the_content(visitor, event):
    visitor.visit("/event/harbour")

    visitor.page.keyboard.press("Tab")
    first = visitor.page.evaluate("() => document.activeElement.textContent")
    visitor.page.keyboard.press("Enter")
    focused = visitor.page.evaluate("() => document.activeElement.id")

    assert (first, focused) == ("Skip to the content", "content")


def test_axe_detects_violations(visitor):
    visitor.page.set_content("<!DOCTYPE html><html lang='en'><title>x</title><main><h1>x</h1><img src=''></main>")

    assert [violation.split(":")[0] for violation in axe_violations(visitor.page)] == ["image-alt"]


def test_a_sender_without_an_account_changes_their_event(visitor, app, session):
    body = {"title": "Swap shop", "start_datetime": int(days_from_now(10).timestamp()), "place_name": "Hall"}
    answer = ApiClient(app).post("/api/event", json=body | {"place_address": "Road 1"}).json
    path = f"/event/edit/?{answer['edit_url'].partition('?')[2]}"

    visitor.visit(path)
    visitor.check_page("page of a sender")
    visitor.page.get_by_label("Title").fill("Swap evening")
    visitor.page.get_by_role("button", name="Save the changes").click()
    visitor.check_page("page of a sender after the change")

    assert visitor.page.get_by_label("Title").input_value() == "Swap evening"
    assert visitor.page.get_by_text("It still waits for a decision.").is_visible()
