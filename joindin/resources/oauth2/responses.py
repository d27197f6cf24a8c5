"""Answers that hold secrets, or say why there are none."""

import orjson
from flask import Response, current_app, request

from joindin.errors import Forbidden

NO_STORE_HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def json_response(status: int, body: dict, headers=()) -> Response:
    response = Response(orjson.dumps(body), status, content_type="application/json", headers=NO_STORE_HEADERS)
    response.headers.update(headers)
    return response


def text_response(status: int, body: str, headers=()) -> Response:
    response = Response(body, status, content_type="text/plain; charset=utf-8", headers=NO_STORE_HEADERS)
    response.headers.update(headers)
    return response


def require_tls() -> None:
    """:raises Forbidden: if secrets came in clear to a platform that does not want them so."""
    if current_app.config["TOKENS_NEED_TLS"] and not request.is_secure:
        raise Forbidden("OAuth takes https here")
