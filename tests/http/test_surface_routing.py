"""Which surface an address belongs to."""

import pytest

from joindin.http.surface_routing import surface_for_path


@pytest.mark.parametrize(
    ("surface", "paths"),
    [
        ("v2_1", ["/", "/v2.1", "/v2.1/events/1", "/v1/x", "/events", "/apis", "/documents", ""]),
        ("web", ["/event/x", "/event", "/e/1", "/talk/1", "/user/ada", "/accounts/login/", "/api/settings/token/"]),
        ("docs", ["/docs", "/docs/openapi.json"]),
        ("media", ["/inc/img/event_icons/x.png", "/static/web.css"]),
        (
            "oauth2",
            ["/oauth/token", "/api/oauth/token/", "/api/login/token", "/.well-known/oauth-authorization-server"],
        ),
        ("gancio", ["/api", "/api/events", "/api/users", "/api/event/1", "/api/client"]),
        ("ephios", ["/api/", "/api/events/", "/api/users/me/"]),
    ],
)
def test_an_address_belongs_to_one_surface(surface, paths):
    assert {path: surface_for_path(path) for path in paths} == dict.fromkeys(paths, surface)
