"""One spelling of the address of each page of the web site (site spec 2.1): with a slash at the end if its route has one, else without.

Reads of the other spelling are redirected. Forms are accepted at both.

An argument that takes the rest of the path may end in a slash itself, as the name of a tag. The slash then ends the address only if
nothing has that name.
"""

import re

from flask import Flask, Response, request
from flask.globals import request_ctx

from joindin.errors import NotFound
from joindin.http.sent_path import sent_path
from joindin.http.surface_routing import WEB, before_surface_request, current_surface
from joindin.http.trailing_slash import redirect_to_path, redirect_to_slash

READ_METHODS = ("GET", "HEAD")


def init_app(app: Flask) -> None:
    before_surface_request(app, WEB, _redirect_other_spelling)


def redirect_unknown_name() -> Response | None:
    """Redirect to the address without the slash at its end; None if the page that was not found has no other spelling."""
    if current_surface() != WEB or request.method not in READ_METHODS or request.url_rule is None:
        return None
    return None if request.url_rule.rule.endswith("/") else _redirect_without_slash()


def _redirect_other_spelling():
    rule = request.url_rule
    if rule is None or request.method not in READ_METHODS:
        return None
    # The home page has another path than its address.
    path = request_ctx.url_adapter.path_info
    has_slash = path.endswith("/")
    if rule.rule.endswith("/"):
        if path.endswith("//"):
            raise NotFound("Page not found")
        return None if has_slash else redirect_to_slash()
    if has_slash and not any(str(value).endswith("/") for value in request.view_args.values()):
        return _redirect_without_slash()
    return None


def _redirect_without_slash():
    path = request.path
    if not path.endswith("/") or path.endswith("//") or not request_ctx.url_adapter.test(path[:-1]):
        return None
    return redirect_to_path(re.sub(r"(?:/|%2F)\Z", "", sent_path(), flags=re.IGNORECASE))
