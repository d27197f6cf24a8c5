"""Requests with sessions and tokens whose last use is old enough to be recorded, at every route that reads."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from joindin.http.surface_routing import EPHIOS, surface_for_path
from joindin.models import FEDERATION, GANCIO, OAUTH2, PASSWORD, PERSONAL, AccessToken, BrowserSession
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.authorization.test_ended_identities import make_session, make_token
from tests.authorization.world import SESSION_SURFACES, TOKEN_SURFACES, Caller, list_routes, make_world
from tests.crew_factories import make_federation_guest
from tests.factories import make_client, make_user

SIGN_OUT = "/accounts/logout/"


def make_guest_token(session):
    """Store a token of another instance, which belongs to no user, and return its value."""
    make_federation_guest(session, token="guest")
    return "guest"


def make_service_token(session):
    """Store a token of a service, which belongs to no user, and return its value."""
    client = make_client(session, is_service=True)
    session.add(AccessToken(kind=OAUTH2, token_hash=hash_token("service"), client_id=client.id, created_at=utc_now()))
    return "service"


def credentials(session):
    """Return callers by name: one with each kind of token of an admin, and those that belong to no user."""
    kinds = (PASSWORD, PERSONAL, OAUTH2, GANCIO)
    tokens = {kind: make_token(session, make_user(session, is_admin=True), kind)[1] for kind in kinds}
    return tokens | {FEDERATION: make_guest_token(session), "service": make_service_token(session)}


def failures(app, session, world, surfaces, callers, model, column):
    """Request every route that reads when the last use is two minutes old. Return the failed requests, and who was recorded."""
    failed, recorded = [], set()
    for method, documented_path in list_routes(app, surfaces):
        if method != "GET" or documented_path == SIGN_OUT:
            continue
        path = world.path(documented_path)
        for name, caller in callers.items():
            before = utc_now() - dt.timedelta(minutes=2)
            session.execute(update(model).values({column: before}))
            reply = caller.request("GET", path)
            if reply.status_code >= 500:
                failed.append((name, path, reply.status_code))
            if session.scalar(select(column).where(column > before).limit(1)):
                recorded.add((name, surface_for_path(path)))
    return failed, recorded


@pytest.mark.slow("requests every route that reads")
def test_the_use_of_a_token_of_each_kind_is_recorded_at_every_route(app, session):
    world = make_world(session)
    callers = {name: Caller(app, token=token) for name, token in credentials(session).items()}

    failed, recorded = failures(app, session, world, TOKEN_SURFACES, callers, AccessToken, AccessToken.last_used_at)

    assert failed == []
    # Other instances read the crew's API only.
    others = {(FEDERATION, surface) for surface in TOKEN_SURFACES if surface != EPHIOS}
    assert recorded == {(name, surface) for name in callers for surface in TOKEN_SURFACES} - others


@pytest.mark.slow("requests every route that reads")
def test_the_use_of_a_session_is_recorded_at_every_route(app, session):
    world = make_world(session)
    roles = {role: make_session(session, world.users[role])[1] for role in ("owner", "admin")}
    callers = {role: Caller(app, session_cookie=cookie) for role, cookie in roles.items()}

    failed, recorded = failures(
        app, session, world, SESSION_SURFACES, callers, BrowserSession, BrowserSession.last_seen_at
    )

    assert failed == []
    assert recorded == {(role, surface) for role in callers for surface in SESSION_SURFACES}
