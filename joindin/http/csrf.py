"""Guarding against forms that other sites make people send (Flask-WTF).

Every form below the addresses of ``web`` is guarded without being told to. Another surface that has a form, or lets
people in by their session, calls :func:`check_csrf` before it writes. The names are those that ephios's clients use: field
``csrfmiddlewaretoken``, header ``X-CSRFToken``, cookie ``csrftoken``. Somebody's tokens are good for
their session alone, and a caller who shows a bearer token needs none.
"""

import hmac

import flask
from flask import Flask, current_app, g, request
from flask_wtf.csrf import CSRFProtect, generate_csrf, validate_csrf
from wtforms import ValidationError

from joindin.errors import Forbidden
from joindin.http.sessions import current_session
from joindin.http.surface_routing import WEB, before_surface_request

CSRF_FIELD = "csrfmiddlewaretoken"
CSRF_COOKIE = "csrftoken"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


class CsrfFailed(Forbidden):
    """Nobody can tell that the person meant to send this."""


class CsrfExtension(CSRFProtect):
    def _error_response(self, reason):
        raise CsrfFailed(f"CSRF Failed: {reason}")


csrf = CsrfExtension()


def init_app(app: Flask) -> None:
    app.config |= {
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_FIELD_NAME": CSRF_FIELD,
        "WTF_CSRF_HEADERS": ["X-CSRFToken"],
        # As long as the session; how old the page is does not matter.
        "WTF_CSRF_TIME_LIMIT": None,
        # The token is bound to the session, and some browsers keep the Referer to themselves.
        "WTF_CSRF_SSL_STRICT": False,
    }
    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.context_processor(lambda: {"csrf_token": csrf_token})
    before_surface_request(app, WEB, _check_pages)
    app.after_request(_send_cookie)


def csrf_token() -> str:
    """What a form carries along."""
    _bind()
    return generate_csrf()


def check_csrf() -> None:
    """:raises CsrfFailed: if the request writes and does not show the token, or comes from another site."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin not in (None, f"{request.scheme}://{request.host}"):
        raise CsrfFailed("CSRF Failed: Origin checking failed.")
    _bind()
    csrf.protect(apply_exemptions=True)


def _check_pages():
    if request.endpoint:
        check_csrf()


def _bind():
    """Make the token one of this session; a visitor's is one of their cookie, until they sign in."""
    known = current_session()
    if known is None:
        return
    ours = hmac.digest(current_app.secret_key.encode(), f"csrf\n{known.token_hash}".encode(), "sha256").hex()
    if flask.session.get(CSRF_FIELD) != ours:
        flask.session[CSRF_FIELD] = ours
        g.pop(CSRF_FIELD, None)


def _send_cookie(response):
    known = g._get_current_object()
    if known.get("session_cookie"):
        # Whoever just signed in gets the token of the new session with it.
        known.pop(CSRF_FIELD, None)
        csrf_token()
    if CSRF_FIELD in known and not _has_good_cookie():
        response.set_cookie(CSRF_COOKIE, g.get(CSRF_FIELD), samesite="Lax", secure=request.is_secure, path="/")
    return response


def _has_good_cookie():
    try:
        validate_csrf(request.cookies.get(CSRF_COOKIE))
    except ValidationError:
        return False
    return True
