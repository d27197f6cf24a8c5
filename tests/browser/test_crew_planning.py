"""Pages of planners in a browser: an event with two shifts, and a responsible who confirms a volunteer by keyboard."""

import pytest
from sqlalchemy import select

from joindin.models.crew import CONFIRMED, REQUESTED, Participation, Shift
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser.page_driver import DESKTOP, PHONE
from tests.browser_client import PASSWORD, make_user_with_password
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_event_type,
    make_participation,
    make_qualification,
    make_shift,
)
from tests.factories import make_group, make_user


@pytest.fixture
def ben(session):
    return make_user_with_password(session, "ben", full_name="Ben Baker")


def test_planner_creates_an_event_with_two_shifts(visitor, session, ben):
    paula = make_user_with_password(session, "paula", full_name="Paula Planner")
    grant_permission(session, paula, "add_event", actor=None)
    grant_permission(session, paula, "publish_event_for_group", make_group(session, "Crew"), actor=None)
    make_event_type(session, "Service")
    make_qualification(session, "First aider")
    session.commit()
    page = visitor.page
    visitor.sign_in("paula", PASSWORD)
    visitor.visit("/events/")
    visitor.press("Create an event", "link")
    visitor.check_page("types of events")
    visitor.press("Service", "link")
    visitor.check_page("form of an event")
    visitor.press("Save")
    visitor.check_page("form of an event with an error")
    visitor.fill(title="Night Watch", location="Pier 7", more_responsibles="ben")
    visitor.press("Save")
    assert "The event is created as a draft." in visitor.text

    visitor.fill(label="Gate", start_time="2033-05-01T18:00", end_time="2033-05-01T22:00")
    page.get_by_label("How people get into the shift").select_option("request_confirm")
    page.get_by_label("How the places are divided").select_option("named_teams")
    visitor.check_page("form of a shift with teams")
    page.locator("[name='teams-0-title']").fill("North")
    visitor.press("More teams")
    assert page.locator("[name='teams-5-title']").count() == 1
    visitor.press("Save and add another shift")
    visitor.fill(label="Bar")
    page.get_by_label("How people get into the shift").select_option("coupled")
    page.get_by_label("How the places are divided").select_option("uniform")
    visitor.check_page("form of a coupled shift")
    page.get_by_label("Shift whose people are also in this one").select_option(index=1)
    visitor.press("Save")
    assert visitor.path.endswith("-night-watch/")
    visitor.check_page("event of a planner")

    session.expire_all()
    labels = session.execute(select(Shift.label, Shift.signup_flow_slug, Shift.structure_slug).order_by(Shift.id)).all()
    assert labels == [("Gate", "request_confirm", "named_teams"), ("Bar", "coupled", "uniform")]


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_responsible_confirms_a_volunteer_by_keyboard(visitor, session, ben, screen):
    event = make_crew_event(session, "Night Watch", changed_by=[ben])
    needed = make_qualification(session, "First aider")
    configuration = {"required_qualification_ids": [needed.id], "maximum_number_of_participants": 2}
    shift = make_shift(session, event, label="Gate", flow="request_confirm", structure_configuration=configuration)
    anna = make_user(session, full_name="Anna Adams")
    grant_qualification(session, anna, needed)
    row = make_participation(session, shift, anna, state=REQUESTED)
    make_participation(session, shift, make_user(session, full_name="Carl Cook"), state=REQUESTED)
    session.commit()
    visitor.sign_in("ben", PASSWORD)
    visitor.visit(f"/shifts/{shift.id}/disposition/")
    visitor.check_page("disposition")
    visitor.page.set_viewport_size(screen)

    visitor.tab_to("State")
    visitor.page.keyboard.type("Confirmed")
    visitor.tab_to("Comment")
    visitor.page.keyboard.type("welcome")
    visitor.tab_to("Save")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/events/*-night-watch/")

    assert "The disposition was saved." in visitor.text
    session.expire_all()
    states = session.scalars(select(Participation.state).order_by(Participation.id)).all()
    assert (session.get(Participation, row.id).state, states) == (CONFIRMED, [CONFIRMED, REQUESTED])


def test_manager_of_event_types_changes_one(visitor, session):
    manager = make_user_with_password(session, "max")
    grant_permission(session, manager, "manage_event_types", actor=None)
    make_event_type(session, "Service"), make_qualification(session, "First aider"), make_group(session, "Crew")
    session.commit()
    visitor.sign_in("max", PASSWORD)
    visitor.visit("/settings/eventtypes/")
    visitor.check_page("administration of event types")
    visitor.press("Change Service", "link")
    visitor.check_page("form of an event type")
    visitor.press("Save")
    assert "The event type is changed." in visitor.text


def test_responsible_adds_people_without_javascript(new_visitor, session, ben):
    event = make_crew_event(session, "Night Watch", changed_by=[ben])
    shift = make_shift(session, event, label="Gate")
    make_user(session, full_name="Anna Adams")
    session.commit()
    visitor = new_visitor(javascript=False)
    visitor.sign_in("ben", PASSWORD)
    visitor.visit(f"/shifts/{shift.id}/disposition/")
    visitor.page.get_by_text("Add people").click()
    visitor.fill(user_name="anna")
    visitor.press("Search")
    visitor.press("Add Anna Adams")
    visitor.page.get_by_label("State").select_option("1")
    visitor.press("Save")

    session.expire_all()
    assert session.scalars(select(Participation.state)).all() == [CONFIRMED]
