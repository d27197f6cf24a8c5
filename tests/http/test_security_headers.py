"""Security headers of pages, and the pages that set cookies."""

import re

import pytest

from joindin.http.surface_routing import GANCIO, surface_for_path
from tests.browser_client import Browser, make_user_with_password
from tests.factories import make_event

pytestmark = pytest.mark.runs_once("response headers do not depend on the database")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
DIRECTIVES = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


SCRIPT_DIRECTIVES = {"connect-src 'self'", "require-trusted-types-for 'script'", "trusted-types 'none'"}


def named_scripts(directives):
    """Return the paths of the files that ``script-src`` allows, if they are those of the server itself."""
    sources = {each for directive in directives - SCRIPT_DIRECTIVES for each in directive.split()[1:]}
    return {source.removeprefix("http://localhost") for source in sources}


def pages_of(app):
    """Every page that needs no name or number in its address."""
    return sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/accounts/", "/user/", "/docs", "/desk/", "/api/settings/"))
        and surface_for_path(rule.rule) != GANCIO
        and "GET" in rule.methods
        and not rule.arguments
    )


@pytest.mark.parametrize("who", ["visitor", "member"])
def test_every_page_is_guarded_by_headers(app, browser, session, who):
    if who == "member":
        browser.sign_in(make_user_with_password(session, is_admin=True))
    pages = pages_of(app)

    poor = []
    for path in [*pages, "/accounts/none", "/event/none", "/static/none.css"]:
        reply = browser.get(path)
        policy = set(reply.headers.get("Content-Security-Policy", "").split("; "))
        scripts = policy & SCRIPT_DIRECTIVES | {each for each in policy if each.startswith("script-src ")}
        if (
            {name: reply.headers.get(name) for name in HEADERS} != HEADERS
            or policy - scripts != DIRECTIVES
            or named_scripts(scripts) != set(re.findall(r'<script src="([^"?]*)', reply.text))
            or bool(scripts) != (scripts > SCRIPT_DIRECTIVES)
            or "Strict-Transport-Security" in reply.headers
            or reply.status_code >= 500
        ):
            poor.append((path, reply.status_code, dict(reply.headers)))

    assert len(pages) > 20
    assert poor == []


@pytest.mark.parametrize("path", ["/event/open", "/accounts/register/sent/", "/accounts/password/reset/sent/", "/docs"])
def test_pages_without_a_form_set_no_cookie(app, session, path):
    make_event(session, slug="open")

    reply = Browser(app, "http://web.example").get(path)

    assert (reply.status_code, reply.headers.getlist("Set-Cookie")) == (200, [])


def test_pages_of_a_signed_in_user_are_not_stored_by_shared_caches(app, session):
    make_event(session, slug="open")
    browser = Browser(app, "http://web.example")
    public = browser.get("/event/open")
    browser.sign_in(make_user_with_password(session))

    own = browser.get("/event/open")

    assert (public.headers["Cache-Control"], own.headers["Cache-Control"]) == (
        "no-cache, public",
        "no-cache, private",
    )
    assert ("Cookie" in public.headers["Vary"], "Cookie" in own.headers["Vary"]) == (True, True)
    assert (">Sign out<" in public.text, ">Sign out<" in own.text) == (False, True)


def test_https_is_enforced_once_used(app, session):
    reply = Browser(app, "https://localhost").get("/accounts/login/")

    assert reply.headers["Strict-Transport-Security"] == "max-age=63072000"


def test_api_responses_have_no_page_headers(api):
    reply = api.get("/")

    page_headers = [*HEADERS, "Content-Security-Policy", "Set-Cookie"]
    assert [name for name in page_headers if name in reply.headers] == ["X-Content-Type-Options"]


@pytest.mark.parametrize(
    "path",
    [
        "/", "/v2.1/events", "/v2.1/events/0", "/v2.1/token", "/nowhere", "/api/client", "/api/users/me/", "/oauth/token",
        "/api/oauth/token/", "/.well-known/oauth-authorization-server", "/docs/openapi.json", "/static/web.css",
        "/inc/img/event_icons/none.png", "/event/none", "/accounts/login/", "/" + "x" * 3000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "PATCH"])
def test_no_response_lets_the_client_guess_its_type(api, method, path):
    assert api.request(method, path).headers["X-Content-Type-Options"] == "nosniff"
