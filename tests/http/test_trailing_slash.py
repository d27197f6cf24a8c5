"""Pages without their slash: reads are redirected as in ephios, forms are accepted."""

import pytest

from tests.crew_factories import make_crew_event
from tests.factories import make_user

WITHOUT_SLASH = (
    "/events/external", "/me/shifts", "/settings/federation", "/events/create", "/users", "/healthcheck", "/guests/x",
    "/shifts/1/disposition", "/events/1/edit", "/events/1-slug",
)  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", WITHOUT_SLASH)
def test_reads_of_a_page_of_the_crew_are_redirected_to_the_slash(browser, path, method):
    reply = browser.request(method, f"{path}?a=%C3%A4&b=1")

    assert (reply.status_code, reply.location) == (301, f"{path}/?a=%C3%A4&b=1")


def test_a_path_that_has_no_slash_is_not_redirected(browser):
    assert browser.get("/shifts-json-export").status_code == 401


def test_a_form_is_accepted_without_the_slash(session, browser):
    staff = make_user(session, is_admin=True)
    event = make_crew_event(session, changed_by=[staff])
    browser.sign_in_directly(staff)

    reply = browser.send(f"/events/{event.id}/activate", page="/me/shifts/")

    assert reply.status_code == 302
