"""Protection against cross-site request forgery, by Flask-WTF.

Every form of the surface ``web`` is checked automatically. Another surface that has forms, or accepts browser sessions, calls
:func:`check_csrf` before it writes. Field, header and, without TLS, cookie have the names that clients of ephios use. A token is bound to one
session; that of a visitor, or of the same user's expired session, stays valid on pages of this site after the sign-in. Requests with a
bearer token need none.
"""

import hmac

import flask
from flask import Flask, current_app, g, request
from flask_wtf.csrf import CSRFProtect, generate_csrf, validate_csrf
from wtforms import ValidationError

from joindin.errors import Forbidden
from joindin.http.cookie_names import host_cookie_name
from joindin.http.sessions import CSRF_USER_ID, VISITOR_CSRF_SECRET, current_session
from joindin.http.surface_routing import WEB, before_surface_request

CSRF_FIELD = "csrfmiddlewaretoken"
CSRF_HEADER = "X-CSRFToken"
CSRF_COOKIE = "csrftoken"
# Pages of visitors have no token, so that they can be cached. Their forms are sent to addresses below ``GUEST_PATH``, or to this one.
GUEST_PATH, CONTACT_PATH = "/guest/", "/contact"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


class CsrfFailed(Forbidden):
    """The request has no valid CSRF token, or comes from another site."""


class CsrfExtension(CSRFProtect):
    def _error_response(self, reason):
        # The sender may have signed in since the page was shown. The origin is checked, because other sites can know a
        # visitor's token.
        if has_own_origin() and _is_valid(self._get_csrf_token(), VISITOR_CSRF_SECRET):
            return
        raise CsrfFailed(f"CSRF Failed: {reason}")


csrf = CsrfExtension()


def init_app(app: Flask) -> None:
    app.config |= {
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_FIELD_NAME": CSRF_FIELD,
        "WTF_CSRF_HEADERS": [CSRF_HEADER],
        # A token is valid as long as its session.
        "WTF_CSRF_TIME_LIMIT": None,
        # Some browsers send no Referer; the token is bound to the session.
        "WTF_CSRF_SSL_STRICT": False,
    }
    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.context_processor(lambda: {"csrf_token": csrf_token})
    before_surface_request(app, WEB, _check_pages)
    app.after_request(_send_cookie)


def csrf_token() -> str:
    """Return the token for a form."""
    _bind_to_session()
    return generate_csrf()


def check_csrf() -> None:
    """:raises CsrfFailed: if the request writes and has no valid token, or comes from another site."""
    if request.method in SAFE_METHODS:
        return
    is_foreign = request.headers.get("Sec-Fetch-Site") == "cross-site"
    if is_foreign or ("Origin" in request.headers and not has_own_origin()):
        raise CsrfFailed("CSRF Failed: Origin checking failed.")
    _bind_to_session()
    csrf.protect(apply_exemptions=True)


def has_own_origin() -> bool:
    """Return whether the browser says that a page of this site sent the request."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.host}"


def has_valid_token() -> bool:
    """Return whether the form or the header of this request has a valid CSRF token."""
    _bind_to_session()
    return _is_valid(request.form.get(CSRF_FIELD) or request.headers.get(CSRF_HEADER))


def is_form_without_token() -> bool:
    """Return whether the request is sent to an address whose forms have no token."""
    return request.path.startswith(GUEST_PATH) or request.path == CONTACT_PATH


def _check_pages():
    # ``http/guest_devices.py`` checks the requests of guests.
    if request.endpoint and not is_form_without_token():
        check_csrf()


def _bind_to_session():
    """Derive the token's secret from the browser session. A visitor's secret is random and stored in their cookie."""
    session = current_session()
    if session is None:
        return
    secret = hmac.digest(current_app.secret_key.encode(), f"csrf\n{session.token_hash}".encode(), "sha256").hex()
    if flask.session.get(CSRF_FIELD) != secret:
        flask.session[CSRF_FIELD] = secret
        flask.session[CSRF_USER_ID] = session.user_id
        g.pop(CSRF_FIELD, None)


def _send_cookie(response):
    context = g._get_current_object()
    if context.get("session_cookie"):
        # A sign-in of this request started a session, which needs a new token.
        context.pop(CSRF_FIELD, None)
        csrf_token()
    if CSRF_FIELD in context and not _is_valid(request.cookies.get(host_cookie_name(CSRF_COOKIE))):
        response.set_cookie(
            host_cookie_name(CSRF_COOKIE), g.get(CSRF_FIELD), samesite="Lax", secure=request.is_secure, path="/"
        )
    return response


def _is_valid(token, secret_key=CSRF_FIELD):
    """Return whether the token belongs to the secret that the cookie of the visit has as ``secret_key``."""
    try:
        validate_csrf(token, token_key=secret_key)
    except ValidationError:
        return False
    return True
