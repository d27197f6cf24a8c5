"""Authentication of the Gancio API: a bearer token in the header.

Gancio itself also accepts tokens in the query, the form and a cookie. Tokens in addresses end up in logs (RFC 9700), and
cookies would need CSRF protection. No known client needs either.
"""

from flask import Flask

from joindin.errors import Unauthenticated
from joindin.http.authentication import authenticate_token, read_authorization
from joindin.http.request_identity import get_caller
from joindin.http.surface_routing import GANCIO, before_surface_request
from joindin.viewer import UserSnapshot


def init_app(app: Flask) -> None:
    before_surface_request(app, GANCIO, lambda: authenticate_token(read_authorization(("bearer",))))


def require_password_sign_in() -> UserSnapshot:
    """Return the user of a token that was issued for a password, by Gancio's sign-in or Joind.in's, to list keys.

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
