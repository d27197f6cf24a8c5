"""Two APIs issue tokens on different terms: none of them is available through the endpoints of the other."""

import datetime as dt
from urllib.parse import urlencode

import pytest

from joindin.models import GANCIO, AccessToken, Grant, RefreshToken
from joindin.security.scopes import GANCIO_GRANTED_SCOPES
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, form_fields, main_text
from tests.factories import make_client, newest
from tests.oauth2.flow import CALLBACK, CHALLENGE, SECRET, VERIFIER, Flow, parse_redirect

AUTHORIZE_PATHS = {"standard": "/api/oauth/authorize/", "gancio": "/oauth/authorize"}
TOKEN_PATHS = {"standard": "/api/oauth/token/", "gancio": "/oauth/token"}
DIALECTS = sorted(TOKEN_PATHS)
OTHER = {"standard": "gancio", "gancio": "standard"}


@pytest.fixture
def blog(browser, session):
    """An application that was registered through Gancio's API, which may use the endpoints of both."""
    scopes = f"{GANCIO_GRANTED_SCOPES} ME_WRITE"
    flags = {"kind": GANCIO, "needs_pkce": False, "is_trusted": False, "scopes": scopes}
    return Flow(browser, make_client(session, "blog", SECRET, callback_url=CALLBACK, **flags))


def obtain_code(flow, dialect):
    """Go through the consent page of a dialect, and return the code."""
    path = AUTHORIZE_PATHS[dialect]
    asked = {
        "response_type": "code", "client_id": flow.client.key, "redirect_uri": CALLBACK, "state": "xyz",
        "scope": "PUBLIC_READ ME_READ", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    page = flow.browser.get(f"{path}?{urlencode(asked)}")
    assert page.status_code == 200, page.text
    return parse_redirect(flow.browser.post(path, form_fields(page.text) | {"allow": "Authorize"}))["code"]


def ask_token(flow, dialect, **form):
    credentials = {"client_id": flow.client.key, "client_secret": flow.secret}
    return flow.browser.post(TOKEN_PATHS[dialect], credentials | form)


def redeem(flow, dialect, code):
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return ask_token(flow, dialect, **form)


def renew(flow, dialect, token):
    return ask_token(flow, dialect, grant_type="refresh_token", refresh_token=token)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_code_is_redeemed_where_it_was_issued_only(blog, session, dialect):
    code = obtain_code(blog, dialect)

    crossed = redeem(blog, OTHER[dialect], code)

    assert (crossed.status_code, crossed.json["error"]) == ({"gancio": 400, "standard": 403}[dialect], "invalid_grant")
    assert (newest(session, AccessToken), newest(session, RefreshToken)) == (None, None)
    # It was shown at the wrong place, and counts as used.
    assert redeem(blog, dialect, code).status_code in (400, 403)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_refresh_token_is_renewed_where_it_was_issued_only(blog, session, dialect):
    given = redeem(blog, dialect, obtain_code(blog, dialect)).json

    crossed = renew(blog, OTHER[dialect], given["refresh_token"])

    assert (crossed.status_code, crossed.json["error"]) == ({"gancio": 400, "standard": 403}[dialect], "invalid_grant")
    assert session.query(AccessToken).count() == 1
    assert renew(blog, dialect, given["refresh_token"]).status_code == 200


@pytest.mark.parametrize(("dialect", "seconds"), [("gancio", 600), ("standard", 60)])
@pytest.mark.parametrize("late", [-1, 1])
def test_a_code_expires_after_the_time_of_its_api(blog, session, time_machine, dialect, seconds, late):
    now = utc_now()
    time_machine.move_to(now, tick=False)
    code = obtain_code(blog, dialect)
    time_machine.move_to(now + dt.timedelta(seconds=seconds + late), tick=False)

    reply = redeem(blog, dialect, code)

    assert (reply.status_code == 200, newest(session, AccessToken) is not None) == (late < 0, late < 0)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tokens_of_each_api_last_as_long_as_its_terms_say(blog, session, dialect):
    given = redeem(blog, dialect, obtain_code(blog, dialect)).json
    renew(blog, dialect, given["refresh_token"])

    lifetimes = {
        (model.__name__, row.expires_at and row.expires_at - row.created_at)
        for model in (AccessToken, RefreshToken)
        for row in session.query(model)
    }
    expected = {
        "standard": {("AccessToken", dt.timedelta(hours=10)), ("RefreshToken", dt.timedelta(days=90))},
        "gancio": {("AccessToken", None), ("RefreshToken", None)},
    }
    assert lifetimes == expected[dialect]
    assert {row.kind for row in session.query(Grant)} == {"gancio" if dialect == "gancio" else "oauth2"}


def test_another_application_gets_no_consent_page_of_gancio(flow, session):
    asked = {"response_type": "code", "client_id": flow.client.key, "redirect_uri": CALLBACK, "scope": "event:write"}
    page = flow.browser.get(flow.authorization_url())

    shown = flow.browser.get(f"/oauth/authorize?{urlencode(asked)}")
    sent = flow.browser.post("/oauth/authorize", form_fields(page.text) | {"allow": "Authorize"})

    assert [(reply.status_code, reply.location) for reply in (shown, sent)] == [(400, None)] * 2
    assert "This application cannot be authorised" in main_text(shown)
    assert newest(session, Grant) is None


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "authorization_code"},
        {"grant_type": "refresh_token", "refresh_token": "token"},
        {"grant_type": "password", "username": "ada", "password": PASSWORD},
        {"grant_type": "client_credentials"},
    ],
)
def test_another_application_gets_no_token_of_gancio(browser, session, form):
    """Also not the operator's own, which may use the password grant and be a service."""
    operators = Flow(browser, make_client(session, "operators", SECRET, is_trusted=True, is_service=True))
    operators.client.callback_url = CALLBACK
    code = obtain_code(operators, "standard")

    reply = ask_token(operators, "gancio", code=code, **form)

    assert (reply.status_code, reply.text) == (401, "Unauthorized")
    assert newest(session, AccessToken) is None


