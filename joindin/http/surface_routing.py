"""The surface that an address belongs to. No other module derives the surface from a path.

The first segment of the path decides. Below ``/api`` two contracts meet: the second segment decides or, failing that, the
trailing slash, which ephios has and Gancio has not. Addresses of no surface belong to v2.1, whose clients expect its
errors there; browsers get a page.
"""

from collections import defaultdict
from collections.abc import Callable

from flask import Flask, Request, Response, current_app, g, request

from joindin.http.trailing_slash import format_suffix

# The home page is at the address of the root of the API. This is the path of its route.
HOME_PATH = "/home"
# Parameters that choose a format of the API, in the spellings of PHP.
API_PARAMETERS = {"format", "format[]", "callback"}

V2_1, WEB, DOCS, MEDIA, OAUTH2, GANCIO, EPHIOS = "v2_1", "web", "docs", "media", "oauth2", "gancio", "ephios"

BY_PREFIX = {
    "docs": DOCS,
    "inc": MEDIA,
    "static": MEDIA,
    "robots.txt": MEDIA,
    "favicon.ico": MEDIA,
    "Favicon.ico": MEDIA,
    "logo.png": MEDIA,
    "fallbackimage.png": MEDIA,
    "headerimage.png": MEDIA,
    "gancio-events.es.js": MEDIA,
    "media": MEDIA,
    "download": MEDIA,
    "home": WEB,
    # Pages of the operator, search, and files for search engines.
    **dict.fromkeys(("about", "assets", "contact", "not-allowed", "p", "privacy", "privacy.html", "add"), WEB),
    **dict.fromkeys(("search", "sitemap", "sitemap.xml", "opensearch.xml", "oembed"), WEB),
    "add": WEB,
    **dict.fromkeys(("agenda", "cfp"), WEB),
    "look": WEB,
    "accounts": WEB,
    "admin": WEB,
    "desk": WEB,
    "e": WEB,
    "event": WEB,
    **dict.fromkeys(("events.rss", "events.atom", "events.json", "events.ics", "cfps.atom", "cfps.ics"), WEB),
    "talk": WEB,
    "tag": WEB,
    **dict.fromkeys(("place", "city", "country"), WEB),
    "collection": WEB,
    "embed": WEB,
    "user": WEB,
    "guest": WEB,
    # Feedback: on a talk, from a room, and the actions of a comment.
    **dict.fromkeys(("f", "r", "comments"), WEB),
    "recover": WEB,
    "user_confirm": WEB,
    # Pages of the crew, at the addresses of ephios.
    **dict.fromkeys(("crew", "me", "events", "shifts", "shifts-json-export", "guests", "calendar"), WEB),
    **dict.fromkeys(("workinghours", "consequences", "notifications", "settings", "users", "healthcheck"), WEB),
    "oauth": OAUTH2,
    "feed": GANCIO,
    "federation": GANCIO,
    # Addresses that servers of the fediverse try.
    "friendica": GANCIO,
    "friendika": GANCIO,
    "poco": GANCIO,
    "siteinfo.json": GANCIO,
    "status.php": GANCIO,
    "custom_css": GANCIO,
    "custom_js": GANCIO,
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
# The page to which the browsers of federated users return.
FEDERATION_CALLBACK = "/api/federation/oauth-callback"
BY_WELL_KNOWN_NAME = {
    "oauth-authorization-server": OAUTH2,
}


def before_surface_request(app: Flask, surface: str, function: Callable[[], Response | None]) -> None:
    """Call ``function`` before every request to the surface, in the order of registration. A response ends the request."""
    if "before_surface_request" not in app.extensions:
        app.extensions["before_surface_request"] = defaultdict(list)
        app.before_request(_call_functions)
    app.extensions["before_surface_request"][surface].append(function)


def _call_functions():
    for function in current_app.extensions["before_surface_request"][current_surface()]:
        if (response := function()) is not None:
            return response
    return None


def current_surface() -> str:
    """Return the surface of the current request; it is determined once a request."""
    context = g._get_current_object()
    if "surface" not in context:
        path = HOME_PATH if wants_home_page(request) else request.path
        context.surface = surface_for_path(path)
    return context.surface


def wants_home_page(request: Request) -> bool:
    """Return whether the request is for the home page: to ``/``, without parameters of the API, and HTML is named and preferred to JSON."""
    if request.path != "/" or request.method not in ("GET", "HEAD"):
        return False
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"] and not API_PARAMETERS & request.args.keys()


def error_surface() -> str:
    """Return the surface that represents an error: the current one, or the web site for a browser at an address of none.

    Browsers name HTML in ``Accept``; clients of v2.1 that do so ask for addresses below ``/v2.1``.
    """
    surface = current_surface()
    # The list of v2.1 without its version; the crew's page ends in a slash.
    is_unclaimed = request.path == "/events" or (
        surface == V2_1 and request.path != "/" and not request.path.startswith("/v2")
    )
    accept = request.headers.get("Accept", "")
    if is_unclaimed:
        return WEB if "text/html" in accept and "application/json" not in accept else V2_1
    return surface


def surface_for_path(path: str) -> str:
    _, first, second, third, *_ = [*path.split("/", 4), "", "", "", ""]
    if first == "api":
        if second == "settings":
            return BY_SETTINGS_PREFIX.get(third, GANCIO)
        if path.rstrip("/") == FEDERATION_CALLBACK:
            return WEB
        return BY_API_PREFIX.get(second) or (EPHIOS if path.endswith("/") or format_suffix(path) else GANCIO)
    if first == ".well-known":
        return BY_WELL_KNOWN_NAME.get(second, GANCIO)
    # The number of a talk, or the rule of the route.
    if path.rstrip("/") == f"/{first}" and (first.isdecimal() or first == "<positive:talk_id>"):
        return WEB
    return BY_PREFIX.get(first, V2_1)
