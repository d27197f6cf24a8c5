"""Attacks on the authorization endpoints of both APIs: other redirect URIs, and requests without PKCE."""

from urllib.parse import urlencode

import pytest

from joindin.models import GANCIO, AccessToken, Grant
from tests.browser_client import form_fields
from tests.factories import make_client, newest
from tests.oauth2.flow import CHALLENGE, SECRET, VERIFIER, Flow, parse_redirect

pytestmark = pytest.mark.runs_once("the checks of a request do not depend on the database")

CALLBACK = "https://app.example/back"
AUTHORIZE_PATHS = ("/api/oauth/authorize/", "/oauth/authorize")

TRICKS = [
    "https://evil.example/back",
    "https://app.example.evil.example/back",
    "https://app.example@evil.example/back",
    "https://evil.example#@app.example/back",
    "https://evil.example\\@app.example/back",
    "https://app.example\\.evil.example/back",
    "https://app.example:8443/back",
    "https://app.example:443/back",
    "https://user@app.example/back",
    "http://app.example/back",
    "https://APP.example/back",
    "https://app.example./back",
    "https://app.example/back/",
    "https://app.example/back/../evil",
    "https://app.example/back/..",
    "https://app.example/./back",
    "https://app.example//back",
    "https://app.example/Back",
    "https://app.example/back%2f..%2fevil",
    "https://app.example/back%00",
    "https://app.example/back?next=https://evil.example",
    "https://app.example/back#fragment",
    "https://app.example/back;x",
    "https://app.example/back ",
    " https://app.example/back",
    "https://app.example/back\nhttps://evil.example/",
    "https://app.example/back,https://evil.example/",
    "//app.example/back",
    "/back",
    "javascript:alert(1)",
    "data:text/html,x",
]


@pytest.fixture
def flow(browser, session):
    flags = {"kind": GANCIO, "needs_pkce": False, "is_trusted": False}
    return Flow(browser, make_client(session, "app", SECRET, callback_url=CALLBACK, **flags))


def parameters(flow, **changes):
    asked = {
        "response_type": "code", "client_id": flow.client.key, "redirect_uri": CALLBACK, "scope": "PUBLIC_READ",
        "state": "xyz", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    return {name: value for name, value in (asked | changes).items() if value is not None}


def consent_fields(flow, path, **changes):
    """Return the fields of the consent page of a correct request, tampered with."""
    page = flow.browser.get(f"{path}?{urlencode(parameters(flow))}")
    return form_fields(page.text) | {"allow": "Authorize"} | changes


@pytest.mark.parametrize("path", AUTHORIZE_PATHS)
@pytest.mark.parametrize("redirect_uri", TRICKS)
def test_no_other_redirect_uri_gets_a_code_or_an_error(flow, session, path, redirect_uri):
    shown = flow.browser.get(f"{path}?{urlencode(parameters(flow, redirect_uri=redirect_uri))}")
    failed = flow.browser.get(f"{path}?{urlencode(parameters(flow, redirect_uri=redirect_uri, scope='root'))}")
    sent = flow.browser.post(path, consent_fields(flow, path, redirect_uri=redirect_uri))

    assert [(reply.status_code, reply.location) for reply in (shown, failed, sent)] == [(400, None)] * 3
    assert newest(session, Grant) is None


@pytest.mark.parametrize("path", AUTHORIZE_PATHS)
@pytest.mark.parametrize("name", ["redirect_uri", "client_id", "response_type", "state", "code_challenge"])
def test_a_parameter_that_is_given_twice_is_refused(flow, session, path, name):
    asked = parameters(flow)
    twice = [*asked.items(), (name, "https://evil.example/")]

    reply = flow.browser.get(f"{path}?{urlencode(twice)}")

    assert reply.status_code in (302, 400)
    assert not (reply.location or "").startswith("https://evil.example")
    assert "code=" not in (reply.location or "")
    assert newest(session, Grant) is None


@pytest.mark.parametrize("redirect_uri", ["https://evil.example/", f"{CALLBACK}/", f"{CALLBACK}?x=1"])
def test_a_code_is_not_redeemed_with_another_redirect_uri(flow, session, redirect_uri):
    path = AUTHORIZE_PATHS[0]
    code = parse_redirect(flow.browser.post(path, consent_fields(flow, path)))["code"]

    reply = flow.redeem(code, redirect_uri=redirect_uri)

    refusal = {"error": "invalid_request", "error_description": "Mismatching redirect URI."}
    assert (reply.status_code, reply.json) == (400, refusal)
    assert newest(session, AccessToken) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge_method": ""},
        {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
    ],
)
def test_pkce_cannot_be_dropped_or_weakened_on_the_consent_page(flow, session, changes):
    path = AUTHORIZE_PATHS[0]

    reply = flow.browser.post(path, consent_fields(flow, path, **changes))

    assert parse_redirect(reply)["error"] == "invalid_request"
    assert newest(session, Grant) is None


@pytest.mark.parametrize("verifier", [None, "", CHALLENGE, VERIFIER[:-1], VERIFIER + "x", "plain", "0" * 43])
@pytest.mark.parametrize("path", AUTHORIZE_PATHS)
def test_a_code_with_a_challenge_is_not_redeemed_without_its_verifier(flow, session, path, verifier):
    """Also where PKCE is optional: a client that used it must be protected by it."""
    code = parse_redirect(flow.browser.post(path, consent_fields(flow, path)))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
    form |= {"client_id": flow.client.key, "client_secret": SECRET}

    token_path = path.replace("authorize", "token")
    reply = flow.browser.post(token_path, {name: value for name, value in form.items() if value is not None})

    assert reply.status_code in (400, 403)
    assert newest(session, AccessToken) is None
