"""Refusals in the dialect: ``{"detail": …}`` in German or English, and pages where there is no such address."""

import logging

from flask import Response, request
from werkzeug.exceptions import HTTPException

from joindin.errors import NotAllowed, NotFound, NotSignedIn, OutOfScope, Refused, TooLarge, TooOften
from joindin.extensions import db
from joindin.http import html_pages
from joindin.http.csrf import CsrfFailed
from joindin.resources.ephios.authentication import NO_CREDENTIALS, NO_PERMISSION
from joindin.resources.ephios.responses import answer, language

STATUS = {
    NotSignedIn: 403,
    NotAllowed: 403,
    OutOfScope: 403,
    CsrfFailed: 403,
    NotFound: 404,
    TooLarge: 413,
    TooOften: 429,
}
NO_TOKEN = "CSRF Failed: CSRF token missing."  # noqa: S105 - a sentence
GERMAN = {
    NO_CREDENTIALS: "Anmeldedaten fehlen.",
    NO_PERMISSION: "Sie sind nicht berechtigt, diese Aktion durchzuführen.",
    "Not found.": "Nicht gefunden.",
}

log = logging.getLogger(__name__)


def show_refusal(refused: Refused) -> Response:
    db.session.rollback()
    sentence = str(refused)
    if isinstance(refused, OutOfScope):
        sentence = NO_PERMISSION
    if isinstance(refused, CsrfFailed):
        sentence = NO_TOKEN
    response = _detail(sentence, STATUS.get(type(refused), 400))
    if isinstance(refused, TooOften):
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def show_http_error(error: HTTPException) -> Response:
    db.session.rollback()
    if error.code != 405:
        return html_pages.show_http_error(error)
    if request.method == "OPTIONS":
        return answer({"renders": ["application/json"], "parses": ["application/json"]})
    german = f'Methode "{request.method}" nicht erlaubt.'
    return answer({"detail": german if language() == "de" else f'Method "{request.method}" not allowed.'}, 405)


def show_failure(_failure: Exception) -> Response:
    """Log the whole of it, say little."""
    db.session.rollback()
    log.exception("%s %s failed", request.method, request.path)
    return _detail("Internal server error.", 500)


def _detail(sentence, status):
    return answer({"detail": GERMAN.get(sentence, sentence) if language() == "de" else sentence}, status)
