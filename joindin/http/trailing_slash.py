"""Addresses that end in a slash, and others that stand for them (ephios spec 1, #4, and 2).

The address without the slash is redirected. One with the suffix of a format, ``/api/events.json``, is routed like
``/api/events/``.
"""

import re

from flask import Blueprint, Response, request

REDIRECTED_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REDIRECT_ENDPOINT_SUFFIX = " without slash"
_ADDRESS = re.compile(
    r"(?P<address>/api/(?:(?:events|shifts|users|participations|participations-userinfo|buildingblocks)"
    r"(?:/[^/.]+)?|users/me/participations(?:/[^/.]+)?|users/[0-9]+/participations(?:/[^/.]+)?)?)"
    r"\.(?P<suffix>[a-z0-9]+)/?"
)


def add_trailing_slash_route(blp: Blueprint, rule: str, view, *, redirects: bool = True, **options) -> None:
    """Add a route for ``rule``, which ends in a slash.

    ``redirects`` is False if another surface uses the address without the slash.
    """
    endpoint = options.pop("endpoint", view.__name__)
    blp.add_url_rule(rule, endpoint, view, strict_slashes=True, **options)
    if redirects:
        blp.add_url_rule(
            rule.rstrip("/"),
            f"{endpoint}{REDIRECT_ENDPOINT_SUFFIX}",
            redirect_to_slash,
            strict_slashes=True,
            methods=REDIRECTED_METHODS,
        )


def redirect_to_slash(**_) -> Response:
    query = request.query_string.decode("latin-1")
    # The path as it was sent: escaped characters must stay escaped.
    path = request.environ.get("REQUEST_URI", request.path).partition("?")[0]
    if not path.startswith("/") or path.startswith("//"):
        path = request.path
    response = Response(status=301, headers={"Location": f"{path}/{f'?{query}' if query else ''}"})
    response.autocorrect_location_header = False
    return response


def redirect_reads_to_slash() -> Response | None:
    """Redirect ``GET`` and ``HEAD`` to the slash of the matched rule. Forms are accepted without it."""
    if request.method in ("GET", "HEAD") and request.url_rule.rule.endswith("/") and not request.path.endswith("/"):
        return redirect_to_slash()
    return None


def format_suffix(path: str) -> str | None:
    """Return the suffix of an address that may have one, else None."""
    match = _ADDRESS.fullmatch(path)
    return match and match["suffix"]


def without_format_suffix(path: str) -> str | None:
    """Return the address that the one with a suffix stands for; None if there is no suffix."""
    match = _ADDRESS.fullmatch(path)
    return match and f"{match['address'].rstrip('/')}/"
