"""Which surface an address belongs to. Nobody else looks at a path to find that out.

It goes by the first part of the path, and below ``/api``, where two contracts meet, by the second
part or, failing that, the last character: ephios ends its paths with a slash, Gancio does not.
Addresses that are nobody's belong to v2.1, whose clients expect its refusals there.
"""

from collections import defaultdict
from collections.abc import Callable

from flask import Flask, current_app, g, request

V2_1, WEB, DOCS, MEDIA, OAUTH2, GANCIO, EPHIOS = "v2_1", "web", "docs", "media", "oauth2", "gancio", "ephios"

BY_PREFIX = {
    "docs": DOCS,
    "inc": MEDIA,
    "static": MEDIA,
    "accounts": WEB,
    "desk": WEB,
    "e": WEB,
    "event": WEB,
    "talk": WEB,
    "user": WEB,
    "oauth": OAUTH2,
}
BY_API_PREFIX = {
    "oauth": OAUTH2,
    "login": OAUTH2,
    "settings": WEB,
}
WELL_KNOWN = {"/.well-known/oauth-authorization-server": OAUTH2}


def before_surface_request(app: Flask, surface: str, do: Callable[[], None]) -> None:
    """Have ``do`` done before every request to that surface, in the order in which it was said."""
    if "before_surface_request" not in app.extensions:
        app.extensions["before_surface_request"] = defaultdict(list)
        app.before_request(_do_what_was_said)
    app.extensions["before_surface_request"][surface].append(do)


def _do_what_was_said():
    for do in current_app.extensions["before_surface_request"][current_surface()]:
        do()


def current_surface() -> str:
    """The one that is asked, found out once a request."""
    known = g._get_current_object()
    if "surface" not in known:
        known.surface = surface_for_path(request.path)
    return known.surface


def surface_for_path(path: str) -> str:
    parts = path.split("/", 3)
    first, second = parts[1] if len(parts) > 1 else "", parts[2] if len(parts) > 2 else ""
    if first == "api":
        return BY_API_PREFIX.get(second) or (EPHIOS if path.endswith("/") else GANCIO)
    return BY_PREFIX.get(first) or WELL_KNOWN.get(path, V2_1)
