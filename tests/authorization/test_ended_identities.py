"""Sessions and tokens that have ended, at every route: they are answered like visitors, and change nothing."""

import datetime as dt

import pytest

from joindin.models import GANCIO, OAUTH2, PASSWORD, PERSONAL, AccessToken, BrowserSession, Client, Grant, RefreshToken
from joindin.operations.accounts.roles import set_roles
from joindin.security.scopes import ALL_SCOPES
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.authorization.world import (
    SESSION_SURFACES,
    TOKEN_SURFACES,
    Caller,
    list_routes,
    make_world,
)
from tests.factories import make_client, make_user

ME = "/api/users/me/"
# An ended token is refused here: the event would be stored as one of a visitor (Gancio contract, section 4.6).
WITHOUT_ACCOUNT = (("POST", "/api/event"), ("POST", "/api/events"))
TOKEN_KINDS = (PASSWORD, PERSONAL, OAUTH2, GANCIO)


def deactivate(session, user, _credential):
    user.is_active = False


def make_unverified(session, user, _credential):
    user.is_verified = False


def reactivate(session, user, _credential):
    for is_active in (False, True):
        set_roles(session, user.id, {"active": is_active}, actor=None)


def reactivate_after_import(session, user, _credential):
    """An import deactivates without ending anything."""
    user.is_active = False
    session.flush()
    set_roles(session, user.id, {"active": True}, actor=None)


def revoke(session, _user, credential):
    credential.revoked_at = utc_now()


def expire(session, _user, credential):
    credential.expires_at = utc_now() - dt.timedelta(seconds=1)


def leave_idle(session, _user, credential):
    credential.last_seen_at = utc_now() - dt.timedelta(days=15)


def disable_application(session, _user, credential):
    session.get_one(Client, credential.client_id).is_active = False


ACCOUNT_ENDS = (deactivate, make_unverified, reactivate, reactivate_after_import)
TOKEN_ENDS = (*ACCOUNT_ENDS, revoke, expire, disable_application)
SESSION_ENDS = (*ACCOUNT_ENDS, revoke, expire, leave_idle)


def make_token(session, user, kind):
    """Store a token of an admin with all scopes; return it and its value."""
    client = make_client(session, is_first_party=True)
    client_id, grant = (None if kind == PERSONAL else client.id), None
    if kind in (OAUTH2, GANCIO):
        grant = Grant(user_id=user.id, client_id=client.id, kind=kind, scopes=ALL_SCOPES, created_at=utc_now())
        session.add(grant)
        session.flush()
    value = f"{kind}-{user.id}"
    token = AccessToken(
        kind=kind,
        token_hash=hash_token(value),
        user_id=user.id,
        client_id=client_id,
        grant_id=grant and grant.id,
        created_at=utc_now(),
    )
    session.add(token)
    session.flush()
    return token, value


def make_session(session, user):
    now, value = utc_now(), f"session-{user.id}"
    opened = {"created_at": now, "authenticated_at": now, "last_seen_at": now, "expires_at": now + dt.timedelta(days=1)}
    browser_session = BrowserSession(user_id=user.id, token_hash=hash_token(value), **opened)
    session.add(browser_session)
    session.flush()
    return browser_session, value


def different_answers(app, world, surfaces, callers):
    """Return the requests that were not answered like the same request of a visitor."""
    visitor, found = Caller(app), []
    for method, documented_path in list_routes(app, surfaces):
        if (method, documented_path) in WITHOUT_ACCOUNT:
            continue
        path = world.path(documented_path)
        expected = describe(visitor.request(method, path))
        for name, caller in callers.items():
            answer = describe(caller.request(method, path))
            if answer != expected:
                found.append((name, method, path, answer, expected))
    return found


def describe(reply):
    """Return the status, the redirect and, for errors of an API, the body. Pages contain a random CSRF token."""
    has_body = reply.status_code >= 400 and not reply.mimetype.startswith("text/html")
    return reply.status_code, reply.location, reply.data if has_body else None


@pytest.mark.slow("a thousand requests: every route for every way to end")
@pytest.mark.parametrize("kind", TOKEN_KINDS)
def test_a_token_that_has_ended_is_no_token_at_any_route(app, session, count_rows, kind):
    world, callers = make_world(session), {}
    for end in TOKEN_ENDS:
        if kind == PERSONAL and end is disable_application:
            continue
        user = make_user(session, is_admin=True)
        token, value = make_token(session, user, kind)
        caller = Caller(app, token=value)
        assert caller.request("GET", ME).status_code == 200
        end(session, user, token)
        session.commit()
        callers[end.__name__] = caller
    before = count_rows()

    assert different_answers(app, world, TOKEN_SURFACES, callers) == []
    assert count_rows() == before


@pytest.mark.parametrize("end", [revoke, expire])
def test_the_token_of_a_service_that_has_ended_is_no_token_at_any_route(app, session, end):
    world = make_world(session)
    client = make_client(session, is_service=True)
    token = AccessToken(kind=OAUTH2, token_hash=hash_token("service"), client_id=client.id, created_at=utc_now())
    session.add(token)
    end(session, None, token)
    session.commit()

    callers = {"service": Caller(app, token="service")}

    assert different_answers(app, world, TOKEN_SURFACES, callers) == []


@pytest.mark.slow("a thousand requests: every route for every way to end")
def test_a_session_that_has_ended_is_no_session_at_any_route(app, session, count_rows):
    world, callers = make_world(session), {}
    for end in SESSION_ENDS:
        user = make_user(session, is_admin=True)
        browser_session, value = make_session(session, user)
        caller = Caller(app, session_cookie=value)
        assert caller.request("GET", "/accounts/").status_code == 200
        session.refresh(browser_session)
        end(session, user, browser_session)
        session.commit()
        callers[end.__name__] = caller
    before = count_rows()

    assert different_answers(app, world, SESSION_SURFACES, callers) == []
    assert count_rows() == before


@pytest.mark.parametrize("kind", TOKEN_KINDS)
def test_a_session_is_no_token_and_a_token_no_session(app, session, kind):
    world = make_world(session)
    _, value = make_session(session, make_user(session, is_admin=True))
    _, token = make_token(session, make_user(session, is_admin=True), kind)
    session.commit()
    crossed = {"cookie": Caller(app, session_cookie=token), "header": Caller(app, token=value)}

    assert different_answers(app, world, ("v2_1", "gancio", "web"), crossed) == []


@pytest.mark.parametrize("kind", [OAUTH2, GANCIO])
def test_codes_and_refresh_tokens_of_a_deactivated_user_stay_revoked(session, kind):
    user, client = make_user(session), make_client(session)
    grant = Grant(
        user_id=user.id, client_id=client.id, kind=kind, scopes="ME_READ", code_hash="c", created_at=utc_now()
    )
    session.add(grant)
    session.flush()
    session.add(RefreshToken(token_hash="r", grant_id=grant.id, created_at=utc_now()))

    reactivate(session, user, None)

    session.expire_all()
    assert grant.revoked_at is not None
