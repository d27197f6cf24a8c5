"""Limit of simultaneous password hashes, on every way to have a password hashed."""

import pytest
from sqlalchemy import select

from joindin.models import PasswordReset, User
from joindin.security.passwords import HASHING
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import make_client

TOKEN, NEW_PASSWORD = "0b5f2a9c77e14d38", "another horse battery"
NEW_USER = {"username": "hedy", "full_name": "Hedy Lamarr", "email": "hedy@example.org", "password": NEW_PASSWORD}


@pytest.fixture
def busy(monkeypatch):
    """All places of the limit are taken, and requests wait a millisecond for one."""
    monkeypatch.setattr(HASHING, "max_wait_s", 0.001)
    with HASHING, HASHING:
        yield


@pytest.fixture
def ada(session):
    """A user with a password and an open reset."""
    user = make_user_with_password(session, "ada")
    session.add(PasswordReset(user_id=user.id, token_hash=hash_token(TOKEN), created_at=utc_now()))
    make_client(session, "web2", "web2secret")
    session.commit()
    return user


def list_accounts(session):
    return session.execute(select(User.username, User.password_hash).order_by(User.id)).all()


WEB2 = {"client_id": "web2", "client_secret": "web2secret"}
API_REQUESTS = {
    "/v2.1/token": {"json": {"grant_type": "password", "username": "ada", "password": PASSWORD, **WEB2}},
    "/v2.1/users": {"json": NEW_USER},
    "/v2.1/users/passwords": {"json": {"token": TOKEN, "password": NEW_PASSWORD}},
    "/oauth/login": {"data": {"username": "ada", "password": PASSWORD}},
    "/api/login/token": {"data": {"username": "ada", "password": PASSWORD}},
}
PAGE_REQUESTS = {
    "/accounts/login/": {"username": "ada", "password": PASSWORD},
    "/accounts/register/": NEW_USER,
    "/accounts/password/new/": {"token": TOKEN, "password": NEW_PASSWORD},
}


@pytest.mark.parametrize("path", API_REQUESTS)
def test_too_many_hashes_at_once_are_refused_by_every_api(api, session, ada, busy, path):
    before = list_accounts(session)

    reply = api.post(path, **API_REQUESTS[path])

    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert list_accounts(session) == before


@pytest.mark.parametrize("path", PAGE_REQUESTS)
def test_too_many_hashes_at_once_are_refused_by_every_page(browser, session, ada, busy, path):
    before = list_accounts(session)

    reply = browser.send(path, PAGE_REQUESTS[path])

    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert list_accounts(session) == before


@pytest.mark.parametrize("path", ["/v2.1/users/passwords", "/v2.1/users/verifications"])
def test_an_unknown_token_is_refused_by_the_api_without_hashing(api, ada, busy, path):
    reply = api.post(path, json={"token": "another token", "password": NEW_PASSWORD})

    assert reply.status_code == 400


def test_an_unknown_token_is_refused_by_the_page_without_hashing(browser, ada, busy):
    reply = browser.send("/accounts/password/new/", {"token": "another token", "password": NEW_PASSWORD})

    assert reply.status_code == 400
