"""Renewal of tokens: rotation, the grace period for a repeated request, and reuse."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import update

from joindin.models import RefreshToken
from joindin.operations.accounts.refresh_tokens import GRACE_PERIOD
from joindin.security.tokens import derive_renewed_token
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD
from tests.factories import make_client
from tests.oauth2.flow import CALLBACK, SECRET, Flow, captured_step

INVALID_GRANT = (400, {"error": "invalid_grant"})
LATE = GRACE_PERIOD + dt.timedelta(seconds=1)


def answer(reply):
    return reply.status_code, reply.json


@pytest.fixture(autouse=True)
def later():
    """Stop the clock; ``later(duration)`` moves it."""
    with time_machine.travel(utc_now(), tick=False) as clock:
        yield clock.shift


@pytest.fixture
def other(flow, session):
    """Another application, at the same browser."""
    return Flow(flow.browser, make_client(session, "other", SECRET, callback_url=CALLBACK))


def test_a_renewed_token_replaces_the_old_one(flow):
    first = flow.tokens()

    second = flow.refresh(first["refresh_token"])

    assert (second.status_code, list(second.json)) == (200, list(captured_step("refresh")["body"]))
    assert second.json["scope"] == "PUBLIC_READ ME_READ"
    assert second.json["refresh_token"] != first["refresh_token"]
    assert flow.is_valid(second.json["access_token"])
    assert not flow.is_valid(first["access_token"])


def test_tokens_are_renewed_repeatedly(flow):
    given = flow.tokens()
    for _ in range(3):
        given = flow.refresh(given["refresh_token"]).json

    assert flow.is_valid(given["access_token"])


def test_a_refresh_token_that_is_used_again_later_revokes_its_grant(flow, later):
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"]).json
    later(LATE)

    replayed = flow.refresh(first["refresh_token"])

    assert answer(replayed) == INVALID_GRANT
    assert not flow.is_valid(second["access_token"])
    assert answer(flow.refresh(second["refresh_token"])) == INVALID_GRANT


def test_another_grant_of_the_same_application_stays_valid(flow, later):
    first, second = flow.tokens(), flow.tokens()
    revoked = flow.refresh(first["refresh_token"]).json
    later(LATE)
    flow.refresh(first["refresh_token"])

    assert not flow.is_valid(revoked["access_token"])
    assert flow.is_valid(second["access_token"])


def test_a_request_that_is_repeated_at_once_gets_the_same_tokens(flow, later, count_rows):
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"])
    rows = count_rows()
    later(GRACE_PERIOD)

    repeated = flow.refresh(first["refresh_token"])

    assert answer(repeated) == answer(second)
    assert count_rows() == rows
    assert flow.is_valid(second.json["access_token"])
    assert flow.refresh(second.json["refresh_token"]).status_code == 200


def test_only_the_last_used_token_may_be_repeated(flow):
    """A client that has used the next token has received it: only a copy of the one before is still sent."""
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"]).json
    third = flow.refresh(second["refresh_token"]).json

    replayed = flow.refresh(first["refresh_token"])

    assert answer(replayed) == INVALID_GRANT
    assert not flow.is_valid(third["access_token"])


def test_a_repeated_request_of_another_application_gets_nothing_and_ends_nothing(flow, other):
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"]).json

    stolen = other.refresh(first["refresh_token"])

    assert answer(stolen) == INVALID_GRANT
    assert flow.is_valid(second["access_token"])


def test_a_repeated_request_for_other_scopes_is_refused(flow):
    first = flow.tokens()
    narrow = flow.refresh(first["refresh_token"], scope="ME_READ").json

    wider = flow.refresh(first["refresh_token"])
    same = flow.refresh(first["refresh_token"], scope="ME_READ")

    assert answer(wider) == (400, {"error": "invalid_scope"})
    assert (same.status_code, same.json) == (200, narrow)


@pytest.mark.parametrize("scope", ["ME_READ PUBLIC_READ", " PUBLIC_READ  ME_READ", "ME_READ ME_READ"])
def test_the_order_of_scopes_does_not_matter_for_a_repeated_request(flow, scope):
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"], scope=scope)

    repeated = flow.refresh(first["refresh_token"], scope=scope)

    assert second.status_code == 200
    assert answer(repeated) == answer(second)


@pytest.mark.parametrize("revoke", ["access_token", "refresh_token"])
def test_a_repeated_request_revives_no_revoked_token(flow, revoke):
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"]).json
    flow.post("revoke_token", token=second[revoke])

    assert answer(flow.refresh(first["refresh_token"])) == INVALID_GRANT


def test_a_repeated_request_of_a_user_who_may_not_sign_in_is_refused(flow, ada):
    first = flow.tokens()
    flow.refresh(first["refresh_token"])
    ada.is_verified = False

    assert answer(flow.refresh(first["refresh_token"])) == INVALID_GRANT


def test_renewed_tokens_cannot_be_derived_without_the_secret_key(app, flow, monkeypatch):
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"]).json
    monkeypatch.setattr(app, "secret_key", "another")

    derived = derive_renewed_token("another", first["refresh_token"], "jir", 30)

    assert len(derived) == len(second["refresh_token"])
    assert derived != second["refresh_token"]


def test_a_gancio_client_gets_the_same_tokens_for_a_repeated_request(flow, later, ada):
    given = flow.browser.post("/oauth/login", {"username": ada.username, "password": PASSWORD}).json
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"], "client_id": "self"}
    fresh = flow.browser.post("/oauth/token", form)

    repeated = flow.browser.post("/oauth/token", form)
    later(LATE)
    replayed = flow.browser.post("/oauth/token", form)

    assert (fresh.status_code, repeated.status_code, replayed.status_code) == (200, 200, 403)
    assert repeated.json == fresh.json
    assert not flow.is_valid(fresh.json["access_token"])


def test_a_renewed_token_may_have_fewer_scopes_but_not_more(flow):
    given = flow.tokens()

    narrow = flow.refresh(given["refresh_token"], scope="ME_READ")
    wider = flow.refresh(narrow.json["refresh_token"], scope="ME_READ ME_WRITE")
    unknown = flow.refresh(narrow.json["refresh_token"], scope="root")
    # The refresh token kept what was granted, and asking for too much did not spend it.
    full = flow.refresh(narrow.json["refresh_token"])

    assert (narrow.status_code, narrow.json["scope"]) == (200, captured_step("refresh narrower")["body"]["scope"])
    assert answer(wider) == answer(unknown) == (400, {"error": "invalid_scope"})
    assert (full.status_code, full.json["scope"]) == (200, "PUBLIC_READ ME_READ")


def test_an_unknown_scope_is_refused_before_the_refresh_token_is_read(flow, later):
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"]).json
    later(LATE)

    # With a known scope, the repeated token would revoke the grant.
    repeated = flow.refresh(first["refresh_token"], scope="root")

    assert answer(repeated) == (400, {"error": "invalid_scope"})
    assert flow.is_valid(second["access_token"])


def test_a_refresh_token_is_bound_to_its_application(flow, other):
    given = flow.tokens()

    stolen = other.refresh(given["refresh_token"])

    assert answer(stolen) == INVALID_GRANT
    assert flow.refresh(given["refresh_token"]).status_code == 200


@pytest.mark.parametrize("token", ["nope", "", "\0", None])
def test_unknown_refresh_tokens_are_refused(flow, token):
    reply = flow.refresh(token)

    assert reply.status_code == 400
    assert reply.json["error"] == ("invalid_request" if token is None else "invalid_grant")


def test_access_and_refresh_tokens_are_not_interchangeable(flow):
    given = flow.tokens()

    assert not flow.is_valid(given["refresh_token"])
    assert answer(flow.refresh(given["access_token"])) == INVALID_GRANT


def test_a_refresh_token_expires(flow, session):
    given = flow.tokens()
    session.execute(update(RefreshToken).values(expires_at=utc_now()))

    assert answer(flow.refresh(given["refresh_token"])) == INVALID_GRANT


@pytest.mark.parametrize("column", ["is_active", "is_verified"])
def test_tokens_of_a_user_who_may_not_sign_in_are_not_renewed(flow, ada, column):
    given = flow.tokens()
    setattr(ada, column, False)

    assert answer(flow.refresh(given["refresh_token"])) == INVALID_GRANT
