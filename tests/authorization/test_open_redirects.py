"""Redirects of every page lead to this site, also if the request names another address."""

from urllib.parse import quote, urljoin, urlsplit

import pytest

from tests.authorization.world import SESSION_SURFACES, Caller, fresh_network, list_routes, make_world
from tests.browser_client import PASSWORD, Browser, form_fields, make_user_with_password
from tests.conftest import WEBSITE_URL

pytestmark = pytest.mark.runs_once("redirects do not depend on the database")

OWN_HOSTS = {"localhost", urlsplit(WEBSITE_URL).netloc}
TARGETS = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "/%09/evil.example/",
    "https:evil.example/",
    "http:///evil.example/",
    "javascript:alert(1)",
    "/accounts/\r\nLocation: https://evil.example/",
    "@evil.example/",
    "/.evil.example",
    "//localhost@evil.example/",
    "http://localhost.evil.example/",
)
# Browsers resolve these to paths of the same host.
OWN_PATHS = ("/.evil.example", "/%09/evil.example/")
# Parameters that sites use for the address after the next step.
NAMES = ("next", "url", "return", "return_to", "continue", "redirect", "redirect_to")


def leads_elsewhere(reply):
    """Return whether a browser would follow the redirect to another host. Browsers read a backslash as a slash."""
    if reply.location is None:
        return False
    target = reply.location.replace("\\", "/").replace("\t", "")
    parts = urlsplit(urljoin("http://localhost/accounts/", target))
    return parts.scheme not in ("http", "https") or parts.netloc not in OWN_HOSTS


@pytest.mark.slow("a thousand requests: every page for every address")
@pytest.mark.parametrize("role", ["visitor", "user"])
def test_no_page_redirects_to_an_address_of_the_request(app, session, role):
    world, wrong = make_world(session), []
    browser = Caller(app, world.users.get(role)).browser
    pages = [world.path(path) for method, path in list_routes(app, SESSION_SURFACES) if method == "GET"]

    for path in pages:
        for target in TARGETS:
            query = "&".join(f"{name}={quote(target)}" for name in NAMES)
            headers = {"Referer": target if target.startswith("http") else f"https://evil.example{target[:1]}"}
            reply = browser.get(f"{path}?{query}", headers=headers, environ_base=fresh_network())
            if leads_elsewhere(reply):
                wrong.append((path, target, reply.location))

    assert wrong == []


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/confirm/"])
def test_no_form_redirects_to_an_address_of_the_request(app, session, path, target):
    ann = make_user_with_password(session)
    browser = Browser(app)
    if path == "/accounts/confirm/":
        browser.sign_in_directly(ann)
    fields = {"username": ann.username, "password": PASSWORD}

    by_field = browser.send(path, fields | {"next": target})
    by_query = browser.send(f"{path}?next={quote(target)}", fields, page="/accounts/confirm/")

    assert by_field.status_code == 302
    assert not leads_elsewhere(by_field)
    assert not leads_elsewhere(by_query)


@pytest.mark.parametrize("path", ["//evil.example", "//evil.example/%2f..", "/%5cevil.example", "/%2f%2fevil.example"])
@pytest.mark.parametrize(
    "suffix", ["/api/settings/token", "/accounts/applications", "/api/oauth/authorize", "/e/x", ""]
)
def test_no_path_redirects_to_another_host(browser, path, suffix):
    reply = browser.get(f"http://localhost{path}{suffix}")

    assert not leads_elsewhere(reply)


@pytest.mark.parametrize("target", TARGETS)
def test_the_sign_in_page_keeps_only_paths_of_this_site(browser, target):
    kept = form_fields(browser.get(f"/accounts/login/?next={quote(target)}").text)["next"]

    assert kept == (target if target in OWN_PATHS else "/accounts/")
