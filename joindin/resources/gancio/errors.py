"""Errors of the Gancio API: short plain text (spec 2). Requests without a valid token get 403, never 401."""

from flask import Response, request
from werkzeug.exceptions import HTTPException

from joindin.errors import Conflict, DomainError, Unauthenticated
from joindin.http import error_dispatch
from joindin.http.error_dispatch import status_of

STATUSES = error_dispatch.STATUSES | {Unauthenticated: 403, Conflict: 400}
TEXTS = {403: "Forbidden", 429: "Too many requests, please try again later."}


def handle_domain_error(error: DomainError) -> Response:
    status = status_of(error, STATUSES)
    return _text_response(TEXTS.get(status, str(error)), status)


def handle_http_error(error: HTTPException) -> Response:
    if error.code == 405 and request.method == "OPTIONS":
        return Response(status=204)
    return _text_response(error.name, error.code or 500)


def handle_unexpected_error(_error: Exception) -> Response:
    return _text_response("500: Internal Server Error", 500)


def _text_response(text, status):
    return Response(text, status, content_type="text/plain; charset=utf-8")
