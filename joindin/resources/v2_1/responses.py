"""Responses of v2.1: JSON with ``meta`` last, JSONP, or an HTML page with the same content (spec 2.4)."""

import re
from collections.abc import Sequence

import orjson
from flask import Response, g, request
from markupsafe import escape

from joindin.http import conditional
from joindin.http.request_identity import get_caller
from joindin.queries.paging import Page
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.paging import collection_meta
from joindin.resources.v2_1.request_params import get_query_params

# Without a hyphen: the original's own tests compare the whole text (spec 1, #12).
JSON_TYPE = "application/json; charset=utf8"
JSONP_TYPE = "text/javascript; charset=utf8"
HTML_TYPE = "text/html; charset=utf8"

# Headers that scripts of other origins may read.
EXPOSED_HEADERS = "Location, ETag, Retry-After, Warning"

CORS_HEADERS = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", EXPOSED_HEADERS)]

# Request headers that responses to reads depend on.
VARY = "Accept, Accept-Encoding, Authorization"

BODYLESS_STATUSES = (204, 304)

HTML_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API v2</title>
<link rel="stylesheet" href="/static/api.css">
</head>
<body>
<nav aria-label="Site"><a href="/docs">Documentation</a> <a href="/accounts/login/">Sign in</a></nav>
<main>
%s</main>
</body>
</html>
"""


class ApiResponse(Response):
    """A response whose headers are complete, including an absolute ``Location``."""

    autocorrect_location_header = False

    def get_wsgi_headers(self, environ):
        if self.status_code in BODYLESS_STATUSES or not isinstance(self.response, list):
            return super().get_wsgi_headers(environ)
        # Copying and checking the headers would take longer than rendering most responses.
        self.headers["Content-Length"] = str(sum(map(len, self.response)))
        return self.headers


def collection_response(
    name: str, items: Sequence[dict | bytes], page: Page, status: int = 200, location: str | None = None
) -> Response:
    """Return a list under its name, with ``meta``. Items are objects or rendered JSON."""
    meta = collection_meta(page)
    if (user := get_caller().user) is not None:
        meta["user_uri"] = links().user(user.id)
    rendered = b",".join(item if isinstance(item, bytes) else orjson.dumps(item) for item in items)
    return _respond(b'{"%s":[%s],"meta":%s}' % (name.encode(), rendered, orjson.dumps(meta)), status, location)


def object_response(body: dict, status: int = 200, location: str | None = None) -> Response:
    """Return an object that is no collection; ``meta`` links to the signed-in user."""
    if (user := get_caller().user) is not None:
        body = {**body, "meta": {**body.get("meta", {}), "user_uri": links().user(user.id)}}
    return _respond(orjson.dumps(body), status, location)


def error_response(message: str, status: int) -> Response:
    """Return an error: a list with one message."""
    return _respond(orjson.dumps([message]), status)


def empty_response(status: int, location: str | None = None) -> Response:
    return _respond(b"", status, location)


def is_verbose() -> bool:
    return get_query_params().get("verbose") == "yes"


def disable_shared_cache() -> None:
    """Mark the response as private: it depends on the time, and may change without a write to the database."""
    g.is_private = True


def _respond(body, status, location=None):
    current = request._get_current_object()
    media_type = _negotiated_type(current)
    if body and media_type == HTML_TYPE:
        body = (HTML_PAGE % _as_html(orjson.loads(body))).encode()
    elif body and media_type == JSONP_TYPE:
        body = b"%s(%s);" % (g.callback.encode(), _escape_line_ends(body))
    headers = [("Content-Type", media_type)]
    if media_type != HTML_TYPE:
        headers += CORS_HEADERS
    if location is not None:
        headers.append(("Location", location))
    if current.method in ("GET", "HEAD") and status in (200, 404):
        is_shared = "HTTP_AUTHORIZATION" not in current.environ and "is_private" not in g
        headers += [("Cache-Control", conditional.SHARED if is_shared else conditional.PRIVATE), ("Vary", VARY)]
        if status == 200:
            is_current, validators = conditional.revalidate(current, body)
            headers += validators
            status = 304 if is_current else 200
    return ApiResponse(body, status, headers)


def _negotiated_type(current):
    """Return the media type; the parameter ``format`` takes precedence over ``Accept`` (spec 2.4)."""
    params = get_query_params()
    format_ = params.get("format")
    accept = current.environ.get("HTTP_ACCEPT", "")
    if format_ is None and "application/json" not in accept and "text/html" in accept:
        return HTML_TYPE
    if format_ in ("html", "text/html"):
        return HTML_TYPE
    callback = params.get("callback")
    if isinstance(callback, str) and re.fullmatch(r"[A-Za-z_$][\w$.]{0,127}", callback, re.ASCII):
        g.callback = callback
        return JSONP_TYPE
    return JSON_TYPE


def _escape_line_ends(json):
    # U+2028 and U+2029 are legal in JSON and line ends in the JavaScript of old browsers.
    return json.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")


def _as_html(value):
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        items = "".join(f"<li><strong>{escape(name)}:</strong> {_as_html(item)}</li>\n" for name, item in pairs)
        return f"<ul>\n{items}</ul>\n"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return f'<a href="{escape(value)}">{escape(value)}</a>'
    return "" if value is None else str(escape(value))
