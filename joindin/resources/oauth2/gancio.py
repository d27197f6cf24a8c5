"""Gancio's addresses (spec 4): values of ``[a-z0-9_-]`` only, tokens that do not lapse, its own statuses."""

from authlib.oauth2.rfc6749 import InvalidGrantError
from flask import Blueprint, Response, request

from joindin.extensions import db
from joindin.http.password_login import proven_to_application
from joindin.models import User
from joindin.oauth2.flask_requests import Asked
from joindin.oauth2.policies import GANCIO_TERMS
from joindin.oauth2.server import Server
from joindin.operations.accounts.clients import gancio_itself
from joindin.resources.oauth2.consent import authorize
from joindin.resources.oauth2.issuer import issuer
from joindin.resources.oauth2.responses import check_secure, json, text
from joindin.security.scopes import GANCIO_SCOPE, GANCIO_SCOPES
from joindin.utils.datetimes import utc_now

SELF = "self"
BAD_CREDENTIALS = "Invalid resource owner credentials"

blp = Blueprint("gancio_oauth", __name__)


@blp.route("/oauth/authorize", methods=["GET", "POST"])
def show_authorize():
    """Ask; applications of Gancio's know one scope."""
    check_secure()
    scope = request.values.get("scope") or GANCIO_SCOPE
    return authorize(_server(), Asked(request, scope=GANCIO_SCOPES if scope == GANCIO_SCOPE else scope))


@blp.post("/oauth/token")
def give_token():
    check_secure()
    asked = Asked(request, scope="")
    response = _server().create_token_response(asked)
    db.session.commit()
    if response.status_code == 200:
        response.set_data(_shown(response.get_json(), asked.user).get_data())
    return response


@blp.post("/oauth/login")
def sign_in():
    """Let in whoever tells their name and password; ``client_id=self`` goes without saying."""
    check_secure()
    given = _given()
    if given.get("client_id", SELF) != SELF:
        return text(401, "Unauthorized")
    grant_type = given.get("grant_type", "password")
    if grant_type != "password":
        return _unsupported(grant_type)
    user = _prove(given.get("username"), given.get("password"))
    if user is None:
        return json(403, {"error": "invalid_grant", "error_description": BAD_CREDENTIALS})
    return _let_in(user)


@blp.post("/api/login/token")
def sign_in_with_address():
    check_secure()
    given = _given()
    user = _prove(given.get("email") or given.get("username"), given.get("password"))
    if user is None:
        return json(401, {"error": "invalid_grant", "error_description": BAD_CREDENTIALS})
    return _let_in(user)


def _given():
    given = request.get_json(silent=True) if request.is_json else request.form
    return given if isinstance(given, dict) else {}


def _prove(name, password) -> User | None:
    if not (isinstance(name, str) and isinstance(password, str)):
        return None
    user = proven_to_application(name, password)
    return user if user is not None and user.is_verified else None


def _let_in(user):
    token = _server().give_tokens(user, gancio_itself(db.session, now=utc_now()))
    db.session.commit()
    return _shown(token, user)


def _server():
    return Server(db.session, GANCIO_TERMS, issuer=issuer, prove=_prove, word=_word, respond=_respond)


def _word(error):
    if isinstance(error, InvalidGrantError):
        what = "refresh token" if request.form.get("grant_type") == "refresh_token" else "authorization code"
        error.description = f"Invalid {what}"


def _respond(status, body, headers):
    if status == 302:
        return Response(status=302, headers=headers)
    if body.get("error") == "invalid_client":
        return text(401, "Unauthorized", {"WWW-Authenticate": 'Bearer realm="Users"'})
    if body.get("error") == "unsupported_grant_type":
        return _unsupported(request.form.get("grant_type", "undefined"))
    return json(403 if body.get("error") == "invalid_grant" else status, body)


def _unsupported(grant_type):
    about = f"Unsupported grant type: {str(grant_type)[:40]}"
    return json(501, {"error": "unsupported_grant_type", "error_description": about})


def _shown(token, user):
    return json(
        200,
        {
            "access_token": token["access_token"],
            "refresh_token": token.get("refresh_token"),
            "username": user.email or user.username,
            "token_type": "Bearer",
        },
    )
