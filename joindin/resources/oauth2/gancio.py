"""Gancio's addresses (spec 4): values of ``[a-z0-9_-]`` only, tokens that do not lapse, its own statuses."""

from authlib.oauth2.rfc6749 import InvalidGrantError
from flask import Blueprint, Response, request

from joindin.extensions import db
from joindin.http.password_login import authenticate_for_client
from joindin.models import User
from joindin.oauth2.flask_requests import FlaskOAuth2Request
from joindin.oauth2.policies import GANCIO_POLICY
from joindin.oauth2.server import OAuth2Server
from joindin.operations.accounts.clients import get_gancio_client
from joindin.resources.oauth2.consent import authorize
from joindin.resources.oauth2.issuer import issuer
from joindin.resources.oauth2.responses import json_response, require_tls, text_response
from joindin.security.scopes import GANCIO_CLIENT_SCOPE, GANCIO_GRANTED_SCOPES
from joindin.utils.datetimes import utc_now

SELF = "self"
BAD_CREDENTIALS = "Invalid resource owner credentials"

blp = Blueprint("gancio_oauth", __name__)


@blp.route("/oauth/authorize", methods=["GET", "POST"])
def show_authorize():
    """Ask; applications of Gancio's know one scope."""
    require_tls()
    scope = request.values.get("scope") or GANCIO_CLIENT_SCOPE
    return authorize(
        _server(), FlaskOAuth2Request(request, scope=GANCIO_GRANTED_SCOPES if scope == GANCIO_CLIENT_SCOPE else scope)
    )


@blp.post("/oauth/token")
def give_token():
    require_tls()
    asked = FlaskOAuth2Request(request, scope="")
    response = _server().create_token_response(asked)
    db.session.commit()
    if response.status_code == 200:
        response.set_data(_shown(response.get_json(), asked.user).get_data())
    return response


@blp.post("/oauth/login")
def sign_in():
    """Let in whoever tells their name and password; ``client_id=self`` goes without saying."""
    require_tls()
    given = _given()
    if given.get("client_id", SELF) != SELF:
        return text_response(401, "Unauthorized")
    grant_type = given.get("grant_type", "password")
    if grant_type != "password":
        return _unsupported(grant_type)
    user = _prove(given.get("username"), given.get("password"))
    if user is None:
        return json_response(403, {"error": "invalid_grant", "error_description": BAD_CREDENTIALS})
    return _let_in(user)


@blp.post("/api/login/token")
def sign_in_with_address():
    require_tls()
    given = _given()
    user = _prove(given.get("email") or given.get("username"), given.get("password"))
    if user is None:
        return json_response(401, {"error": "invalid_grant", "error_description": BAD_CREDENTIALS})
    return _let_in(user)


def _given():
    given = request.get_json(silent=True) if request.is_json else request.form
    return given if isinstance(given, dict) else {}


def _prove(name, password) -> User | None:
    if not (isinstance(name, str) and isinstance(password, str)):
        return None
    user = authenticate_for_client(name, password)
    return user if user is not None and user.is_verified else None


def _let_in(user):
    token = _server().issue_tokens(user, get_gancio_client(db.session, now=utc_now()))
    db.session.commit()
    return _shown(token, user)


def _server():
    return OAuth2Server(
        db.session,
        GANCIO_POLICY,
        issuer=issuer,
        verify_password=_prove,
        translate_error=_translate_error,
        to_response=_to_response,
    )


def _translate_error(error):
    if isinstance(error, InvalidGrantError):
        what = "refresh token" if request.form.get("grant_type") == "refresh_token" else "authorization code"
        error.description = f"Invalid {what}"


def _to_response(status, body, headers):
    if status == 302:
        return Response(status=302, headers=headers)
    if body.get("error") == "invalid_client":
        return text_response(401, "Unauthorized", {"WWW-Authenticate": 'Bearer realm="Users"'})
    if body.get("error") == "unsupported_grant_type":
        return _unsupported(request.form.get("grant_type", "undefined"))
    return json_response(403 if body.get("error") == "invalid_grant" else status, body)


def _unsupported(grant_type):
    about = f"Unsupported grant type: {str(grant_type)[:40]}"
    return json_response(501, {"error": "unsupported_grant_type", "error_description": about})


def _shown(token, user):
    return json_response(
        200,
        {
            "access_token": token["access_token"],
            "refresh_token": token.get("refresh_token"),
            "username": user.email or user.username,
            "token_type": "Bearer",
        },
    )
