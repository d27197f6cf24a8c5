"""Refusals in few words, and as text (spec 2)."""

import logging

from flask import Response, request
from werkzeug.exceptions import HTTPException

from joindin.errors import (
    Conflict,
    DomainError,
    Forbidden,
    InsufficientScope,
    InvalidInput,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    Unauthenticated,
)
from joindin.extensions import db

STATUS = {
    Unauthenticated: 403,
    Forbidden: 403,
    InsufficientScope: 403,
    NotFound: 404,
    InvalidInput: 400,
    Conflict: 400,
    PayloadTooLarge: 413,
    RateLimited: 429,
}
WORDS = {403: "Forbidden", 429: "Too many requests, please try again later."}

log = logging.getLogger(__name__)


def handle_domain_error(refused: DomainError) -> Response:
    db.session.rollback()
    status = STATUS.get(type(refused), 400)
    response = _text(WORDS.get(status, str(refused)), status)
    if isinstance(refused, RateLimited):
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def handle_http_error(error: HTTPException) -> Response:
    db.session.rollback()
    if error.code == 405:
        return Response(status=204) if request.method == "OPTIONS" else _text("Not Found", 404)
    return _text(error.name, error.code or 500)


def handle_unexpected_error(_failure: Exception) -> Response:
    """Log the whole of it, say little."""
    db.session.rollback()
    log.exception("%s %s failed", request.method, request.path)
    return _text("500: Internal Server Error", 500)


def _text(words, status):
    return Response(words, status, content_type="text/plain; charset=utf-8")
