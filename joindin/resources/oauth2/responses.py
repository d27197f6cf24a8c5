"""Answers that hold secrets, or say why there are none."""

import orjson
from flask import Response, current_app, request

from joindin.errors import NotAllowed

NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def json(status: int, body: dict, headers=()) -> Response:
    response = Response(orjson.dumps(body), status, content_type="application/json", headers=NOT_KEPT)
    response.headers.update(headers)
    return response


def text(status: int, body: str, headers=()) -> Response:
    response = Response(body, status, content_type="text/plain; charset=utf-8", headers=NOT_KEPT)
    response.headers.update(headers)
    return response


def check_secure() -> None:
    """:raises NotAllowed: if secrets came in clear to a platform that does not want them so."""
    if current_app.config["TOKENS_NEED_TLS"] and not request.is_secure:
        raise NotAllowed("OAuth takes https here")
