"""Authentication of the Gancio API: a bearer token in the header; for reads also in the query string or in a cookie.

Gancio's web client has the token in a cookie. Writes need the header: a page of another site can have a browser send its
cookies, but no header (CSRF), and addresses are kept in histories and logs of proxies (RFC 9700). Responses to tokens outside the header
are stored by no cache.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import unquote

from flask import Flask, request

from joindin.errors import Forbidden, Unauthenticated
from joindin.http.authentication import authenticate_token, read_authorization
from joindin.http.request_identity import get_caller
from joindin.http.surface_routing import GANCIO, before_surface_request, current_surface
from joindin.resources.gancio.query_params import read_args
from joindin.viewer import UserSnapshot, Viewer

TOKEN_PARAMETER, TOKEN_COOKIE = "access_token", "auth._token.local"
READ_METHODS = ("GET", "HEAD")


def init_app(app: Flask) -> None:
    before_surface_request(app, GANCIO, _authenticate)
    app.after_request(_forbid_caching)


def requires(predicate: Callable[[Viewer], bool], *, by_password_sign_in: bool = False):
    """Refuse a request of whom ``predicate(viewer)`` is not true, before its body is read.

    ``by_password_sign_in`` is for changes of accounts and credentials: tokens that were delegated are refused as well.
    """

    def decorate(view):
        @wraps(view)
        def guarded(**values):
            user = require_password_sign_in() if by_password_sign_in else require_user()
            if not predicate(Viewer(user)):
                raise Forbidden("Forbidden")
            return view(**values)

        return guarded

    return decorate


def require_password_sign_in() -> UserSnapshot:
    """Return the user of a token that was issued for a password, by Gancio's sign-in or Joind.in's.

    Only these tokens list keys and change accounts.

    :raises Unauthenticated: for other tokens, which applications and scripts hold.
    """
    caller = get_caller()
    is_own_sign_in = caller.token is not None and caller.token.is_gancio_password_sign_in
    if caller.user is None or not (is_own_sign_in or caller.may_change_account):
        raise Unauthenticated("Forbidden")
    return caller.user


def require_user() -> UserSnapshot:
    """Return the user of the request; :raises Unauthenticated: if there is none."""
    user = get_caller().user
    if user is None:
        raise Unauthenticated("Forbidden")
    return user


def has_credentials() -> bool:
    """Return whether the request has credentials, valid or not, in the header or where Gancio takes a token as well."""
    token = read_args().get(TOKEN_PARAMETER) or request.form.get(TOKEN_PARAMETER) or _token_in_cookie()
    return "HTTP_AUTHORIZATION" in request.environ or bool(token)


def _authenticate():
    if "HTTP_AUTHORIZATION" in request.environ:
        authenticate_token(read_authorization(("bearer",)))
    elif _has_token_outside_header():
        authenticate_token(read_args().get(TOKEN_PARAMETER) or _token_in_cookie() or None)


def _token_in_cookie():
    """Return the token; empty without one, as in the cookie ``false`` that Gancio's web client leaves after the sign-out."""
    return unquote(request.cookies.get(TOKEN_COOKIE, "")).partition("Bearer ")[2].strip()


def _has_token_outside_header():
    current = request._get_current_object()
    return current.method in READ_METHODS and (
        TOKEN_PARAMETER in read_args() or ("HTTP_COOKIE" in current.environ and TOKEN_COOKIE in current.cookies)
    )


def _forbid_caching(response):
    if current_surface() == GANCIO and _has_token_outside_header():
        response.cache_control.clear()
        response.cache_control.no_store = True
    return response
