"""Errors as HTML pages. Visitors are redirected to the sign-in page instead of 401."""

from flask import Response, redirect
from werkzeug.exceptions import HTTPException

from joindin.errors import (
    Conflict,
    DomainError,
    Forbidden,
    NotFound,
    Overloaded,
    PayloadTooLarge,
    RateLimited,
    ServiceUnavailable,
    Unauthenticated,
)
from joindin.http import error_dispatch
from joindin.http.csrf import CsrfFailed
from joindin.http.error_dispatch import status_of
from joindin.http.html_pages import render_page
from joindin.http.sessions import ignore_session, sign_in_url
from joindin.http.template_formatting import format_duration

STATUSES = error_dispatch.STATUSES
TITLES = {
    Forbidden: "You do not have permission",
    Conflict: "That did not work",
    PayloadTooLarge: "That was too much",
    RateLimited: "Too many attempts",
    ServiceUnavailable: "Temporarily unavailable",
    Overloaded: "Temporarily unavailable",
}
MSG_PAGE_NOT_FOUND = ("There is no such page", "It may have moved, it may not be public, or it never existed.")
MSG_FORM_EXPIRED = (
    "This form has expired",
    "You may have signed in or out meanwhile, or your browser does not accept cookies. Go back, reload the page and try again.",
)


def handle_domain_error(error: DomainError) -> Response:
    status = status_of(error, STATUSES)
    if isinstance(error, Unauthenticated):
        return redirect(sign_in_url())
    if isinstance(error, NotFound):
        return _error_page(status, *MSG_PAGE_NOT_FOUND)
    if isinstance(error, CsrfFailed):
        return _error_page(status, *MSG_FORM_EXPIRED)
    if isinstance(error, ServiceUnavailable):
        ignore_session()
    message = str(error)
    if isinstance(error, RateLimited):
        message = f"Please wait {format_duration(error.retry_after)} and try again."
    return _error_page(status, TITLES.get(type(error), "That did not work"), message)


def handle_http_error(error: HTTPException) -> Response:
    if error.code == 404:
        return _error_page(404, *MSG_PAGE_NOT_FOUND)
    page = _error_page(error.code or 500, error.name, "Pages can only be read." if error.code == 405 else "")
    page.headers |= {name: value for name, value in error.get_headers() if name == "Allow"}
    return page


def handle_unexpected_error(_error: Exception) -> Response:
    ignore_session()
    return _error_page(500, "Something went wrong", "The error is on our side. Please try again later.")


def _error_page(status, title, about):
    response = render_page("web/error.html", status, title=title, about=about)
    response.cache_control.no_store = True
    return response
