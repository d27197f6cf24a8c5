"""Addresses that end in a slash, as ephios's do: without it, they lead there (spec 1, #4)."""

from flask import Blueprint, Response, request

REDIRECTED_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REDIRECT_ENDPOINT_SUFFIX = " without slash"


def add_trailing_slash_route(blp: Blueprint, rule: str, view, *, leads_here: bool = True, **options) -> None:
    """Route ``rule`` and nothing else to the view; ``leads_here`` unless another surface has the other address."""
    endpoint = options.pop("endpoint", view.__name__)
    blp.add_url_rule(rule, endpoint, view, strict_slashes=True, **options)
    if leads_here:
        blp.add_url_rule(
            rule.rstrip("/"),
            f"{endpoint}{REDIRECT_ENDPOINT_SUFFIX}",
            redirect_to_slash,
            strict_slashes=True,
            methods=REDIRECTED_METHODS,
        )


def redirect_to_slash(**_) -> Response:
    query = request.query_string.decode("latin-1")
    # The path as it was sent, for it may hold what has to stay escaped.
    path = request.environ.get("REQUEST_URI", request.path).partition("?")[0]
    if not path.startswith("/") or path.startswith("//"):
        path = request.path
    response = Response(status=301, headers={"Location": f"{path}/{f'?{query}' if query else ''}"})
    response.autocorrect_location_header = False
    return response
