"""Refusals where applications are let in: pages for people, OAuth's objects for programs, Gancio's few words."""

import logging

from flask import Response, request
from werkzeug.exceptions import HTTPException

from joindin.errors import DomainError, Forbidden, PayloadTooLarge, RateLimited, Unauthenticated
from joindin.extensions import db
from joindin.http import html_pages
from joindin.resources.oauth2.responses import json_response, text_response

STATUS = {Unauthenticated: 401, Forbidden: 403, PayloadTooLarge: 413, RateLimited: 429}
SHORT_WORDS = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Not Found"}

log = logging.getLogger(__name__)


def handle_domain_error(refused: DomainError) -> Response:
    db.session.rollback()
    if _is_for_people():
        return html_pages.handle_domain_error(refused)
    status = STATUS.get(type(refused), 400)
    if isinstance(refused, RateLimited):
        wait = {"Retry-After": str(refused.retry_after)}
        if _is_gancios():
            return text_response(429, "Too many requests, please try again later.", wait)
        return json_response(429, {"error": "temporarily_unavailable", "error_description": str(refused)}, wait)
    return json_response(status, {"error": "invalid_request", "error_description": str(refused)})


def handle_http_error(error: HTTPException) -> Response:
    db.session.rollback()
    status = error.code or 500
    if status == 405:
        allowed = ", ".join(sorted({*(error.valid_methods or ()), "OPTIONS"} - {"HEAD"}, key=_order))
        return Response(status=200 if request.method == "OPTIONS" else 405, headers={"Allow": allowed})
    if _is_gancios():
        return text_response(status, SHORT_WORDS.get(status, error.name))
    return html_pages.handle_http_error(error)


def handle_unexpected_error(failure: Exception) -> Response:
    db.session.rollback()
    if _is_for_people():
        return html_pages.handle_unexpected_error(failure)
    log.exception("%s %s failed", request.method, request.path)
    return json_response(500, {"error": "server_error"})


def _is_for_people():
    return "/authorize" in request.path


def _is_gancios():
    return not request.path.startswith("/api/oauth/")


def _order(method):
    return ("GET", "POST", "OPTIONS").index(method)
