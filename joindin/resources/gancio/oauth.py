"""OAuth 2.0 endpoints of the Gancio API (spec 4): secrets in ``[a-z0-9_-]``, tokens that do not expire, other statuses."""

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidGrantError
from flask import Blueprint, Response, current_app, request

from joindin.extensions import db
from joindin.http.oauth.consent import authorize
from joindin.http.oauth.responses import client_challenge, issuer, json_response, require_tls, text_response
from joindin.http.password_login import authenticate_for_client
from joindin.models import GANCIO_CLIENT_KEY, User
from joindin.oauth2.flask_requests import FlaskOAuth2Request
from joindin.oauth2.grants import ALL_METHODS
from joindin.oauth2.policies import GANCIO_POLICY
from joindin.oauth2.server import OAuth2Server
from joindin.operations.accounts.client_registration import get_gancio_client
from joindin.resources.gancio.request_params import read_params
from joindin.security.scopes import GANCIO_CLIENT_SCOPE, GANCIO_GRANTED_SCOPES, ME_READ
from joindin.utils.datetimes import utc_now

MSG_INVALID_CREDENTIALS = "Invalid resource owner credentials"

blp = Blueprint("gancio_oauth", __name__)


@blp.route("/oauth/authorize", methods=["GET", "POST"])
def authorize_page():
    """Ask the user for consent. Applications for Gancio know one scope, which stands for several."""
    require_tls()
    scope = request.values.get("scope") or GANCIO_CLIENT_SCOPE
    return authorize(
        _server(), FlaskOAuth2Request(request, scope=GANCIO_GRANTED_SCOPES if scope == GANCIO_CLIENT_SCOPE else scope)
    )


@blp.post("/oauth/token")
def issue_token():
    require_tls()
    server, oauth_request = _server(), FlaskOAuth2Request(request, scope="")
    try:
        # Gancio refuses an unknown application before an unknown grant type.
        server.authenticate_client(oauth_request, ALL_METHODS)
        response = server.create_token_response(oauth_request)
    except InvalidClientError as error:
        response = server.handle_error_response(oauth_request, error)
    db.session.commit()
    if response.status_code == 200:
        response.set_data(_token_response(response.get_json(), oauth_request.user).get_data())
    return response


@blp.post("/oauth/login")
def issue_token_for_password():
    """Issue a token for username and password (v1). ``client_id=self`` is the default."""
    require_tls()
    params = read_params()
    if params.get("client_id", GANCIO_CLIENT_KEY) != GANCIO_CLIENT_KEY:
        return text_response(401, "Unauthorized")
    grant_type = params.get("grant_type", "password")
    if grant_type != "password":
        return _unsupported_grant_response(grant_type)
    for name in ("username", "password"):
        if not params.get(name):
            description = f"Missing required parameter: {name}"
            return json_response(400, {"error": "invalid_request", "error_description": description})
    user = _verify_password(params.get("username"), params.get("password"))
    if user is None:
        return json_response(403, {"error": "invalid_grant", "error_description": MSG_INVALID_CREDENTIALS})
    return _issue_token(user)


@blp.post("/api/login/token")
def issue_token_for_email():
    """Issue a token for e-mail address or username and password (v2)."""
    require_tls()
    params = read_params()
    user = _verify_password(params.get("email") or params.get("username"), params.get("password"))
    if user is None:
        return json_response(401, {"error": "invalid_grant", "error_description": MSG_INVALID_CREDENTIALS})
    return _issue_token(user)


def _verify_password(name, password) -> User | None:
    if not (isinstance(name, str) and isinstance(password, str)):
        return None
    user = authenticate_for_client(name, password)
    return user if user is not None and user.is_verified else None


def _issue_token(user):
    token = _server().issue_tokens(user, get_gancio_client(db.session, now=utc_now()))
    db.session.commit()
    return _token_response(token, user)


def _server():
    return OAuth2Server(
        db.session,
        GANCIO_POLICY,
        secret_key=current_app.secret_key,
        issuer=issuer,
        verify_password=_verify_password,
        translate_error=_translate_error,
        to_response=_to_response,
    )


def _translate_error(error):
    if isinstance(error, InvalidGrantError):
        credential = "refresh token" if request.form.get("grant_type") == "refresh_token" else "authorization code"
        error.description = f"Invalid {credential}"


def _to_response(status, body, headers):
    if status == 302:
        return Response(status=302, headers=headers)
    if body.get("error") == "invalid_client":
        return text_response(401, "Unauthorized", client_challenge('Bearer realm="Users"'))
    if body.get("error") == "unsupported_grant_type":
        return _unsupported_grant_response(request.form.get("grant_type", "undefined"))
    return json_response(403 if body.get("error") == "invalid_grant" else status, body)


def _unsupported_grant_response(grant_type):
    description = f"Unsupported grant type: {str(grant_type)[:40]}"
    return json_response(501, {"error": "unsupported_grant_type", "error_description": description})


def _token_response(token, user):
    return json_response(
        200,
        {
            "access_token": token["access_token"],
            "refresh_token": token.get("refresh_token"),
            # The address is the user's own data.
            "username": (user.email if ME_READ in token["scope"].split() else None) or user.username,
            "token_type": "Bearer",
        },
    )
