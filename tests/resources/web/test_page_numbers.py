"""Numbered pages of lists: what is no page of a list is 404, on all pages alike."""

import pytest

from tests.browser_client import Browser
from tests.factories import make_event, make_talk, make_user

MANAGE = "/event/tides/manage"
PATHS = [
    *("/desk/people/", "/desk/reports/", "/desk/reports/talks/", "/desk/groups/", "/desk/claims/", "/desk/events/"),
    *(f"{MANAGE}/{part}/" for part in ("claims", "people", "comments", "talks", "qr")),
    *("/consequences/", "/users/", "/events/", "/workinghours/", "/notifications/", "/me/shifts/"),
    *(
        "/me/comments/",
        "/me/talks/",
        "/event/tides/attendees",
        "/event/tides/changes",
        "/event/tides/comments",
        "/event/tides/talk-comments",
    ),
    *("/event/tides/feedback", "/event/tides/on-tides", "/user/ada/talks", "/user/ada/events", "/user/ada/hosted"),
    *("/user/ada/comments", "/cfp", "/search?q=tides&in=talks", "/tag", "/place", "/event", "/tag/sea"),
]


@pytest.fixture
def event(session):
    ada = make_user(session, "ada")
    event = make_event(session, "Tides", slug="tides", host=ada, tags=["sea"])
    make_talk(session, event, "On tides", slug="on-tides", speakers=[ada])
    session.commit()
    return event


@pytest.fixture
def admin_browser(app, session):
    return Browser(app).sign_in_directly(make_user(session, "root", is_admin=True))


@pytest.mark.parametrize("path", PATHS)
def test_a_number_that_is_no_page_is_not_found(admin_browser, event, path):
    assert admin_browser.get(path).status_code == 200
    numbers = ["0", "-1", "abc", "", "1.0", "+1", "\u0661", "99999", "9" * 30, "%00", "%FF", "2"]
    address = f"{path}{'&' if '?' in path else '?'}page="

    assert {number: admin_browser.get(f"{address}{number}").status_code for number in numbers} == dict.fromkeys(
        numbers, 404
    )
