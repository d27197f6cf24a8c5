"""Errors of the ephios API: ``{"detail": …}`` in German or English, and HTML pages for unknown addresses."""

from flask import Response, request
from werkzeug.exceptions import HTTPException

from joindin.errors import Conflict, DomainError, InsufficientScope, Unauthenticated
from joindin.http import error_dispatch, error_pages
from joindin.http.csrf import CsrfFailed
from joindin.http.error_dispatch import status_of
from joindin.resources.ephios.authentication import MSG_NO_CREDENTIALS, MSG_NO_PERMISSION
from joindin.resources.ephios.responses import json_response, response_language

STATUSES = error_dispatch.STATUSES | {Unauthenticated: 403, Conflict: 400}
MSG_CSRF_FAILED = "CSRF Failed: CSRF token missing."
GERMAN = {
    MSG_NO_CREDENTIALS: "Anmeldedaten fehlen.",
    MSG_NO_PERMISSION: "Sie sind nicht berechtigt, diese Aktion durchzuführen.",
    "Not found.": "Nicht gefunden.",
}


def handle_domain_error(error: DomainError) -> Response:
    message = str(error)
    if isinstance(error, InsufficientScope):
        message = MSG_NO_PERMISSION
    if isinstance(error, CsrfFailed):
        message = MSG_CSRF_FAILED
    return _detail_response(message, status_of(error, STATUSES))


def handle_http_error(error: HTTPException) -> Response:
    if error.code != 405:
        return error_pages.handle_http_error(error)
    if request.method == "OPTIONS":
        return json_response({"renders": ["application/json"], "parses": ["application/json"]})
    german = f'Methode "{request.method}" nicht erlaubt.'
    detail = german if response_language() == "de" else f'Method "{request.method}" not allowed.'
    return json_response({"detail": detail}, 405)


def handle_unexpected_error(_error: Exception) -> Response:
    return _detail_response("Internal server error.", 500)


def _detail_response(message, status):
    return json_response({"detail": GERMAN.get(message, message) if response_language() == "de" else message}, status)
