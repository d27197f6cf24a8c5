"""Revocation and introspection of tokens, and the other grant types. Renewal is in ``test_renewal.py``."""

import pytest
from sqlalchemy import select

from joindin.models import AccessToken, Grant
from joindin.operations.accounts.account_deletion import delete_user
from joindin.security.scopes import ALL_SCOPES
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


def test_an_application_introspects_its_token_by_get(flow):
    token = flow.tokens()["access_token"]
    own, secret = (flow.client.key, flow.secret), {"client_id": flow.client.key, "client_secret": flow.secret}

    def introspect(auth=None, **query):
        return flow.browser.get("/api/oauth/introspect/", query_string=query, auth=auth)

    described, unknown, missing = introspect(own, token=token), introspect(own, token="x"), introspect(own)
    refused = introspect((flow.client.key, "wrong"), token=token), introspect(token=token, **secret)

    assert answer(described) == answer(flow.post("introspect", token=token))
    assert described.headers["Cache-Control"] == "no-store"
    assert [answer(unknown), missing.status_code] == [(200, {"active": False}), 400]
    assert [reply.status_code for reply in refused] == [401, 403]


def test_a_refresh_token_is_active_until_it_is_used(flow):
    given = flow.tokens()

    before = flow.post("introspect", token=given["refresh_token"]).json
    flow.refresh(given["refresh_token"])

    assert (before["active"], before["scope"]) == (True, "PUBLIC_READ ME_READ")
    assert flow.post("introspect", token=given["refresh_token"]).json == {"active": False}
    assert flow.post("introspect", token=given["access_token"]).json == {"active": False}


@pytest.mark.parametrize("column", ["is_active", "is_verified"])
def test_invalid_and_foreign_tokens_are_not_active(flow, other, ada, column):
    given = flow.tokens()

    unknown = flow.post("introspect", token="zzz")
    foreign = other.post("introspect", token=given["access_token"])
    setattr(ada, column, False)
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


# The endpoints that authenticate applications, and the response to invalid credentials in the form.
CLIENT_ENDPOINTS = {
    "/api/oauth/token/": (401, 'Bearer error="invalid_client"'),
    "/api/oauth/revoke_token/": (401, 'Bearer error="invalid_client"'),
    "/api/oauth/introspect/": (403, None),
    "/oauth/token": (401, 'Bearer realm="Users"'),
}


@pytest.mark.parametrize("path", CLIENT_ENDPOINTS)
@pytest.mark.parametrize(
    "header", ["Basic b3JhY2xlLWNsaWVudDp3cm9uZw==", "basic bm9ib2R5OnNlY3JldA==", "BASIC !!!", "Basic", "Basic /w=="]
)
def test_a_client_that_fails_with_basic_credentials_is_asked_for_basic_credentials(flow, path, header):
    reply = flow.browser.post(path, {"grant_type": "refresh_token", "token": "x"}, headers={"Authorization": header})

    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, 'Basic realm="OAuth"')


@pytest.mark.parametrize("path", CLIENT_ENDPOINTS)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": ""}])
def test_a_client_that_fails_with_other_credentials_is_refused_as_captured(flow, path, headers):
    form = {"grant_type": "refresh_token", "token": "x", "client_id": flow.client.key, "client_secret": "wrong"}

    reply = flow.browser.post(path, form, headers=headers)

    assert (reply.status_code, reply.headers.get("WWW-Authenticate")) == CLIENT_ENDPOINTS[path]


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


def test_an_application_gets_no_rights_by_losing_its_owner(flow, session):
    client = make_client(session, "orphan", SECRET, owner_id=(owner := make_user_with_password(session)).id,
                         is_service=True, callback_url=CALLBACK)  # fmt: skip
    orphan = Flow(flow.browser, client)
    given = orphan.tokens()
    delete_user(session, owner.id, actor=owner)

    replies = [
        ask_with_password(orphan),
        orphan.post(grant_type="client_credentials"),
        orphan.refresh(given["refresh_token"]),
    ]
    introspected = orphan.post("introspect", token=given["access_token"])

    assert [reply.status_code for reply in replies] == [401, 401, 401]
    assert not orphan.is_valid(given["access_token"])
    assert introspected.status_code == 403
    assert flow.browser.get(orphan.authorization_url()).status_code == 400


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