def test_the_tokens_of_gancios_sign_in_are_renewed_at_its_endpoint_only(browser, session, ada):
    given = browser.post("/oauth/login", {"username": ada.username, "password": PASSWORD}).json
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"], "client_id": "self"}

    crossed = browser.post("/api/oauth/token/", form)

    assert (crossed.status_code, crossed.json) == (400, {"error": "invalid_grant"})
    assert browser.post("/oauth/token", form).status_code == 200


@pytest.mark.parametrize("changes", [{"code_challenge": None, "code_challenge_method": None}, {"code_challenge": ""}])
def test_the_standard_endpoint_requires_pkce_of_an_application_of_gancio_too(blog, changes):
    reply = blog.browser.get(blog.authorization_url(**changes))

    assert parse_redirect(reply)["error"] == "invalid_request"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_application_of_gancio_revokes_its_tokens_of_both_apis(blog, dialect):
    given = redeem(blog, dialect, obtain_code(blog, dialect)).json

    reply = blog.post("revoke_token", token=given["refresh_token"])

    assert reply.status_code == 200
    assert not blog.is_valid(given["access_token"])


def test_gancio_shows_its_own_applications_only(blog, flow, ada):
    given = flow.browser.post("/oauth/login", {"username": ada.username, "password": PASSWORD}).json
    headers = {"Authorization": f"Bearer {given['access_token']}"}

    shown = flow.browser.get(f"/api/client/{blog.client.key}", headers=headers)
    hidden = flow.browser.get(f"/api/client/{flow.client.key}", headers=headers)

    assert (shown.status_code, hidden.status_code, hidden.text) == (200, 404, "Not found!")


def test_an_application_of_gancio_signs_no_one_in_with_a_password(blog, session, ada):
    form = {"username": ada.username, "password": PASSWORD, "grant_type": "password"}

    standard = blog.post(**form)
    joindin = blog.browser.request("POST", "/v2.1/token", json=form | {"client_id": "blog", "client_secret": SECRET})

    assert (standard.status_code, standard.json) == (400, {"error": "unauthorized_client"})
    assert joindin.status_code == 403
    assert newest(session, AccessToken) is None


@pytest.mark.parametrize(("scope", "name"), [("PUBLIC_READ", "ada"), ("PUBLIC_READ ME_READ", "ada@example.org")])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_responses_name_the_address_of_the_user_with_the_scope_only(blog, dialect, scope, name):
    path = AUTHORIZE_PATHS[dialect]
    page = blog.browser.get(blog.authorization_url(scope=scope).replace("/api/oauth/authorize/", path))
    allowed = blog.browser.post(path, form_fields(page.text) | {"allow": "Authorize"})

    given = redeem(blog, dialect, parse_redirect(allowed)["code"]).json
    fresh = renew(blog, dialect, given["refresh_token"]).json
    shown = [blog.post("introspect", token=fresh[kind]).json for kind in ("access_token", "refresh_token")]

    assert [each["username"] for each in shown] == [name, name]
    if dialect == "gancio":
        assert (given["username"], fresh["username"]) == (name, name)
