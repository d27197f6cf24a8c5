"""The surface that an address belongs to. No other module derives the surface from a path.

The first segment of the path decides. Below ``/api`` two contracts meet: the second segment decides or, failing that, the
trailing slash, which ephios has and Gancio has not. Addresses of no surface belong to v2.1, whose clients expect its
errors there; browsers get a page.
"""

from collections import defaultdict
from collections.abc import Callable

from flask import Flask, current_app, g, request

V2_1, WEB, DOCS, MEDIA, OAUTH2, GANCIO, EPHIOS = "v2_1", "web", "docs", "media", "oauth2", "gancio", "ephios"

BY_PREFIX = {
    "docs": DOCS,
    "inc": MEDIA,
    "static": MEDIA,
    "robots.txt": MEDIA,
    "favicon.ico": MEDIA,
    "Favicon.ico": MEDIA,
    "accounts": WEB,
    "desk": WEB,
    "e": WEB,
    "event": WEB,
    "talk": WEB,
    "user": WEB,
    "oauth": OAUTH2,
    "feed": GANCIO,
    "embed": GANCIO,
    "federation": GANCIO,
    "media": GANCIO,
}
BY_API_PREFIX = {
    "oauth": OAUTH2,
    "login": OAUTH2,
}
# Pages of ephios below a path that otherwise belongs to Gancio.
BY_SETTINGS_PREFIX = {
    "token": WEB,
    "applications": WEB,
}
BY_WELL_KNOWN_NAME = {
    "oauth-authorization-server": OAUTH2,
    "webfinger": GANCIO,
    "nodeinfo": GANCIO,
    "x-nodeinfo2": GANCIO,
    "host-meta": GANCIO,
}


def before_surface_request(app: Flask, surface: str, function: Callable[[], None]) -> None:
    """Call ``function`` before every request to the surface, in the order of registration."""
    if "before_surface_request" not in app.extensions:
        app.extensions["before_surface_request"] = defaultdict(list)
        app.before_request(_call_functions)
    app.extensions["before_surface_request"][surface].append(function)


def _call_functions():
    for function in current_app.extensions["before_surface_request"][current_surface()]:
        function()


def current_surface() -> str:
    """Return the surface of the current request; it is determined once a request."""
    context = g._get_current_object()
    if "surface" not in context:
        context.surface = surface_for_path(request.path)
    return context.surface


def error_surface() -> str:
    """Return the surface that represents an error: the current one, or the web site for a browser at an address of none.

    Browsers name HTML in ``Accept``; clients of v2.1 that do so ask for addresses below ``/v2.1``.
    """
    surface = current_surface()
    is_unclaimed = surface == V2_1 and request.path != "/" and not request.path.startswith("/v2")
    accept = request.headers.get("Accept", "")
    return WEB if is_unclaimed and "text/html" in accept and "application/json" not in accept else surface


def surface_for_path(path: str) -> str:
    _, first, second, third, *_ = [*path.split("/", 4), "", "", "", ""]
    if first == "api":
        if second == "settings":
            return BY_SETTINGS_PREFIX.get(third, GANCIO)
        return BY_API_PREFIX.get(second) or (EPHIOS if path.endswith("/") else GANCIO)
    if first == ".well-known":
        return BY_WELL_KNOWN_NAME.get(second, V2_1)
    return BY_PREFIX.get(first, V2_1)
