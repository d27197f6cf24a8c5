"""Refusals in the dialect: ``{"detail": …}`` in German or English, and pages where there is no such address."""

import logging

from flask import Response, request
from werkzeug.exceptions import HTTPException

from joindin.errors import (
    DomainError,
    Forbidden,
    InsufficientScope,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    Unauthenticated,
)
from joindin.extensions import db
from joindin.http import html_pages
from joindin.http.csrf import CsrfFailed
from joindin.resources.ephios.authentication import MSG_NO_CREDENTIALS, MSG_NO_PERMISSION
from joindin.resources.ephios.responses import json_response, response_language

STATUS = {
    Unauthenticated: 403,
    Forbidden: 403,
    InsufficientScope: 403,
    CsrfFailed: 403,
    NotFound: 404,
    PayloadTooLarge: 413,
    RateLimited: 429,
}
NO_TOKEN = "CSRF Failed: CSRF token missing."
GERMAN = {
    MSG_NO_CREDENTIALS: "Anmeldedaten fehlen.",
    MSG_NO_PERMISSION: "Sie sind nicht berechtigt, diese Aktion durchzuführen.",
    "Not found.": "Nicht gefunden.",
}

log = logging.getLogger(__name__)


def handle_domain_error(refused: DomainError) -> Response:
    db.session.rollback()
    sentence = str(refused)
    if isinstance(refused, InsufficientScope):
        sentence = MSG_NO_PERMISSION
    if isinstance(refused, CsrfFailed):
        sentence = NO_TOKEN
    response = _detail(sentence, STATUS.get(type(refused), 400))
    if isinstance(refused, RateLimited):
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def handle_http_error(error: HTTPException) -> Response:
    db.session.rollback()
    if error.code != 405:
        return html_pages.handle_http_error(error)
    if request.method == "OPTIONS":
        return json_response({"renders": ["application/json"], "parses": ["application/json"]})
    german = f'Methode "{request.method}" nicht erlaubt.'
    return json_response(
        {"detail": german if response_language() == "de" else f'Method "{request.method}" not allowed.'}, 405
    )


def handle_unexpected_error(_failure: Exception) -> Response:
    """Log the whole of it, say little."""
    db.session.rollback()
    log.exception("%s %s failed", request.method, request.path)
    return _detail("Internal server error.", 500)


def _detail(sentence, status):
    return json_response(
        {"detail": GERMAN.get(sentence, sentence) if response_language() == "de" else sentence}, status
    )
