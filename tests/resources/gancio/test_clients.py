"""Applications that register themselves, and go through the flow as WordPress's plugin does."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine

from joindin.models import AccessToken, Client
from joindin.security.scopes import ALL_SCOPES
from tests.browser_client import PASSWORD, Browser, form_fields, main_text, make_user_with_password
from tests.factories import days_from_now, make_event, newest

# Characters that WordPress's sanitize_key keeps.
LEFT_ALONE = re.compile(r"[a-z0-9_-]+")
BLOG = "http://blog.example/wp-admin/options-general.php?page=wpgancio"
NEW = {"client_name": "My blog", "redirect_uris": BLOG, "scopes": "event:write", "website": "http://blog.example"}


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada")


@pytest.fixture
def browser(app, ada):
    browser = Browser(app)
    browser.sign_in(ada)
    return browser


def register(browser, **changes):
    return browser.post("/api/client", NEW | changes)


def sign_in(browser, path="/oauth/login", json=False, **given):
    return browser.request("POST", path, **{"json" if json else "data": given})


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_an_application_registers_itself(browser, session):
    reply = register(browser)

    client = newest(session, Client)
    shown = reply.json
    assert (reply.status_code, list(shown)) == (
        200,
        ["name", "redirectUris", "redirect_uris", "scopes", "website", "client_secret", "client_id"],
    )
    assert (shown["name"], shown["redirectUris"], shown["redirect_uris"]) == ("My blog", BLOG, BLOG)
    assert (shown["scopes"], shown["website"]) == ("event:write", "http://blog.example")
    assert all(LEFT_ALONE.fullmatch(shown[name]) for name in ("client_id", "client_secret"))
    assert (client.owner_id, client.is_trusted, client.needs_pkce) == (None, False, False)
    assert client.scopes == "PUBLIC_READ PUBLIC_WRITE ME_READ"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"scopes": "admin"}, 422, '{"error":"Invalid scopes"}'),
        ({"client_name": ""}, 400, "client_name is required"),
        ({"client_name": "x" * 256}, 400, "client_name must not be longer than 255 characters"),
        ({"redirect_uris": ""}, 400, "redirect_uris is required"),
        ({"redirect_uris": "javascript:alert(1)"}, 400, "javascript:alert(1): It must begin with https://"),
    ],
)
def test_an_invalid_registration_is_refused(browser, session, changes, status, words):
    reply = register(browser, **changes)

    assert reply.status_code == status
    assert reply.text.startswith(words)
    assert newest(session, Client) is None


def test_visitors_register_six_applications_in_five_minutes(browser):
    replies = [register(browser) for _ in range(7)]

    assert [reply.status_code for reply in replies] == [200] * 6 + [429]
    assert replies[-1].text == "Too many requests, please try again later."
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 300
    limits = {name: replies[-1].headers[f"RateLimit-{name}"] for name in ("Policy", "Limit", "Remaining", "Reset")}
    assert limits == {
        "Policy": "6;w=300",
        "Limit": "6",
        "Remaining": "0",
        "Reset": replies[-1].headers["Retry-After"],
    }


def test_a_blog_gets_a_token_without_pkce_and_redirect_uri(browser, session, ada):
    client = register(browser).json
    asked = {"response_type": "code", "client_id": client["client_id"], "redirect_uri": BLOG, "scope": "event:write"}

    page = browser.get(f"/oauth/authorize?{urlencode(asked)}")
    allowed = browser.post("/oauth/authorize", form_fields(page.text) | {"allow": "Authorize"})
    code = parse_qs(urlsplit(allowed.location).query)["code"][0]
    form = {
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "grant_type": "authorization_code",
        "code": code,
        "scope": "event:write",
    }
    token = browser.post("/oauth/token", form)
    again = browser.post("/oauth/token", form)

    assert "It registered itself. The operators of this platform have not checked it." in main_text(page)
    assert allowed.location.startswith(f"{BLOG}&code=")
    assert (token.status_code, list(token.json)) == (200, ["access_token", "refresh_token", "username", "token_type"])
    assert (token.json["username"], token.json["token_type"]) == ("ada@example.org", "Bearer")
    assert len(token.json["access_token"]) == 32
    assert all(LEFT_ALONE.fullmatch(value) for value in (code, token.json["access_token"], token.json["refresh_token"]))
    stored = newest(session, AccessToken)
    assert (stored.kind, stored.expires_at, stored.scopes) == ("gancio", None, "PUBLIC_READ PUBLIC_WRITE ME_READ")
    assert (again.status_code, again.json) == (
        403,
        {"error": "invalid_grant", "error_description": "Invalid authorization code"},
    )


def test_an_unregistered_redirect_uri_is_refused(browser):
    client = register(browser).json
    asked = {"response_type": "code", "client_id": client["client_id"], "redirect_uri": "https://evil.example/"}

    reply = browser.get(f"/oauth/authorize?{urlencode(asked)}")

    assert (reply.status_code, reply.location) == (400, None)


@pytest.mark.parametrize(
    "form", [{"client_secret": "wrong"}, {"client_id": "nobody"}, {}, {"client_id": "nobody", "grant_type": "x"}]
)
def test_a_client_that_does_not_authenticate_is_refused(browser, form):
    reply = browser.post("/oauth/token", {"grant_type": "authorization_code", "code": "x", **form})

    assert (reply.status_code, reply.text) == (401, "Unauthorized")
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="Users"'


def test_a_known_client_is_told_an_unknown_grant_type(browser):
    client = register(browser).json

    reply = browser.post(
        "/oauth/token", {"grant_type": "x"} | {name: client[name] for name in ("client_id", "client_secret")}
    )

    assert (reply.status_code, reply.json) == (
        501,
        {"error": "unsupported_grant_type", "error_description": "Unsupported grant type: x"},
    )


def test_a_user_signs_in_with_a_password(browser, session, ada):
    form = {"username": "ada@example.org", "password": PASSWORD, "grant_type": "password", "client_id": "self"}

    reply = sign_in(browser, **form)

    assert (reply.status_code, list(reply.json)) == (200, ["access_token", "refresh_token", "username", "token_type"])
    assert (reply.headers["Cache-Control"], reply.headers["Pragma"]) == ("no-store", "no-cache")
    assert reply.json["username"] == "ada@example.org"
    stored = newest(session, AccessToken)
    assert (stored.kind, stored.user_id, stored.expires_at, stored.scopes) == ("gancio", ada.id, None, ALL_SCOPES)


def test_an_older_client_signs_in_with_a_minimal_json_body(browser, session, ada):
    reply = sign_in(browser, json=True, username="ada", password=PASSWORD)

    assert (reply.status_code, reply.json["username"]) == (200, "ada@example.org")
    stored = newest(session, AccessToken)
    assert (stored.kind, stored.user_id, stored.scopes) == ("gancio", ada.id, ALL_SCOPES)
    assert browser.get("/api/clients", headers=bearer(reply.json["access_token"])).status_code == 200


def test_a_token_is_renewed(browser):
    given = sign_in(browser, username="ada", password=PASSWORD).json
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"], "client_id": "self"}

    fresh = browser.post("/oauth/token", form)
    with time_machine.travel(days_from_now(1)):
        replayed = browser.post("/oauth/token", form)
    old = browser.get("/api/clients", headers=bearer(given["access_token"]))

    assert (fresh.status_code, fresh.json["username"]) == (200, "ada@example.org")
    assert (replayed.status_code, replayed.json["error_description"]) == (403, "Invalid refresh token")
    assert old.status_code == 403


@pytest.mark.parametrize(
    ("form", "status", "body"),
    [
        ({"password": "wrong"}, 403, {"error": "invalid_grant", "error_description": "Invalid resource owner credentials"}),
        ({"username": "nobody"}, 403, {"error": "invalid_grant", "error_description": "Invalid resource owner credentials"}),
        ({"client_id": "web2"}, 401, None),
        ({"password": ""}, 400, {"error": "invalid_request", "error_description": "Missing required parameter: password"}),
        ({"username": ""}, 400, {"error": "invalid_request", "error_description": "Missing required parameter: username"}),
        ({"grant_type": "x"}, 501, {"error": "unsupported_grant_type", "error_description": "Unsupported grant type: x"}),
    ],
)  # fmt: skip
def test_a_failed_sign_in_is_answered_as_in_gancio(browser, session, form, status, body):
    reply = sign_in(browser, **{"username": "ada", "password": PASSWORD, "client_id": "self"} | form)

    assert (reply.status_code, reply.get_json(silent=True)) == (status, body)
    assert newest(session, AccessToken) is None


@pytest.mark.parametrize("field", ["email", "username"])
@pytest.mark.parametrize("json", [True, False])
def test_version_2_signs_in_with_an_email_address(browser, field, json):
    reply = sign_in(browser, "/api/login/token", json, **{field: "ada@example.org", "password": PASSWORD})
    wrong = sign_in(browser, "/api/login/token", json, **{field: "ada@example.org", "password": "wrong"})

    assert (reply.status_code, reply.json["token_type"]) == (200, "Bearer")
    assert wrong.status_code == 401


@pytest.mark.parametrize("body", [[], {"email": {}, "password": 1}, None])
def test_a_body_without_credentials_is_refused(browser, body):
    assert browser.request("POST", "/api/login/token", json=body).status_code == 401


@pytest.mark.parametrize("path", ["/oauth/login", "/api/login/token", "/api/client"])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"username": ', "The body is not valid JSON (line 1, column 14)"),
        (b"null", "The body must be a JSON object"),
        (b'"text"', "The body must be a JSON object"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(browser, session, path, body, message):
    reply = browser.request("POST", path, data=body, content_type="application/json")

    # The routes of OAuth answer with its error object.
    assert (reply.status_code, message in reply.get_data(as_text=True)) == (400, True)
    assert (newest(session, AccessToken), newest(session, Client)) == (None, None)


@pytest.mark.parametrize("field", ["website", "client_name"])
@pytest.mark.parametrize("value", [5, True, {"a": "b"}, ["a", "b"]])
def test_a_field_that_is_no_text_is_refused(browser, session, field, value):
    reply = browser.request("POST", "/api/client", json=NEW | {field: value})

    assert (reply.status_code, reply.get_data(as_text=True)) == (400, f"{field} must be a text")
    assert newest(session, Client) is None


@pytest.mark.parametrize("path", ["/oauth/login", "/api/login/token"])
def test_password_guesses_are_rate_limited(browser, path):
    replies = [sign_in(browser, path, username="ada", password="wrong") for _ in range(11)]

    assert replies[-1].status_code == 429
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 900


def test_an_application_is_shown_to_signed_in_users(browser):
    client = register(browser).json
    token = sign_in(browser, username="ada", password=PASSWORD).json["access_token"]

    shown = browser.get(f"/api/client/{client['client_id']}", headers=bearer(token))
    missing = browser.get("/api/client/nobody", headers=bearer(token))
    stranger = browser.get(f"/api/client/{client['client_id']}")

    assert shown.json == {
        "client_id": client["client_id"],
        "redirect_uris": BLOG,
        "name": "My blog",
        "website": "http://blog.example",
        "scopes": "event:write",
    }
    assert (missing.status_code, missing.text) == (404, "Not found!")
    assert (stranger.status_code, stranger.text) == (403, "Forbidden")


def test_a_user_lists_their_own_tokens_without_secrets(browser, session, ada):
    token = sign_in(browser, username="ada", password=PASSWORD).json["access_token"]
    sign_in(browser, username=make_user_with_password(session, "eve").username, password=PASSWORD)

    reply = browser.get("/api/clients", headers=bearer(token))

    assert [(each["userId"], each["clientId"], each["accessToken"]) for each in reply.json] == [(ada.id, "self", None)]
    assert token not in reply.text
    assert "secret" not in reply.text


@pytest.mark.parametrize("path", ["/api/clients?access_token={}", "/api/clients?access%5Ftoken={}", "/api/clients"])
def test_a_read_may_have_its_token_in_the_query_string_or_the_cookie(browser, path):
    token = sign_in(browser, username="ada", password=PASSWORD).json["access_token"]
    if "{" not in path:
        browser.set_cookie("auth._token.local", f"Bearer%20{token}")

    reply = browser.get(path.format(token))

    assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "no-store")


def test_a_header_goes_before_other_places(browser):
    token = sign_in(browser, username="ada", password=PASSWORD).json["access_token"]
    browser.set_cookie("auth._token.local", f"Bearer%20{token}")

    assert browser.get(f"/api/clients?access_token={token}", headers=bearer("wrong")).status_code == 403


@pytest.mark.parametrize("path", ["/api/event?access_token={}", "/api/event"])
def test_a_write_needs_its_token_in_the_header(browser, session, ada, path):
    event = make_event(session, host=ada)
    token = sign_in(browser, username="ada", password=PASSWORD).json["access_token"]
    browser.set_cookie("auth._token.local", f"Bearer%20{token}")

    body = {"id": event.id, "title": "Changed", "access_token": token}

    assert browser.request("PUT", path.format(token), json=body).status_code == 403


def test_unknown_addresses_and_methods(browser):
    assert [(r.status_code, r.text) for r in (browser.get("/api/nothing"), browser.get("/oauth/nothing"))] == [
        (404, "Not Found")
    ] * 2
    assert browser.request("OPTIONS", "/api/client").status_code == 204
