"""The surface of every address, and the dialect in which it answers unknown addresses."""

import pytest

from joindin.http.surface_routing import surface_for_path

PATHS = {
    "v2_1": [
        *(
            "",
            "/",
            "/v2.1",
            "/v2.1/events/1",
            "/v1/x",
            "/eventsx",
            "/events.xml",
            "/apis",
            "/documents",
            "/feeds",
            "/mediaa",
            "/.well-knownx/host-meta",
        ),
    ],
    "web": [
        *(
            "/events",
            "/events/",
            "/events/1-summit/",
            "/shifts/1/signup/",
            "/crew/",
            "/me/shifts/",
            "/123",
            "/search",
            "/sitemap/events-1.xml",
            "/not-allowed",
            "/workinghours/own/",
        ),
        *("/calendar/x/", "/guests/x/", "/notifications/", "/settings/federation/", "/consequences/1/edit/"),
        *("/tag", "/city/de/berlin", "/country/de", "/tag/x", "/place/1/x", "/collection/x", "/embed/list", "/embed/x"),
        *(
            "/event/x",
            "/event",
            "/events.rss",
            "/events.ics",
            "/event/x.ics",
            "/e/1",
            "/talk/1",
            "/user/ada",
            "/accounts/login/",
            "/desk/",
            "/desk",
        ),
        *("/api/settings/token/", "/api/settings/token", "/api/settings/token/create/", "/api/settings/token/nothing"),
        *("/api/settings/applications/", "/api/settings/applications", "/api/settings/applications/register/"),
        "/api/settings/applications/7/update/",
    ],
    "docs": ["/docs", "/docs/openapi.json"],
    "media": [
        "/inc/img/event_icons/x.png",
        "/static/web.css",
        "/media/1.jpg",
        "/download/1.jpg",
        "/logo.png",
        "/gancio-events.es.js",
    ],
    "oauth2": [
        *("/oauth/token", "/oauth/authorize", "/oauth", "/api/oauth/token/", "/api/oauth/nothing", "/api/login/token"),
        "/.well-known/oauth-authorization-server",
    ],
    "gancio": [
        *("/api", "/api/events", "/api/users", "/api/event/1", "/api/client", "/api/ping", "/api/settingsx"),
        *("/api/settings", "/api/settings/", "/api/settings/smtp", "/api/settings/logo", "/api/settings/tokens"),
        *("/api/settings/application", "/api/settings/nothing/", "/api/settings/tokenx/"),
        *(
            "/feed",
            "/feed/",
            "/feed/rss",
            "/feed/rss/tag/php",
            "/federation",
            "/federation/u/x",
        ),
        *(
            "/.well-known/webfinger",
            "/.well-known/nodeinfo",
            "/.well-known/nodeinfo/2.0",
        ),
        *("/.well-known/nodeinfo/2.1", "/.well-known/x-nodeinfo2", "/.well-known/host-meta", "/.well-known/webfinger/"),
        *("/.well-known", "/.well-known/", "/.well-known/security.txt", "/.well-known/host-metadata"),
        *("/custom_css", "/status.php", "/poco", "/siteinfo.json", "/friendica/json", "/friendika/json"),
    ],
    "ephios": ["/api/", "/api/events/", "/api/users/me/", "/api/settingsx/", "/api/nothing/"],
}

NOT_FOUND = {
    "v2_1": (404, "application/json; charset=utf8", '["API version must be specified"]'),
    "gancio": (404, "text/plain; charset=utf-8", "Not Found"),
    "ephios": (404, "text/html; charset=utf-8", "There is no such page"),
    "web": (404, "text/html; charset=utf-8", "There is no such page"),
}


@pytest.mark.parametrize("surface", PATHS)
def test_an_address_belongs_to_one_surface(surface):
    assert {path: surface_for_path(path) for path in PATHS[surface]} == dict.fromkeys(PATHS[surface], surface)


@pytest.mark.parametrize(
    ("surface", "paths"),
    [
        ("v2_1", ["/events"]),
        ("gancio", ["/api/nothing", "/api/settings/nothing", "/api/settings/nothing/", "/api/setup/db"]),
        ("gancio", ["/feed/nothing/x/y/z", "/api/v1/instance", "/api/meta", "/api/statusnet/version.json"]),
        ("gancio", ["/status.php", "/siteinfo.json", "/friendika/json", "/friendica/json", "/poco", "/.well-known/"]),
        ("ephios", ["/api/nothing/", "/api/elsewhere/"]),
        ("web", ["/accounts/nothing/", "/api/settings/token/nothing/", "/api/settings/applications/nothing/here/"]),
    ],
)
def test_an_unknown_address_answers_in_the_dialect_of_its_surface(api, surface, paths):
    status, content_type, text = NOT_FOUND[surface]

    for path in paths:
        reply = api.get(path)
        assert (path, reply.status_code, reply.headers["Content-Type"]) == (path, status, content_type)
        assert text in reply.text


@pytest.mark.parametrize("path", ["/nothing", "/v3/events", "/talks", "/wp-login.php"])
def test_a_browser_gets_a_page_at_an_unknown_address(api, path):
    page = api.get(path, headers={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
    script = api.get(path, headers={"Accept": "*/*"})

    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such page" in page.text
    assert (script.status_code, script.headers["Content-Type"]) == (404, "application/json; charset=utf8")


def test_a_browser_gets_the_html_view_below_the_api(api):
    reply = api.get("/v2.1/nothing", headers={"Accept": "text/html"})

    assert (reply.status_code, reply.headers["Content-Type"]) == (404, "text/html; charset=utf8")
    assert '<a href="/docs">Documentation</a>' in reply.text


def test_the_settings_pages_of_ephios_are_reached(api):
    replies = {path: api.get(path) for path in ("/api/settings/token/", "/api/settings/applications/")}

    assert {path: reply.location for path, reply in replies.items()} == {
        "/api/settings/token/": "/accounts/login/?next=/api/settings/token/",
        "/api/settings/applications/": "/accounts/login/?next=/api/settings/applications/",
    }
