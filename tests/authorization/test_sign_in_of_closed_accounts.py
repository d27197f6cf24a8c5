"""Accounts that are deactivated or not verified get no session and no token, whichever way they sign in."""

import pytest

from joindin.models import AccessToken, BrowserSession, Grant, RefreshToken
from tests.browser_client import PASSWORD, Browser, make_user_with_password
from tests.factories import make_client

CLIENT = {"client_id": "trusted", "client_secret": "secret", "grant_type": "password"}


def by_page(browser, username):
    return browser.send("/accounts/login/", {"username": username, "password": PASSWORD})


def by_joindin(browser, username):
    return browser.request("POST", "/v2.1/token", json=CLIENT | {"username": username, "password": PASSWORD})


def by_oauth(browser, username):
    return browser.post("/api/oauth/token/", CLIENT | {"username": username, "password": PASSWORD})


def by_gancio_1(browser, username):
    return browser.post("/oauth/login", {"username": username, "password": PASSWORD, "client_id": "self"})


def by_gancio_2(browser, username):
    return browser.request("POST", "/api/login/token", json={"email": username, "password": PASSWORD})


WAYS = (by_page, by_joindin, by_oauth, by_gancio_1, by_gancio_2)


def count_credentials(session):
    return [session.query(model).count() for model in (BrowserSession, AccessToken, Grant, RefreshToken)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("column", ["is_active", "is_verified"])
def test_a_closed_account_gets_no_credentials(app, session, way, column):
    make_client(session, "trusted", is_first_party=True)
    closed = make_user_with_password(session, **{column: False})

    reply = way(Browser(app), closed.username)

    assert reply.status_code in (200, 400, 401, 403)
    assert "access_token" not in reply.text
    assert count_credentials(session) == [0, 0, 0, 0]


@pytest.mark.parametrize("way", WAYS)
def test_another_account_signs_in_by_each_of_these_ways(app, session, way):
    make_client(session, "trusted", is_first_party=True)

    reply = way(Browser(app), make_user_with_password(session).username)

    assert reply.status_code == (302 if way is by_page else 200)
    assert sum(count_credentials(session)) > 0
