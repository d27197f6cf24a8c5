"""Refusals in the dialect of v2.1, and what unknown addresses are told (spec 2.1, 2.2, 2.9)."""

import logging

from flask import Response, request
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import HTTPException

from joindin.errors import (
    Conflict,
    DomainError,
    Forbidden,
    InsufficientScope,
    InvalidInput,
    MethodNotAllowed,
    NotConfigured,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    Unauthenticated,
    Unprocessable,
)
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.models import AccessToken
from joindin.resources.v2_1.responses import JSON_TYPE, error_response

STATUS = {
    Unauthenticated: 401,
    Forbidden: 403,
    InsufficientScope: 403,
    NotFound: 404,
    InvalidInput: 400,
    MethodNotAllowed: 405,
    Conflict: 400,
    Unprocessable: 422,
    PayloadTooLarge: 413,
    RateLimited: 429,
    NotConfigured: 501,
}
METHODS = "GET, POST, PUT, DELETE, OPTIONS"

log = logging.getLogger(__name__)


def handle_domain_error(refused: DomainError) -> Response:
    db.session.rollback()
    response = error_response(str(refused), STATUS[type(refused)])
    if isinstance(refused, Unauthenticated):
        response.headers["WWW-Authenticate"] = 'Bearer realm="api.joind.in"'
    if isinstance(refused, InsufficientScope):
        response.headers["WWW-Authenticate"] = (
            f'Bearer realm="api.joind.in", error="insufficient_scope", scope="{refused.scope}"'
        )
    if isinstance(refused, RateLimited):
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def handle_http_error(error: HTTPException) -> Response:
    db.session.rollback()
    if error.code == 404:
        return error_response(*_unknown_address(request.path))
    if error.code == 405:
        return _other_method()
    sentences = {413: "The request body is too large"}
    return error_response(sentences.get(error.code, error.name), error.code or 500)


def handle_unexpected_error(failure: Exception) -> Response:
    """Log the whole of it, say little."""
    db.session.rollback()
    if isinstance(failure, IntegrityError | ObjectDeletedError) and _caller_is_gone():
        return handle_domain_error(Unauthenticated("You must be logged in"))
    log.exception("%s %s failed", request.method, request.path)
    return error_response("Database error" if isinstance(failure, DBAPIError) else "Internal error", 500)


def _caller_is_gone():
    """Whether somebody deleted the caller's account since their token was read."""
    token = get_caller().token
    return token is not None and db.session.get(AccessToken, token.id) is None


def _unknown_address(path):
    first = path.removeprefix("/").partition("/")[0]
    if first in ("v2", "2"):
        return "This API version is no longer supported. Please use v2.1", 400
    if first != "v2.1":
        return "API version must be specified", 404
    return "Endpoint not found", 404


def _other_method():
    if request.method == "OPTIONS":
        return preflight_response()
    return error_response("Method not supported", 405)


def preflight_response() -> Response:
    """The answer to a browser that asks before it sends (the original had none)."""
    response = Response(status=204, content_type=JSON_TYPE)
    response.headers |= {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
        "Access-Control-Max-Age": "86400",
    }
    return response
