"""Responses of the ephios API: JSON or a page with it, with the headers of the original (spec 2)."""

import orjson
from flask import Response, render_template, request

from joindin.http.pages.languages import response_language
from joindin.resources.ephios.formats import HTML, response_format

HEADERS = {
    "Allow": "GET, HEAD, OPTIONS",
    "Vary": "Accept, Accept-Language, Cookie",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def json_response(body, status: int = 200) -> Response:
    return rendered_response(orjson.dumps(body), status)


def rendered_response(body: bytes, status: int = 200) -> Response:
    """Return a response with a body that is rendered as JSON."""
    if response_format() == HTML:
        text = orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
        page = render_template("ephios/browse.html", path=request.path, status=status, text=text)
        response = Response(page, status, headers=HEADERS, content_type="text/html; charset=utf-8")
    else:
        response = Response(body, status, content_type="application/json", headers=HEADERS)
    response.headers["Content-Language"] = response_language()
    return response


def allowing(response: Response, methods: str) -> Response:
    """Set the methods of an address that has others than reading."""
    response.headers["Allow"] = methods
    return response
