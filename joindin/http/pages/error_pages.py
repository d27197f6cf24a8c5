"""Errors as HTML pages. Visitors are redirected to the sign-in page instead of 401."""

from flask import Response, g, redirect, request
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
from joindin.http.error_dispatch import status_of
from joindin.http.pages.csrf import CSRF_FIELD, CsrfFailed, has_own_origin
from joindin.http.pages.html_pages import render_page
from joindin.http.pages.languages import gettext, lazy_gettext, set_page_language, translate_error
from joindin.http.pages.page_addresses import redirect_unknown_name
from joindin.http.pages.template_formatting import format_duration
from joindin.http.request_log.labels import current_request_id
from joindin.http.sessions import ignore_session, session_user, sign_in_url

STATUSES = error_dispatch.STATUSES
TITLES = {
    Forbidden: lazy_gettext("You do not have permission"),
    Conflict: lazy_gettext("That did not work"),
    PayloadTooLarge: lazy_gettext("That was too much"),
    RateLimited: lazy_gettext("Too many attempts"),
    ServiceUnavailable: lazy_gettext("Temporarily unavailable"),
    Overloaded: lazy_gettext("Temporarily unavailable"),
}
MSG_PAGE_NOT_FOUND = (
    lazy_gettext("There is no such page"),
    lazy_gettext("It may have moved, it may not be public, or it never existed."),
)
MSG_FORM_EXPIRED = (
    lazy_gettext("This form has expired"),
    lazy_gettext(
        "You may have signed in or out meanwhile, or your browser does not accept cookies. Go back, reload the page and try again."
    ),
)

# Forms below these paths contain passwords and codes, or give access to an account.
UNREPEATABLE_PATHS = ("/accounts/", "/oauth/")


def handle_domain_error(error: DomainError) -> Response:
    _set_language()
    status = status_of(error, STATUSES)
    if isinstance(error, (CsrfFailed, Unauthenticated)) and _is_repeatable_form():
        return _expired_form_page()
    if isinstance(error, Unauthenticated):
        return redirect(sign_in_url())
    if isinstance(error, NotFound):
        return redirect_unknown_name() or _error_page(status, *MSG_PAGE_NOT_FOUND)
    if isinstance(error, CsrfFailed):
        return _error_page(status, *MSG_FORM_EXPIRED)
    if isinstance(error, ServiceUnavailable):
        ignore_session()
    message = translate_error(error)
    if isinstance(error, RateLimited):
        message = gettext("Please wait %(time)s and try again.", time=format_duration(error.retry_after))
    return _error_page(status, TITLES.get(type(error), lazy_gettext("That did not work")), message)


def handle_http_error(error: HTTPException) -> Response:
    _set_language()
    if error.code == 404:
        return _error_page(404, *MSG_PAGE_NOT_FOUND)
    if error.code == 413:
        return _error_page(413, TITLES[PayloadTooLarge], _describe_body_limits())
    about = _describe_wrong_method() if error.code == 405 else ""
    page = _error_page(error.code or 500, gettext("That did not work"), about)
    page.headers |= {name: value for name, value in error.get_headers() if name == "Allow"}
    return page


def handle_unexpected_error(_error: Exception) -> Response:
    ignore_session()
    _set_language()
    about = gettext("The error is on our side. Please try again later.")
    reference = gettext("Error reference: %(reference)s", reference=current_request_id())
    return _error_page(500, gettext("Something went wrong"), f"{about} {reference}")


def _describe_wrong_method():
    if request.method in ("GET", "HEAD"):
        return gettext("This address only receives forms. Go back to the page with the form, and send it there.")
    return gettext("Pages can only be read.")


def _describe_body_limits():
    return gettext(
        "This form may have at most %(size)d MB with its files, and %(text)d MB without them.",
        size=request.max_content_length // 1_000_000,
        text=request.max_form_memory_size // 1_000_000,
    )


def _is_repeatable_form():
    """Return whether the request is a form that a page of this site sent, without a secret."""
    return request.method == "POST" and has_own_origin() and not request.path.startswith(UNREPEATABLE_PATHS)


def _expired_form_page():
    """Return a page that sends the form of this request again, with a valid token."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != CSRF_FIELD]
    return _uncached_page(
        "web/form_expired.html",
        403,
        title=MSG_FORM_EXPIRED[0],
        fields=fields,
        has_files=any(file.filename for file in request.files.values()),
        user=session_user(),
    )


def _error_page(status, title, about):
    return _uncached_page("web/error.html", status, title=title, about=about, error_status=status)


def _set_language():
    """Choose the language before a message is translated; an error may come before the page does it."""
    if "page_language" not in g:
        set_page_language()


def _uncached_page(template, status, **context):
    response = render_page(template, status, **context)
    response.cache_control.no_store = True
    return response
