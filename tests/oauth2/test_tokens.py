"""Renewal, revocation and introspection of tokens, and the other grant types."""

import pytest
from sqlalchemy import select, update

from joindin.models import AccessToken, Grant, RefreshToken
from joindin.security.scopes import ALL_SCOPES
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import make_client, newest
from tests.oauth2.flow import CALLBACK, SECRET, Flow, captured_step

INVALID_GRANT = (400, {"error": "invalid_grant"})


def answer(reply):
    return reply.status_code, reply.json


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


def test_a_refresh_token_that_is_used_twice_revokes_its_grant(flow):
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"]).json

    replayed = flow.refresh(first["refresh_token"])

    assert answer(replayed) == INVALID_GRANT
    assert not flow.is_valid(second["access_token"])
    assert answer(flow.refresh(second["refresh_token"])) == INVALID_GRANT


def test_another_grant_of_the_same_application_stays_valid(flow):
    first, second = flow.tokens(), flow.tokens()
    flow.refresh(first["refresh_token"])
    flow.refresh(first["refresh_token"])

    assert flow.is_valid(second["access_token"])


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


def test_an_unknown_scope_is_refused_before_the_refresh_token_is_read(flow):
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"]).json

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


def test_tokens_of_a_deactivated_user_are_not_renewed(flow, ada):
    given = flow.tokens()
    ada.is_active = False

    assert answer(flow.refresh(given["refresh_token"])) == INVALID_GRANT


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "else"])
def test_revoking_either_token_revokes_both(flow, which, hint):
    given = flow.tokens()

    reply = flow.post("revoke_token", token=given[which], token_type_hint=hint)

    assert (reply.status_code, reply.data) == (200, b"")
    assert not flow.is_valid(given["access_token"])
    assert answer(flow.refresh(given["refresh_token"])) == INVALID_GRANT


def test_an_application_cannot_revoke_tokens_of_another(flow, other):
    given = flow.tokens()

    replies = [other.post("revoke_token", token=given[which]) for which in ("access_token", "refresh_token")]

    assert [reply.status_code for reply in replies] == [200, 200]
    assert flow.is_valid(given["access_token"])
    assert flow.refresh(given["refresh_token"]).status_code == 200


def test_revoking_an_unknown_token_succeeds(flow):
    unknown = flow.post("revoke_token", token="zzz")
    nobody = flow.post("revoke_token", token="zzz", client_id=None, client_secret=None)
    nothing = flow.post("revoke_token")

    assert (unknown.status_code, unknown.data) == (200, b"")
    assert answer(nobody) == (401, captured_step("revoke no client")["body"])
    assert nobody.headers["WWW-Authenticate"] == captured_step("revoke no client")["headers"]["WWW-Authenticate"]
    assert nothing.status_code == 400


def test_an_application_introspects_its_token(flow, session):
    given = flow.tokens()

    reply = flow.post("introspect", token=given["access_token"])

    was = captured_step("introspect with client")["body"]
    expires_at = session.scalar(select(AccessToken.expires_at))
    assert list(reply.json) == list(was)
    assert reply.json == was | {
        "username": "ada@example.org",
        "client_id": "oracle-client",
        "exp": int(expires_at.timestamp()),
    }


def test_a_refresh_token_is_active_until_it_is_used(flow):
    given = flow.tokens()

    before = flow.post("introspect", token=given["refresh_token"]).json
    flow.refresh(given["refresh_token"])

    assert (before["active"], before["scope"]) == (True, "PUBLIC_READ ME_READ")
    assert flow.post("introspect", token=given["refresh_token"]).json == {"active": False}
    assert flow.post("introspect", token=given["access_token"]).json == {"active": False}


def test_invalid_and_foreign_tokens_are_not_active(flow, other, ada):
    given = flow.tokens()

    unknown = flow.post("introspect", token="zzz")
    foreign = other.post("introspect", token=given["access_token"])
    ada.is_active = False
    gone = flow.post("introspect", token=given["access_token"])

    assert [answer(reply) for reply in (unknown, foreign, gone)] == [(200, {"active": False})] * 3


def test_introspection_requires_a_confidential_application(flow, session):
    given = flow.tokens()
    public = Flow(flow.browser, make_client(session, "public", is_public=True), secret=None)

    replies = [
        flow.post("introspect", token=given["access_token"], client_id=None, client_secret=None),
        flow.browser.post(
            "/api/oauth/introspect/",
            {"token": given["access_token"]},
            headers={"Authorization": f"Bearer {given['access_token']}"},
        ),
        public.post("introspect", token=given["access_token"]),
    ]

    assert {(reply.status_code, reply.mimetype, reply.text) for reply in replies} == {
        (403, "text/html", "<h1>403 Forbidden</h1>")
    }


