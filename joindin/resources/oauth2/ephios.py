"""ephios's addresses (spec 11): what anybody who writes an application today should use."""

from flask import Blueprint, Response, request

from joindin.extensions import db
from joindin.http.password_login import authenticate_for_client
from joindin.http.trailing_slash import add_trailing_slash_route
from joindin.oauth2.flask_requests import FlaskOAuth2Request
from joindin.oauth2.policies import EPHIOS_POLICY
from joindin.oauth2.server import OAuth2Server
from joindin.resources.oauth2.consent import authorize
from joindin.resources.oauth2.issuer import issuer
from joindin.resources.oauth2.responses import json_response, require_tls

TOKEN = ("access_token", "expires_in", "token_type", "scope", "refresh_token")

# Applications that live in a browser redeem their code from there. No cookie counts here.
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}

blp = Blueprint("oauth", __name__, url_prefix="/api/oauth")


def show_authorize():
    require_tls()
    return authorize(_server(), FlaskOAuth2Request(request))


def give_token():
    require_tls()
    response = _server().create_token_response(FlaskOAuth2Request(request))
    # Also when there is none: a code that was shown is spent, and a copied one ends its grant.
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


add_trailing_slash_route(blp, "/authorize/", show_authorize, methods=["GET", "POST"])
add_trailing_slash_route(blp, "/token/", give_token, methods=["POST"])
add_trailing_slash_route(blp, "/revoke_token/", revoke_token, methods=["POST"])
add_trailing_slash_route(blp, "/introspect/", introspect, methods=["POST"])


def _server():
    return OAuth2Server(
        db.session,
        EPHIOS_POLICY,
        issuer=issuer,
        verify_password=authenticate_for_client,
        translate_error=_translate_error,
        to_response=_to_response,
    )


def _translate_error(error):
    if error.error != "invalid_request":
        error.description = ""
    elif error.description == "Missing 'code' in request.":
        error.description = "Missing code parameter."


def _to_response(status, body, headers):
    if status == 302:
        return Response(status=302, headers=headers)
    if body == "":
        return Response(status=status)
    if body.get("error") == "invalid_client":
        if request.path.endswith("/introspect/"):
            return Response("<h1>403 Forbidden</h1>", 403, mimetype="text/html")
        return json_response(401, body, {**ANY_ORIGIN, "WWW-Authenticate": 'Bearer error="invalid_client"'})
    if "access_token" in body:
        body = {name: body[name] for name in TOKEN if name in body}
    return json_response(status, body, ANY_ORIGIN)
