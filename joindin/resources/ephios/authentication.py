"""Who is calling: by a bearer token with its scopes, or by a browser's session, which needs none (spec 3)."""

from flask import Flask, current_app, g, request

from joindin.errors import Forbidden, Unauthenticated
from joindin.extensions import db, reader, token_usage_recorder
from joindin.http.csrf import CSRF_FIELD, SAFE_METHODS, CsrfFailed, check_csrf
from joindin.http.sessions import session_user
from joindin.http.surface_routing import EPHIOS, before_surface_request
from joindin.http.token_scopes import check_scope
from joindin.models import User
from joindin.queries.accounts.api_tokens import get_valid_token
from joindin.utils.datetimes import utc_now

MSG_NO_CREDENTIALS = "Authentication credentials were not provided."
MSG_NO_PERMISSION = "You do not have permission to perform this action."


def init_app(app: Flask) -> None:
    before_surface_request(app, EPHIOS, _identify)


def require_user() -> User:
    """The account of whoever is calling.

    :raises Forbidden: if the token is nobody's, as guests' and services' are.
    """
    token = g.get("ephios_token")
    if token is None:
        return session_user()
    user = db.session.get(User, token.user.id) if token.user else None
    if user is None:
        raise Forbidden(MSG_NO_PERMISSION)
    return user


def _identify():
    """Before the method is looked at: whoever is nobody hears of nothing else."""
    if request.url_rule is None and not _is_other_method():
        return
    # The session first, which is why there is no challenge and no 401.
    if session_user() is not None:
        check_csrf()
        # Nothing can be done at an address of another method; what to say there is as in the original.
        if _is_other_method() and request.method not in SAFE_METHODS and not _shows_a_token():
            raise CsrfFailed("CSRF token missing")
        return
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    now = utc_now()
    in_clear = current_app.config["TOKENS_NEED_TLS"] and not request.is_secure
    token = get_valid_token(reader(), value.strip(), now) if scheme.lower() == "bearer" and not in_clear else None
    if token is None:
        raise Unauthenticated(MSG_NO_CREDENTIALS)
    check_scope(current_app, token.scopes)
    g.ephios_token = token
    token_usage_recorder().record(token, now)


def _shows_a_token():
    return request.headers.get("X-CSRFToken") or request.form.get(CSRF_FIELD)


def _is_other_method():
    return getattr(request.routing_exception, "code", None) == 405
