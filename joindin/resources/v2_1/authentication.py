"""Authentication of v2.1 (spec 2.11)."""

from flask import Flask, request

from joindin.errors import Forbidden, InvalidInput, Unauthenticated
from joindin.http.authentication import authenticate_token, read_authorization
from joindin.http.request_identity import get_caller
from joindin.http.surface_routing import V2_1, before_surface_request
from joindin.viewer import UserSnapshot

AUTH_SCHEMES = ("bearer", "oauth")


def init_app(app: Flask) -> None:
    before_surface_request(app, V2_1, _authenticate)


def comment_source() -> str:
    """Return the name of the application that a comment of this request is attributed to."""
    token = get_caller().token
    return (token.client_name if token else None) or "joind.in"


def require_user(refusal: str) -> UserSnapshot:
    """Return the user of the request; :raises Unauthenticated: with the message ``refusal`` if there is none."""
    user = get_caller().user
    if user is None:
        raise Unauthenticated(refusal)
    return user


def require_password_sign_in(login_message: str, refusal: str) -> UserSnapshot:
    """Return the user of a request that may change the account's credentials or list its keys.

    :raises Unauthenticated, Forbidden: in that order; Forbidden for tokens of other origins than a password sign-in
        through an application of the operator.
    """
    user = require_user(login_message)
    if not get_caller().may_change_account:
        raise Forbidden(refusal)
    return user


def _authenticate():
    """Check the form of the header and authenticate, before routing errors are answered.

    An unknown token leaves the request anonymous: the Android application sends ``OAuth null`` and expects an answer.

    :raises InvalidInput: for a header of another form or scheme.
    """
    header = request.environ.get("HTTP_AUTHORIZATION")
    if header is None:
        return
    if header.count(" ") != 1:
        raise InvalidInput("Invalid Authorization Header")
    credential = read_authorization(AUTH_SCHEMES)
    if credential is None:
        raise InvalidInput("Unknown Authorization Header Received")
    authenticate_token(credential)
