"""Errors of v2.1: a list with one message, and the answers to unknown addresses (spec 2.1, 2.2, 2.9)."""

from flask import Response, current_app, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from joindin.errors import Conflict, DomainError, DuplicateEvent, InsufficientScope, Unauthenticated
from joindin.http import error_dispatch
from joindin.http.error_dispatch import status_of
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.responses import JSON_TYPE, error_response

STATUSES = error_dispatch.STATUSES | {Conflict: 400, DuplicateEvent: 409}
CHALLENGE = 'Bearer realm="api.joind.in"'
METHODS = "GET, POST, PUT, DELETE, OPTIONS"
MSG_BODY_TOO_LARGE = "The request body is too large. It may have at most %s MiB"


def handle_domain_error(error: DomainError) -> Response:
    if isinstance(error, DuplicateEvent):
        address = links().event(error.event_id)
        response = error_response(f"{error}. The first one is {address}", 409)
        response.headers["Location"] = address
        return response
    response = error_response(str(error), status_of(error, STATUSES))
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, InsufficientScope):
        response.headers["WWW-Authenticate"] = f'{CHALLENGE}, error="insufficient_scope", scope="{error.scope}"'
    return response


def handle_http_error(error: HTTPException) -> Response:
    if error.code == 404:
        return error_response(*_unknown_address(request.path))
    if error.code == 405:
        return preflight_response() if request.method == "OPTIONS" else error_response("Method not supported", 405)
    message = MSG_BODY_TOO_LARGE % _max_mebibytes() if error.code == 413 else error.name
    return error_response(message, error.code or 500)


def handle_unexpected_error(error: Exception) -> Response:
    return error_response("Database error" if isinstance(error, DBAPIError) else "Internal error", 500)


def preflight_response() -> Response:
    """Answer a CORS preflight request. The original had no CORS."""
    response = Response(status=204, content_type=JSON_TYPE)
    response.headers |= {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
        "Access-Control-Max-Age": "86400",
    }
    return response


def _max_mebibytes():
    return f"{current_app.config['MAX_BODY_BYTES'] / 1024 / 1024:.1f}"


def _unknown_address(path):
    version = path.removeprefix("/").partition("/")[0]
    if version in ("v2", "2"):
        return "This API version is no longer supported. Please use v2.1", 400
    if version != "v2.1":
        return "API version must be specified", 404
    return "Endpoint not found", 404
