"""Authentication of the ephios API: a browser session, or a bearer token with its scopes (spec 3)."""

from flask import Flask, request

from joindin.errors import Forbidden, Unauthenticated
from joindin.http.authentication import authenticate_token, read_authorization
from joindin.http.csrf import CSRF_FIELD, SAFE_METHODS, CsrfFailed, check_csrf
from joindin.http.request_identity import ANONYMOUS, get_caller
from joindin.http.sessions import session_user
from joindin.http.surface_routing import EPHIOS, before_surface_request
from joindin.viewer import UserSnapshot

MSG_NO_CREDENTIALS = "Authentication credentials were not provided."
MSG_NO_PERMISSION = "You do not have permission to perform this action."


def init_app(app: Flask) -> None:
    before_surface_request(app, EPHIOS, _authenticate)


def require_user() -> UserSnapshot:
    """Return the user of the request.

    :raises Forbidden: if the token has no user, as tokens of services have.
    """
    user = get_caller().user
    if user is None:
        raise Forbidden(MSG_NO_PERMISSION)
    return user


def _authenticate():
    """Refuse anonymous requests before the method is checked, as the original does.

    The session is read before the token: ephios sends no challenge and no 401 for that reason.

    :raises Unauthenticated, CsrfFailed, InsufficientScope:
    """
    if request.url_rule is None and not _is_wrong_method():
        return
    if session_user() is not None:
        check_csrf()
        if _is_wrong_method() and request.method not in SAFE_METHODS and not _has_csrf_token():
            raise CsrfFailed("CSRF token missing")
    elif authenticate_token(read_authorization(("bearer",))) is ANONYMOUS:
        raise Unauthenticated(MSG_NO_CREDENTIALS)


def _has_csrf_token():
    return request.headers.get("X-CSRFToken") or request.form.get(CSRF_FIELD)


def _is_wrong_method():
    return getattr(request.routing_exception, "code", None) == 405
