"""Addresses that end in a slash, and redirects to them from the address without it (ephios spec 1, #4)."""

from flask import Blueprint, Response, request

REDIRECTED_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REDIRECT_ENDPOINT_SUFFIX = " without slash"


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
