"""Addresses and forms are percent-decoded once."""

import pytest

from tests.browser_client import PASSWORD, Browser, make_user_with_password
from tests.factories import make_event, make_user

ONCE, TWICE = "%48arbour", "%2548arbour"


@pytest.fixture(autouse=True)
def event(session):
    return make_event(session, "Harbour", slug="Harbour", host=make_user(session))


def test_paths_are_decoded_once(api):
    assert [api.get(f"/event/{slug}").status_code for slug in (ONCE, TWICE)] == [200, 404]


def test_query_strings_are_decoded_once(api):
    found = [api.get(f"/v2.1/events?filter=all&title={title}").json["meta"]["count"] for title in (ONCE, TWICE)]

    assert found == [1, 0]


def test_forms_are_decoded_once(app, session):
    make_user_with_password(session, "Harbour")

    def is_signed_in(username):
        browser = Browser(app)
        body = f"username={username}&password={PASSWORD.replace(' ', '+')}&csrfmiddlewaretoken={browser.token()}"
        browser.request("POST", "/accounts/login/", data=body, content_type="application/x-www-form-urlencoded")
        return browser.is_signed_in

    assert [is_signed_in(username) for username in (ONCE, TWICE)] == [True, False]
