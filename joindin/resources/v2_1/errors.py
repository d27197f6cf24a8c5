"""Refusals in the dialect of v2.1, and what unknown addresses are told (spec 2.1, 2.2, 2.9)."""

import logging

from flask import Response, request
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import HTTPException

from joindin.errors import (
    Conflict,
    Invalid,
    MethodNotSupported,
    NotAllowed,
    NotConfigured,
    NotFound,
    NotSignedIn,
    OutOfScope,
    Refused,
    TooLarge,
    TooOften,
    Unprocessable,
)
from joindin.extensions import db
from joindin.models import AccessToken
from joindin.resources.v2_1.authentication import caller
from joindin.resources.v2_1.responses import JSON_TYPE, refusal

STATUS = {
    NotSignedIn: 401,
    NotAllowed: 403,
    OutOfScope: 403,
    NotFound: 404,
    Invalid: 400,
    MethodNotSupported: 405,
    Conflict: 400,
    Unprocessable: 422,
    TooLarge: 413,
    TooOften: 429,
    NotConfigured: 501,
}
METHODS = "GET, POST, PUT, DELETE, OPTIONS"

log = logging.getLogger(__name__)


def show_refusal(refused: Refused) -> Response:
    db.session.rollback()
    response = refusal(str(refused), STATUS[type(refused)])
    if isinstance(refused, NotSignedIn):
        response.headers["WWW-Authenticate"] = 'Bearer realm="api.joind.in"'
    if isinstance(refused, OutOfScope):
        response.headers["WWW-Authenticate"] = (
            f'Bearer realm="api.joind.in", error="insufficient_scope", scope="{refused.scope}"'
        )
    if isinstance(refused, TooOften):
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def show_http_error(error: HTTPException) -> Response:
    db.session.rollback()
    if error.code == 404:
        return refusal(*_unknown_address(request.path))
    if error.code == 405:
        return _other_method()
    sentences = {413: "The request body is too large"}
    return refusal(sentences.get(error.code, error.name), error.code or 500)


def show_failure(failure: Exception) -> Response:
    """Log the whole of it, say little."""
    db.session.rollback()
    if isinstance(failure, IntegrityError | ObjectDeletedError) and _caller_is_gone():
        return show_refusal(NotSignedIn("You must be logged in"))
    log.exception("%s %s failed", request.method, request.path)
    return refusal("Database error" if isinstance(failure, DBAPIError) else "Internal error", 500)


def _caller_is_gone():
    """Whether somebody deleted the caller's account since their token was read."""
    token = caller().token
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
        return preflight()
    return refusal("Method not supported", 405)


def preflight() -> Response:
    """The answer to a browser that asks before it sends (the original had none)."""
    response = Response(status=204, content_type=JSON_TYPE)
    response.headers |= {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
        "Access-Control-Max-Age": "86400",
    }
    return response
