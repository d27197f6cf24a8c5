"""Errors of the OAuth addresses: HTML pages for users, OAuth error objects for programs, plain text at Gancio's addresses."""

from flask import Response, request
from werkzeug.exceptions import HTTPException

from joindin.errors import Conflict, DomainError, RateLimited, ServiceUnavailable
from joindin.http import error_dispatch
from joindin.http.error_dispatch import status_of
from joindin.http.oauth.responses import json_response, text_response
from joindin.http.pages import error_pages
from joindin.http.request_log.labels import current_request_id

STATUSES = error_dispatch.STATUSES | {Conflict: 400}
ERROR_CODES = {RateLimited: "temporarily_unavailable", ServiceUnavailable: "temporarily_unavailable"}
GANCIO_TEXTS = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Not Found"}


def handle_domain_error(error: DomainError) -> Response:
    if _is_page():
        return error_pages.handle_domain_error(error)
    if isinstance(error, RateLimited) and _is_gancio():
        return text_response(429, "Too many requests, please try again later.")
    code = ERROR_CODES.get(type(error), "invalid_request")
    return json_response(status_of(error, STATUSES), {"error": code, "error_description": str(error)})


def handle_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if _is_gancio() and status == 405 and request.method == "OPTIONS":
        return Response(status=204)
    if _is_gancio():
        return text_response(404 if status == 405 else status, GANCIO_TEXTS.get(status, error.name))
    if status == 405:
        allowed = ", ".join(sorted({*(error.valid_methods or ()), "OPTIONS"} - {"HEAD"}, key=_method_rank))
        return Response(status=200 if request.method == "OPTIONS" else 405, headers={"Allow": allowed})
    return error_pages.handle_http_error(error)


def handle_unexpected_error(error: Exception) -> Response:
    if _is_page():
        return error_pages.handle_unexpected_error(error)
    reference = f"Error reference: {current_request_id()}"
    return json_response(500, {"error": "server_error", "error_description": reference})


def _is_page():
    return "/authorize" in request.path


def _is_gancio():
    return request.path.startswith(("/oauth", "/api/login"))


def _method_rank(method):
    return ("GET", "POST", "OPTIONS").index(method) if method in ("GET", "POST", "OPTIONS") else -1