def test_a_service_of_the_operator_introspects_all_tokens(flow, session):
    given = flow.tokens()
    service = Flow(flow.browser, make_client(session, "service", SECRET, is_service=True))

    assert service.post("introspect", token=given["access_token"]).json["active"] is True


def test_a_service_gets_a_token_without_user(flow, session):
    client = make_client(session, "service", SECRET, is_service=True, scopes="PUBLIC_READ")
    service = Flow(flow.browser, client)

    reply = service.post(grant_type="client_credentials")
    wider = service.post(grant_type="client_credentials", scope="ME_READ")

    assert (reply.status_code, list(reply.json)) == (200, ["access_token", "expires_in", "token_type", "scope"])
    assert reply.json["scope"] == "PUBLIC_READ"
    assert (newest(session, AccessToken).user_id, newest(session, Grant)) == (None, None)
    assert not service.is_valid(reply.json["access_token"])
    assert answer(wider) == (400, {"error": "invalid_scope"})


def ask_with_password(flow, **changes):
    return flow.post(**{"grant_type": "password", "username": "ada@example.org", "password": PASSWORD, **changes})


@pytest.fixture
def operator_flow(flow, session):
    """An application that the operator made and trusts with passwords."""
    return Flow(flow.browser, make_client(session, "operator", SECRET, is_trusted=True))


@pytest.mark.parametrize("name", ["ada", "ADA", "ada@example.org"])
def test_an_application_of_the_operator_may_use_the_password_grant(operator_flow, name):
    reply = ask_with_password(operator_flow, username=name)

    assert (reply.status_code, reply.json["scope"]) == (200, ALL_SCOPES)
    assert operator_flow.is_valid(reply.json["access_token"])
    assert operator_flow.refresh(reply.json["refresh_token"]).status_code == 200


def test_a_password_grants_the_requested_scopes_only(operator_flow):
    assert ask_with_password(operator_flow, scope="ME_READ").json["scope"] == "ME_READ"
    assert answer(ask_with_password(operator_flow, scope="root")) == (400, {"error": "invalid_scope"})


def test_a_password_grants_no_scope_beyond_those_of_the_application(session, ada, browser):
    narrow = Flow(browser, make_client(session, "narrow", SECRET, scopes="PUBLIC_READ ME_READ"))

    refused = ask_with_password(narrow, scope="ME_READ ME_WRITE")

    assert answer(refused) == (400, {"error": "invalid_scope"})
    assert newest(session, AccessToken) is None
    assert ask_with_password(narrow).json["scope"] == "PUBLIC_READ ME_READ"


def test_wrong_passwords_and_inactive_accounts_are_refused(operator_flow, session):
    make_user_with_password(session, "gone", is_active=False)
    make_user_with_password(session, "una", is_verified=False)

    replies = [
        ask_with_password(operator_flow, password="wrong"),
        ask_with_password(operator_flow, username="nobody"),
        ask_with_password(operator_flow, username="gone"),
        ask_with_password(operator_flow, username="una"),
    ]

    assert [answer(reply) for reply in replies] == [INVALID_GRANT] * 4
    assert newest(session, AccessToken) is None


def test_a_registered_application_may_not_use_the_password_grant(flow, session, ada):
    registered = Flow(flow.browser, make_client(session, "joind.in app", SECRET, is_trusted=True, owner_id=ada.id))

    assert answer(ask_with_password(registered)) == (400, {"error": "unauthorized_client"})


def test_password_guesses_are_limited_with_retry_after(operator_flow):
    replies = [ask_with_password(operator_flow, password="wrong") for _ in range(11)]

    assert [reply.status_code for reply in replies] == [400] * 10 + [429]
    assert replies[-1].json["error"] == "temporarily_unavailable"
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 900
    assert ask_with_password(operator_flow).status_code == 429


def test_tls_is_required_if_configured(app, flow, monkeypatch):
    monkeypatch.setitem(app.config, "TOKENS_NEED_TLS", True)

    replies = [flow.post(), flow.post("revoke_token"), flow.browser.get(flow.authorization_url())]

    assert [reply.status_code for reply in replies] == [403, 403, 403]


def test_the_metadata_describes_the_server(flow):
    reply = flow.browser.get("/.well-known/oauth-authorization-server")

    shown = reply.json
    assert (reply.status_code, reply.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert shown["issuer"] == "http://localhost"
    assert shown["code_challenge_methods_supported"] == ["S256"]
    assert shown["authorization_response_iss_parameter_supported"] is True
    for name in ("token", "revocation", "introspection"):
        path = shown[f"{name}_endpoint"].removeprefix("http://localhost")
        assert flow.browser.post(path, {}).status_code in (400, 401, 403)
