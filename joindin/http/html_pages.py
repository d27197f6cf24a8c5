"""What every page has, whichever room it comes from: who is looking, words, and refusals as pages."""

import logging

from flask import Flask, Response, flash, redirect, render_template, request
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import HTTPException

from joindin.errors import Conflict, DomainError, Forbidden, NotFound, PayloadTooLarge, RateLimited, Unauthenticated
from joindin.extensions import db
from joindin.http import template_formatting
from joindin.http.csrf import CsrfFailed
from joindin.http.sessions import current_session, session_user, sign_in_url
from joindin.models import BrowserSession
from joindin.permissions import can_review_event
from joindin.representations.links import Links
from joindin.utils.text import is_web_url
from joindin.viewer import Viewer

MSG_PAGE_NOT_FOUND = ("There is no such page", "It may have moved, it may not be public, or there never was one.")
MSG_FORM_EXPIRED = (
    "This form is no longer good",
    "You may have signed in or out meanwhile, or your browser keeps no cookies. Go back, load the page again and repeat.",
)

# The shapes of addresses, read within this site.
LOCAL_LINKS = Links(base="", website="")

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["nav_links"] = nav_links
    app.context_processor(_tell_templates)


def nav_links() -> list[tuple[str, str]]:
    """Where the navigation leads whoever is signed in: addresses and names. Hosts find the desk by their account."""
    account, desk = ("/accounts/", "Account"), ("/desk/", "Desk")
    return [account, desk] if can_review_event(Viewer(session_user())) else [account]


def render_page(template: str, status: int = 200, **shown) -> Response:
    return Response(render_template(template, **shown), status, mimetype="text/html")


def flash_success(message: str) -> None:
    """Say so on the next page."""
    flash(message)


def flash_error(message: str) -> None:
    """Say on the next page that something was not done."""
    flash(message, "warning")


def handle_domain_error(refused: DomainError) -> Response:
    db.session.rollback()
    if isinstance(refused, Unauthenticated):
        return redirect(sign_in_url())
    if isinstance(refused, NotFound):
        return _page(404, *MSG_PAGE_NOT_FOUND)
    if isinstance(refused, CsrfFailed):
        return _page(403, *MSG_FORM_EXPIRED)
    if isinstance(refused, Forbidden):
        return _page(403, "This is not for you", str(refused))
    if isinstance(refused, Conflict):
        return _page(409, "That did not work", str(refused))
    if isinstance(refused, PayloadTooLarge):
        return _page(413, "That was too much", str(refused))
    if isinstance(refused, RateLimited):
        page = _page(
            429,
            "Too many attempts",
            f"Please wait {template_formatting.format_duration(refused.retry_after)} and try again.",
        )
        page.headers["Retry-After"] = str(refused.retry_after)
        return page
    return _page(400, "That did not work", str(refused))


def handle_http_error(error: HTTPException) -> Response:
    db.session.rollback()
    if error.code == 404:
        return _page(404, *MSG_PAGE_NOT_FOUND)
    page = _page(error.code or 500, error.name, "Pages can only be read." if error.code == 405 else "")
    page.headers |= {name: value for name, value in error.get_headers() if name == "Allow"}
    return page


def handle_unexpected_error(failure: Exception) -> Response:
    """Log the whole of it, say little."""
    db.session.rollback()
    if isinstance(failure, IntegrityError | ObjectDeletedError) and _person_is_gone():
        return redirect(sign_in_url())
    log.exception("%s %s failed", request.method, request.path)
    return _page(500, "Something went wrong", "It is not your fault. Please try again later.")


def _person_is_gone():
    """Whether somebody deleted the account since its session was read."""
    known = current_session()
    return known is not None and db.session.get(BrowserSession, inspect(known).identity) is None


def _page(status, title, about):
    response = render_page("web/error.html", status, title=title, about=about)
    response.cache_control.no_store = True
    return response


def _tell_templates():
    return {
        "paths": LOCAL_LINKS,
        "formatting": template_formatting,
        "is_web_url": is_web_url,
        "current_user": session_user(),
    }
