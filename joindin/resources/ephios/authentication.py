"""Who is calling: by a bearer token with its scopes, or by a browser's session, which needs none (spec 3)."""

from flask import Flask, current_app, g, request

from joindin.errors import NotAllowed, NotSignedIn
from joindin.extensions import db, reader, token_uses
from joindin.http.csrf import FIELD, SAFE, CsrfFailed, check_csrf
from joindin.http.sessions import session_user
from joindin.http.surface_routing import EPHIOS, when_asked
from joindin.http.token_scopes import check_scope
from joindin.models import User
from joindin.queries.accounts.api_tokens import token_shown
from joindin.utils.datetimes import utc_now

NO_CREDENTIALS = "Authentication credentials were not provided."
NO_PERMISSION = "You do not have permission to perform this action."


def mount(app: Flask) -> None:
    when_asked(app, EPHIOS, _identify)


def caller() -> User:
    """The account of whoever is calling.

    :raises NotAllowed: if the token is nobody's, as guests' and services' are.
    """
    token = g.get("ephios_token")
    if token is None:
        return session_user()
    user = db.session.get(User, token.user.id) if token.user else None
    if user is None:
        raise NotAllowed(NO_PERMISSION)
    return user


def _identify():
    """Before the method is looked at: whoever is nobody hears of nothing else."""
    if request.url_rule is None and not _is_other_method():
        return
    # The session first, which is why there is no challenge and no 401.
    if session_user() is not None:
        check_csrf()
        # Nothing can be done at an address of another method; what to say there is as in the original.
        if _is_other_method() and request.method not in SAFE and not _shows_a_token():
            raise CsrfFailed("CSRF token missing")
        return
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    now = utc_now()
    in_clear = current_app.config["TOKENS_NEED_TLS"] and not request.is_secure
    token = token_shown(reader(), value.strip(), now) if scheme.lower() == "bearer" and not in_clear else None
    if token is None:
        raise NotSignedIn(NO_CREDENTIALS)
    check_scope(current_app, token.scopes)
    g.ephios_token = token
    token_uses().note(token, now)


def _shows_a_token():
    return request.headers.get("X-CSRFToken") or request.form.get(FIELD)


def _is_other_method():
    return getattr(request.routing_exception, "code", None) == 405
