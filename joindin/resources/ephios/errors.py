"""Errors of the ephios API: ``{"detail": …}`` in German or English, and HTML pages for unknown addresses."""

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from joindin.errors import Conflict, DomainError, InsufficientScope, Unauthenticated
from joindin.http import error_dispatch
from joindin.http.error_dispatch import status_of
from joindin.http.pages import error_pages
from joindin.http.pages.csrf import CsrfFailed
from joindin.http.pages.languages import response_language
from joindin.http.request_identity import get_caller
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.refusals import InvalidSignup, Refusal, SignupRefused
from joindin.resources.ephios.authentication import is_federation_guest, is_for_guests
from joindin.resources.ephios.filters import InvalidFilters
from joindin.resources.ephios.responses import json_response
from joindin.resources.ephios.routes import may_use_method, route_for_reading, view_title
from joindin.resources.ephios.texts import (
    MSG_METHOD_NOT_ALLOWED,
    MSG_NO_PERMISSION,
    MSG_NOT_ACCEPTABLE,
    translate,
)

STATUSES = error_dispatch.STATUSES | {Unauthenticated: 403, Conflict: 400}
MSG_CSRF_FAILED = "CSRF Failed: CSRF token missing."
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
RENDERS = ("application/json", "text/html")
PARSES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")


def handle_domain_error(error: DomainError) -> Response:
    language = response_language()
    if isinstance(error, SignupRefused):
        reasons = [reason.text(language) for reason in error.reasons]
        return json_response({"detail": Refusal(str(error)).text(language), "reasons": reasons}, 400)
    if isinstance(error, InvalidSignup):
        return json_response({error.field: [error.reason.text(language)]}, 400)
    if isinstance(error, InvalidCrewField):
        return json_response({error.field: [translate(str(error), language)]}, 400)
    message = str(error)
    if isinstance(error, InsufficientScope):
        message = MSG_NO_PERMISSION
    if isinstance(error, CsrfFailed):
        message = MSG_CSRF_FAILED
    return _detail_response(message, status_of(error, STATUSES))


def handle_http_error(error: HTTPException) -> Response:
    if error.code == 406:
        return _detail_response(MSG_NOT_ACCEPTABLE, 406)
    if error.code != 405:
        return error_pages.handle_http_error(error)
    if is_for_guests(request.path) and not is_federation_guest():
        return _detail_response(MSG_NO_PERMISSION, 403)
    found = route_for_reading()
    if found is not None:
        rule, info = found
        if not _has_scope(rule) or not may_use_method(info, request.method):
            return _detail_response(MSG_NO_PERMISSION, 403)
    if request.method == "OPTIONS":
        title = info.title if found else view_title(error.valid_methods)
        response = json_response({"name": title, "description": "", "renders": RENDERS, "parses": PARSES})
    else:
        response = _detail_response(MSG_METHOD_NOT_ALLOWED, 405, request.method)
    if found is None and error.valid_methods:
        # An address that also writes, or only writes.
        response.headers["Allow"] = ", ".join(sorted({*error.valid_methods, "OPTIONS"}, key=METHODS.index))
    return response


def handle_invalid_filters(error: InvalidFilters) -> Response:
    return json_response(error.body, 400)


def handle_unexpected_error(_error: Exception) -> Response:
    return _detail_response("Internal server error.", 500)


def _has_scope(rule):
    """Return whether the token, if there is one, has the scope for reading the route: other methods need no other."""
    token = get_caller().token
    scope = current_app.extensions["scopes"].get((rule.rule, "GET"))
    return token is None or scope in (None, "any") or scope in token.scopes


def _detail_response(message, status, *values):
    return json_response({"detail": translate(message, response_language(), *values)}, status)
