"""OAuth 2.0 endpoints of the ephios API (spec 11). New applications should use these."""

from flask import Blueprint, Response, current_app, request

from joindin.extensions import db
from joindin.http.oauth.consent import authorize
from joindin.http.oauth.responses import client_challenge, has_basic_credentials, issuer, json_response, require_tls
from joindin.http.password_login import authenticate_for_client
from joindin.http.trailing_slash import add_trailing_slash_route
from joindin.oauth2.flask_requests import FlaskOAuth2Request
from joindin.oauth2.policies import EPHIOS_POLICY
from joindin.oauth2.server import OAuth2Server

TOKEN_FIELDS = ("access_token", "expires_in", "token_type", "scope", "refresh_token")

# Descriptions of errors as the contract words them.
DESCRIPTIONS = {
    "Missing 'code' in request.": "Missing code parameter.",
    "Missing 'code_verifier'": "Code verifier required.",
}

# Applications in browsers redeem their code here. These endpoints ignore cookies.
CORS_HEADERS = {"Access-Control-Allow-Origin": "*"}

blp = Blueprint("oauth", __name__, url_prefix="/api/oauth")


def authorize_page():
    require_tls()
    return authorize(_server(), FlaskOAuth2Request(request))


def issue_token():
    require_tls()
    response = _server().create_token_response(FlaskOAuth2Request(request))
    # Errors are committed too: a used code is consumed, and a repeated one revokes its grant.
    db.session.commit()
    return response


def revoke_token():
    require_tls()
    response = _server().create_endpoint_response("revocation", FlaskOAuth2Request(request))
    db.session.commit()
    return response


def introspect():
    require_tls()
    return _server().create_endpoint_response("introspection", FlaskOAuth2Request(request))


add_trailing_slash_route(blp, "/authorize/", authorize_page, methods=["GET", "POST"])
add_trailing_slash_route(blp, "/token/", issue_token, methods=["POST"])
add_trailing_slash_route(blp, "/revoke_token/", revoke_token, methods=["POST"])
add_trailing_slash_route(blp, "/introspect/", introspect, methods=["GET", "POST"])


def _server():
    return OAuth2Server(
        db.session,
        EPHIOS_POLICY,
        secret_key=current_app.secret_key,
        issuer=issuer,
        verify_password=authenticate_for_client,
        translate_error=_translate_error,
        to_response=_to_response,
    )


def _translate_error(error):
    if error.error == "invalid_grant" and "redirect_uri" in (error.description or ""):
        error.error, error.description = "invalid_request", "Mismatching redirect URI."
    if error.error != "invalid_request":
        error.description = ""
    error.description = DESCRIPTIONS.get(error.description, error.description)


def _to_response(status, body, headers):
    if status == 302:
        return Response(status=302, headers=headers)
    if body == "":
        return Response(status=status)
    if body.get("error") == "invalid_client":
        if request.path.endswith("/introspect/") and not has_basic_credentials():
            return Response("<h1>403 Forbidden</h1>", 403, mimetype="text/html")
        return json_response(401, body, CORS_HEADERS | client_challenge('Bearer error="invalid_client"'))
    if "access_token" in body:
        body = {name: body[name] for name in TOKEN_FIELDS if name in body}
    return json_response(status, body, CORS_HEADERS)
