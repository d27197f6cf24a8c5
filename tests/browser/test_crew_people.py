"""Working hours and people in a browser: a volunteer requests hours on a phone, someone responsible confirms them."""

import pytest

from joindin.models.crew import WorkingHours
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser.page_driver import PHONE
from tests.browser_client import PASSWORD, make_user_with_password
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_participation,
    make_qualification,
    make_shift,
)
from tests.factories import make_group, newest


@pytest.fixture
def people(session):
    """A volunteer with a shift and a qualification, and someone who decides about hours and administers people."""
    ann = make_user_with_password(session, "ann", full_name="Ann Ash")
    ada = make_user_with_password(session, "ada", full_name="Ada Adams")
    group = make_group(session, "Kitchen", members=[ann])
    grant_permission(session, ada, "decide_workinghours_for_group", group, actor=None)
    for permission in ("view_userprofile", "change_userprofile", "manage_qualifications"):
        grant_permission(session, ada, permission, actor=None)
    grant_qualification(session, ann, make_qualification(session, "EMT"))
    make_participation(session, make_shift(session, make_crew_event(session, "City run")), ann)
    session.commit()
    return ann, ada


def in_language(visitor, server, language):
    visitor.context.add_cookies([{"name": "django_language", "value": language, "url": server.url}])


def test_volunteer_requests_hours_and_another_confirms_them(new_visitor, session, server, people):
    ann, _ada = people
    volunteer, decider = new_visitor(), new_visitor()
    volunteer.sign_in("ann", PASSWORD)
    in_language(volunteer, server, "en")
    volunteer.page.set_viewport_size(PHONE)
    volunteer.visit("/workinghours/own/")
    volunteer.press("Request hours", "link")
    volunteer.check_page("crew, request hours")
    volunteer.press("Send the request")
    volunteer.check_page("crew, request hours, nothing filled in")
    volunteer.fill(date="2026-09-10", hours="3.5", reason="Painted the van")
    volunteer.press("Send the request")
    volunteer.check_page("crew, my hours")
    waiting = volunteer.text

    decider.sign_in("ada", PASSWORD)
    in_language(decider, server, "en")
    decider.visit("/consequences/")
    decider.check_page("crew, requests to decide")
    decider.tab_to("Confirm Ann Ash")
    decider.page.keyboard.press("Enter")
    decider.page.get_by_text("The request is confirmed.").wait_for()
    decider.visit("/workinghours/")
    decider.check_page("crew, working hours")
    overview = decider.text

    entry = newest(session, WorkingHours)
    assert ("waits for confirmation" in waiting, "Ann Ash 4 3.5 7.5" in overview) == (True, True)
    assert (entry.user_id, str(entry.hours), entry.reason) == (ann.id, "3.50", "Painted the van")


def test_pages_of_people_are_valid_in_german(visitor, session, server, people):
    ann, _ada = people
    visitor.sign_in("ada", PASSWORD)
    in_language(visitor, server, "de")

    for path in (
        "/users/", f"/users/{ann.id}/", f"/users/{ann.id}/edit/", f"/users/{ann.id}/password_revoke/",
        f"/workinghours/user/{ann.id}/", f"/workinghours/user/{ann.id}/add/", "/settings/", "/settings/data/",
        "/settings/qualifications/", "/settings/qualifications/1/edit/", "/settings/qualifications/1/delete/",
        "/settings/qualifications/categories/", "/settings/qualifications/categories/1/edit/",
    ):  # fmt: skip
        visitor.visit(path)
        visitor.check_page(f"crew, German {path.replace(str(ann.id), 'n')}")
        assert visitor.page.locator("h1").count() == 1
