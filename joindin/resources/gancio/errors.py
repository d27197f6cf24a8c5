"""Errors of the Gancio API: short plain text (spec 2).

Requests without a valid token get 403, never 401. A method that an address does not have gets 404, as an unknown address does.
"""

from flask import Response, request
from werkzeug.exceptions import HTTPException

from joindin.errors import Conflict, DomainError, InvalidInput, RateLimited, Unauthenticated
from joindin.http import error_dispatch
from joindin.http.error_dispatch import status_of
from joindin.resources.gancio.responses import json_response, text_response


class BrokenUpload(InvalidInput):
    """An uploaded file is no image. Gancio answers with a JSON text."""


class InvalidToken(Unauthenticated):
    """A submission has a token that is not valid. It would otherwise be stored as one without an account (section 4.6)."""


STATUSES = error_dispatch.STATUSES | {Unauthenticated: 403, InvalidToken: 401, Conflict: 400}
TEXTS = {403: "Forbidden", 429: "Too many requests, please try again later."}


def handle_domain_error(error: DomainError) -> Response:
    status = status_of(error, STATUSES)
    if isinstance(error, BrokenUpload):
        return json_response(str(error), status)
    response = text_response(TEXTS.get(status, str(error)), status)
    if isinstance(error, RateLimited) and error.max_count is not None:
        response.headers |= _rate_limit_headers(error)
    return response


def handle_http_error(error: HTTPException) -> Response:
    if error.code == 405 and request.method == "OPTIONS":
        return Response(status=204)
    if error.code == 405:
        return text_response("Not Found", 404)
    return text_response(error.name, error.code or 500)


def handle_unexpected_error(_error: Exception) -> Response:
    return text_response("500: Internal Server Error", 500)


def _rate_limit_headers(error):
    """Return the headers by which Gancio's clients know the limit; ``Retry-After`` is the rest of the window."""
    return {
        "RateLimit-Policy": f"{error.max_count};w={error.window}",
        "RateLimit-Limit": str(error.max_count),
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": str(error.retry_after),
    }
