"""ephios's addresses (spec 11): what anybody who writes an application today should use."""

from flask import Blueprint, Response, request

from joindin.extensions import db
from joindin.http.password_login import proven_to_application
from joindin.http.trailing_slash import add_slashed
from joindin.oauth2.flask_requests import Asked
from joindin.oauth2.policies import EPHIOS_TERMS
from joindin.oauth2.server import Server
from joindin.resources.oauth2.consent import authorize
from joindin.resources.oauth2.issuer import issuer
from joindin.resources.oauth2.responses import check_secure, json

TOKEN = ("access_token", "expires_in", "token_type", "scope", "refresh_token")

# Applications that live in a browser redeem their code from there. No cookie counts here.
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}

blp = Blueprint("oauth", __name__, url_prefix="/api/oauth")


def show_authorize():
    check_secure()
    return authorize(_server(), Asked(request))


def give_token():
    check_secure()
    response = _server().create_token_response(Asked(request))
    # Also when there is none: a code that was shown is spent, and a copied one ends its grant.
    db.session.commit()
    return response


def revoke_token():
    check_secure()
    response = _server().create_endpoint_response("revocation", Asked(request))
    db.session.commit()
    return response


def introspect():
    check_secure()
    return _server().create_endpoint_response("introspection", Asked(request))


add_slashed(blp, "/authorize/", show_authorize, methods=["GET", "POST"])
add_slashed(blp, "/token/", give_token, methods=["POST"])
add_slashed(blp, "/revoke_token/", revoke_token, methods=["POST"])
add_slashed(blp, "/introspect/", introspect, methods=["POST"])


def _server():
    return Server(db.session, EPHIOS_TERMS, issuer=issuer, prove=proven_to_application, word=_word, respond=_respond)


def _word(error):
    if error.error != "invalid_request":
        error.description = ""
    elif error.description == "Missing 'code' in request.":
        error.description = "Missing code parameter."


def _respond(status, body, headers):
    if status == 302:
        return Response(status=302, headers=headers)
    if body == "":
        return Response(status=status)
    if body.get("error") == "invalid_client":
        if request.path.endswith("/introspect/"):
            return Response("<h1>403 Forbidden</h1>", 403, mimetype="text/html")
        return json(401, body, {**ANY_ORIGIN, "WWW-Authenticate": 'Bearer error="invalid_client"'})
    if "access_token" in body:
        body = {name: body[name] for name in TOKEN if name in body}
    return json(status, body, ANY_ORIGIN)
