"""Addresses that end in a slash, and others that stand for them (ephios spec 1, #4, and 2).

The address without the slash is redirected. One with the suffix of a format, ``/api/events.json``, is routed like
``/api/events/``.
"""

import re

from flask import Blueprint, Response, request

from joindin.http.sent_path import sent_path

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
    return redirect_to_path(f"{sent_path()}/")


def redirect_to_path(path: str) -> Response:
    """Redirect for good to an escaped path of this host, with the query of the request."""
    query = request.query_string.decode("latin-1")
    response = Response(status=301, headers={"Location": f"{path}?{query}" if query else path})
    response.autocorrect_location_header = False
    return response


def format_suffix(path: str) -> str | None:
    """Return the suffix of an address that may have one, else None."""
    match = _ADDRESS.fullmatch(path)
    return match and match["suffix"]


def without_format_suffix(path: str) -> str | None:
    """Return the address that the one with a suffix stands for; None if there is no suffix."""
    match = _ADDRESS.fullmatch(path)
    return match and f"{match['address'].rstrip('/')}/"
