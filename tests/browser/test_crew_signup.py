"""Pages of volunteers in a browser: signing up on a phone, reasons, withdrawal, and the German page."""

import re

import pytest
from sqlalchemy import select

from joindin.models.crew import CONFIRMED, USER_DECLINED, EventGuestShare, Participation, Shift
from tests.browser.page_driver import PHONE
from tests.browser_client import PASSWORD, make_user_with_password
from tests.crew_factories import (
    make_crew_event,
    make_event_type,
    make_participation,
    make_qualification,
    make_shift,
)
from tests.factories import days_from_now, make_user

MAY_DECLINE = {"user_can_decline_confirmed": True}


@pytest.fixture
def event(session):
    ada = make_user_with_password(session, "ada", full_name="Ada Adams")
    event = make_crew_event(
        session, "Street fair", type=make_event_type(session, "Festival"), seen_by=[ada], location="Main Street",
        description="Stands, music and food in the whole street.",
    )  # fmt: skip
    session.add(EventGuestShare(event_id=event.id, token="share"))
    starts_at = days_from_now(3).replace(hour=8, minute=0, second=0, microsecond=0)
    early = make_shift(
        session, event, label="Early", starts_at=starts_at, signup_flow_configuration=MAY_DECLINE,
        structure_configuration={"maximum_number_of_participants": 3, "minimum_number_of_participants": 2},
    )  # fmt: skip
    make_participation(session, early, make_user(session, full_name="Ben Brown"))
    medic = make_qualification(session, "Medic")
    make_shift(session, event, label="Medical tent", starts_at=starts_at.replace(hour=13), structure="named_teams",
               structure_configuration={"teams": [
                   {"title": "Tent", "uuid": "u1", "qualification": medic.id, "min_count": 1, "max_count": 2}]})  # fmt: skip
    bar = {"title": "Bar", "uuid": "u2", "qualification": None, "min_count": 1, "max_count": 4}
    make_shift(session, event, label="Evening", starts_at=starts_at.replace(hour=18), structure="named_teams",
               structure_configuration={"choose_preferred_team": True, "teams": [bar, bar | {"title": "Stage", "uuid": "u3"}]},
               flow="request_confirm")  # fmt: skip
    session.commit()
    return event


def states(session):
    session.rollback()
    return session.scalars(select(Participation.state).where(Participation.user_id.is_not(None))
                           .order_by(Participation.id)).all()  # fmt: skip


def test_volunteer_signs_up_sees_reasons_and_withdraws_on_a_phone(new_visitor, session, event):
    visitor = new_visitor()
    visitor.sign_in("ada", PASSWORD)
    visitor.visit("/events/")
    visitor.check_page("crew: events")
    visitor.page.set_viewport_size(PHONE)
    visitor.press("Street fair", role="link")
    visitor.check_page("crew: event")
    assert visitor.page.get_by_text("You are not qualified.").is_visible()

    visitor.page.set_viewport_size(PHONE)
    visitor.press("Sign up Early")
    assert visitor.page.get_by_text("You have successfully signed up for Early").is_visible()
    assert states(session) == [CONFIRMED, CONFIRMED]
    visitor.visit("/me/shifts/")
    visitor.check_page("crew: my shifts")
    visitor.press("Early", role="link")
    visitor.press("Withdraw Early")
    assert states(session) == [CONFIRMED, USER_DECLINED]

    visitor.press("Ask to take part Evening")
    visitor.check_page("crew: form of a shift")
    visitor.press("Ask to take part")
    visitor.check_page("crew: form of a shift with an error")
    visitor.page.get_by_label("Stage").check()
    visitor.press("Ask to take part")
    assert visitor.page.get_by_text("You have successfully requested a participation in Evening").is_visible()
    visitor.check_page("crew: event after a request")


def test_pages_are_german_for_german_browsers(new_visitor, session, event):
    visitor = new_visitor(locale="de-DE")
    visitor.sign_in("ada", PASSWORD)
    visitor.visit(f"/events/{event.id}-street-fair/")
    visitor.check_page("crew: event in German")

    assert visitor.page.locator("html").get_attribute("lang") == "de"
    assert visitor.page.get_by_text("2 freie Plätze, 1 Person fehlt, 1 bestätigt").is_visible()
    visitor.press("Mitmachen Early")
    assert visitor.page.get_by_text("Sie haben sich erfolgreich angemeldet").is_visible()


def test_guest_registers_and_signs_up(new_visitor, session, event):
    visitor = new_visitor()
    visitor.visit(f"/guests/register/{event.id}/share/")
    visitor.check_page("crew: guest registration")
    visitor.fill(email="greta@example.org", display_name="Greta Guest")
    visitor.press("Register")
    visitor.press("Sign up Early")
    visitor.check_page("crew: guest")

    session.rollback()
    assert session.scalars(select(Participation.state).where(Participation.guest_id.is_not(None))).all() == [CONFIRMED]


# Pages of a PDF, not their tree.
PDF_PAGE = re.compile(rb"/Type\s*/Page\b")


def test_list_for_paper_is_printed_and_stored_as_pdf(visitor, session, event):
    shift = session.query(Shift).filter_by(label="Early").one()
    for number in range(60):
        make_participation(session, shift, make_user(session, full_name=f"Łukasz 山田 {number:02}"))
    session.commit()
    visitor.sign_in("ada", PASSWORD)
    visitor.visit(f"/events/{event.id}/pdf/")
    assert visitor.path == f"/events/{event.id}/print/"
    visitor.check_page("crew: list for paper")
    page = visitor.page
    page.set_viewport_size(PHONE)
    page.emulate_media(media="print")

    shown = {name: page.locator(name).first.is_visible() for name in ("h1", "table", ".site-header nav", ".actions")}
    overflow = page.evaluate(
        "[...document.querySelectorAll('.scroll')].map((each) => getComputedStyle(each).overflowX)"
    )
    page.emulate_media(media="screen")
    paper = page.pdf(format="A4")

    assert shown == {"h1": True, "table": True, ".site-header nav": False, ".actions": False}
    assert set(overflow) == {"visible"}
    assert paper.startswith(b"%PDF-")
    assert 2 <= len(PDF_PAGE.findall(paper)) <= 4
