"""Refusals in few words, and as text (spec 2)."""

import logging

from flask import Response, request
from werkzeug.exceptions import HTTPException

from joindin.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, OutOfScope, Refused, TooLarge, TooOften
from joindin.extensions import db

STATUS = {
    NotSignedIn: 403,
    NotAllowed: 403,
    OutOfScope: 403,
    NotFound: 404,
    Invalid: 400,
    Conflict: 400,
    TooLarge: 413,
    TooOften: 429,
}
WORDS = {403: "Forbidden", 429: "Too many requests, please try again later."}

log = logging.getLogger(__name__)


def show_refusal(refused: Refused) -> Response:
    db.session.rollback()
    status = STATUS.get(type(refused), 400)
    response = _text(WORDS.get(status, str(refused)), status)
    if isinstance(refused, TooOften):
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def show_http_error(error: HTTPException) -> Response:
    db.session.rollback()
    if error.code == 405:
        return Response(status=204) if request.method == "OPTIONS" else _text("Not Found", 404)
    return _text(error.name, error.code or 500)


def show_failure(_failure: Exception) -> Response:
    """Log the whole of it, say little."""
    db.session.rollback()
    log.exception("%s %s failed", request.method, request.path)
    return _text("500: Internal Server Error", 500)


def _text(words, status):
    return Response(words, status, content_type="text/plain; charset=utf-8")
