"""Answers in the dialect: JSON with ``meta`` last, JSONP, or a plain HTML page of the same (spec 2.4)."""

import re
from collections.abc import Sequence
from hashlib import sha1

import orjson
from flask import Response, g, request
from markupsafe import escape

from joindin.http.request_identity import get_caller
from joindin.queries.paging import Page
from joindin.resources.v2_1.authentication import links
from joindin.resources.v2_1.paging import collection_meta
from joindin.resources.v2_1.request_params import get_query_params

# Without a hyphen: the original's own tests compare the whole text (spec 1, #12).
JSON_TYPE = "application/json; charset=utf8"
JSONP_TYPE = "text/javascript; charset=utf8"
HTML_TYPE = "text/html; charset=utf8"

# What programs in browsers may read beside the body.
EXPOSED_HEADERS = "Location, ETag, Retry-After"

CORS_HEADERS = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", EXPOSED_HEADERS)]

# What answers to reads depend on, beside the address.
VARY = "Accept, Accept-Encoding, Authorization"

BODYLESS_STATUSES = (204, 304)

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API v2</title>
<style>
body { font: 0.95rem/1.5 system-ui, sans-serif; margin: 1rem; color-scheme: light dark; }
ul { padding-left: 1.25rem; }
</style>
</head>
<body>%s</body>
</html>
"""


class ApiResponse(Response):
    """An answer whose headers are right as they stand, ``Location`` included."""

    autocorrect_location_header = False

    def get_wsgi_headers(self, environ):
        if self.status_code in BODYLESS_STATUSES or not isinstance(self.response, list):
            return super().get_wsgi_headers(environ)
        # Nothing in them is to be corrected, and going through a copy takes longer than most pages.
        self.headers["Content-Length"] = str(sum(map(len, self.response)))
        return self.headers


def collection_response(
    name: str, pieces: Sequence[dict | bytes], page: Page, status: int = 200, location: str | None = None
) -> Response:
    """A list under its name, with ``meta``. Pieces may be rendered JSON already."""
    meta = collection_meta(page)
    if (user := get_caller().user) is not None:
        meta["user_uri"] = links().user(user.id)
    items = b",".join(piece if isinstance(piece, bytes) else orjson.dumps(piece) for piece in pieces)
    return _respond(b'{"%s":[%s],"meta":%s}' % (name.encode(), items, orjson.dumps(meta)), status, location)


def object_response(shown: dict, status: int = 200, location: str | None = None) -> Response:
    """An object that is no collection; signed-in callers find themselves in its ``meta``."""
    if (user := get_caller().user) is not None:
        shown = {**shown, "meta": {**shown.get("meta", {}), "user_uri": links().user(user.id)}}
    return _respond(orjson.dumps(shown), status, location)


def error_response(sentence: str, status: int) -> Response:
    """An error: a list with one sentence, which is what all clients read."""
    return _respond(orjson.dumps([sentence]), status)


def empty_response(status: int, location: str | None = None) -> Response:
    return _respond(b"", status, location)


def is_verbose() -> bool:
    return get_query_params().get("verbose") == "yes"


def disable_shared_cache() -> None:
    """Say that the answer to this request may be another one a second later, though nothing was written."""
    g.holds_for_an_instant = True


def _respond(body, status, location=None):
    asked = request._get_current_object()
    kind = _negotiated_type(asked)
    if body and kind == HTML_TYPE:
        body = (PAGE % _as_html(orjson.loads(body))).encode()
    elif body and kind == JSONP_TYPE:
        body = b"%s(%s);" % (g.callback.encode(), _safe_in_script(body))
    headers = [("Content-Type", kind)]
    if kind != HTML_TYPE:
        headers += CORS_HEADERS
    if location is not None:
        headers.append(("Location", location))
    if asked.method in ("GET", "HEAD") and status in (200, 404):
        status, more = _let_it_be_kept(asked, body, status)
        headers += more
    return ApiResponse(body, status, headers)


def _let_it_be_kept(asked, body, status):
    """By browsers, apps and proxies, who ask each time whether it still holds; what anybody may see also by us."""
    is_for_anybody = "HTTP_AUTHORIZATION" not in asked.environ and "holds_for_an_instant" not in g
    headers = [("Cache-Control", "public, no-cache" if is_for_anybody else "private, no-cache"), ("Vary", VARY)]
    if status == 200:
        # Whatever the viewer is to the things shown is in the body, and so in the tag.
        tag = sha1(body).hexdigest()
        headers.append(("ETag", f'"{tag}"'))
        if "HTTP_IF_NONE_MATCH" in asked.environ and asked.if_none_match.contains_weak(tag):
            status = 304
    return status, headers


def _negotiated_type(asked):
    given = get_query_params()
    wanted = given.get("format")
    accept = asked.environ.get("HTTP_ACCEPT", "")
    if wanted is None and "application/json" not in accept and "text/html" in accept:
        return HTML_TYPE
    if wanted in ("html", "text/html"):
        return HTML_TYPE
    callback = given.get("callback")
    if isinstance(callback, str) and re.fullmatch(r"[A-Za-z_$][\w$.]{0,127}", callback, re.ASCII):
        g.callback = callback
        return JSONP_TYPE
    return JSON_TYPE


def _safe_in_script(json):
    # Legal in JSON, line ends in the JavaScript of old browsers.
    return json.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")


def _as_html(value):
    if isinstance(value, dict | list):
        named = value.items() if isinstance(value, dict) else enumerate(value)
        items = "".join(f"<li><strong>{escape(name)}:</strong> {_as_html(item)}</li>\n" for name, item in named)
        return f"<ul>\n{items}</ul>\n"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return f'<a href="{escape(value)}">{escape(value)}</a>'
    return "" if value is None else str(escape(value))
