"""Signing in, and the keys that people gave to applications (spec 10)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.password_login import count_login_attempt, reset_login_attempts
from joindin.http.request_identity import get_caller
from joindin.operations.accounts.api_tokens import issue_password_token, revoke_token
from joindin.operations.rate_limits import MSG_TRY_LATER
from joindin.queries.accounts.api_tokens import authenticate_trusted_client, get_own_token, list_revocable_tokens
from joindin.queries.paging import Page, single_page
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.representations.v2_1.tokens import SignInSchema, TokenPageSchema, represent_token
from joindin.resources.v2_1.authentication import client_origin, links, require_user
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response, object_response
from joindin.utils.datetimes import utc_now

blp = Blueprint("tokens", __name__, url_prefix="/v2.1", description="Signing in, and API keys")


NOT_SIGNED_IN = "You must be logged in"
NOT_BY_THIS_CLIENT = "You can not access the token list with this client"
NO_GRANT = "This client cannot authenticate using the password grant type"
BAD_SIGN_IN = (
    'The field "grant_type" is required',
    'The fields "username" and "password" are both required',
    "Grant type not recognised",
)


class CredentialsSchema(ObjectSchema):
    grant_type = string("password", enum=["password"])
    username = string("ada")
    password = string("correct horse", format="password")
    client_id = string("web2", "The key of an application that may sign people in.")
    client_secret = string("web2secret")


@blp.route("/token")
class Tokens(MethodView):
    @returns_page(TokenPageSchema)
    @fails_with({401: NOT_SIGNED_IN, 403: NOT_BY_THIS_CLIENT})
    def get(self):
        """List the caller's own keys that can be revoked."""
        user = _owner()
        page = list_revocable_tokens(db.session, user.id, read_paging(), utc_now())
        return collection_response("tokens", [represent_token(token, links()) for token in page.items], page)

    @accepts_body(CredentialsSchema)
    @returns(SignInSchema)
    @fails_with(
        {400: BAD_SIGN_IN, 401: "Not verified", 403: (NO_GRANT, "Signin failed"), 429: MSG_TRY_LATER},
        requires_token=False,
    )
    def post(self):
        """Sign in with name and password, through a trusted application."""
        given = get_params()
        if given.is_empty("grant_type"):
            raise InvalidInput('The field "grant_type" is required')
        if given.is_empty("username") or given.is_empty("password"):
            raise InvalidInput('The fields "username" and "password" are both required')
        if given.text("grant_type") != "password":
            raise InvalidInput("Grant type not recognised")
        client = authenticate_trusted_client(db.session, given.text("client_id"), given.text("client_secret"))
        if client is None:
            raise Forbidden(NO_GRANT)
        name = given.text("username")
        address = _address_behind(client)
        count_login_attempt(name, address)
        user, token = issue_password_token(
            db.session,
            username=name,
            password=given.text("password"),
            client=client,
            expirable_clients=current_app.config["EXPIRABLE_CLIENTS"],
            now=utc_now(),
        )
        reset_login_attempts(name, address)
        db.session.commit()
        return object_response({"access_token": token, "user_uri": links().user(user.id)})


@blp.route("/token/<row_id:token_id>")
class OneToken(MethodView):
    @returns(TokenPageSchema)
    @fails_with({401: NOT_SIGNED_IN, 403: NOT_BY_THIS_CLIENT})
    def get(self, token_id):
        """Show one of the caller's own keys; an empty list if there is no such key."""
        token = _own_token(token_id)
        if token is None:
            return collection_response("tokens", [], Page([], 1))
        return collection_response("tokens", [represent_token(token, links())], single_page(token))

    @returns_empty(204, location="/v2.1/token")
    @fails_with({401: NOT_SIGNED_IN, 403: NOT_BY_THIS_CLIENT, 404: "No tokens found"})
    def delete(self, token_id):
        """Revoke one of the caller's own keys."""
        token = _own_token(token_id)
        if token is None or (token.client is not None and not token.client.can_be_revoked):
            raise NotFound("No tokens found")
        revoke_token(db.session, token, actor=_owner(), now=utc_now())
        db.session.commit()
        return empty_response(204, links().tokens())


def _address_behind(client):
    """Where the person is, if the client is believed about that; None for where the request came from.

    A web site asks for all its people from one address, and one who guesses must not shut out the rest.
    Others could name a new address with each guess.
    """
    return client_origin().ip_address if client.key in current_app.config["FORWARDING_CLIENTS"] else None


def _own_token(token_id):
    owner = _owner()
    if not token_id:
        raise NotFound("Token not found")
    return get_own_token(db.session, owner.id, token_id, utc_now())


def _owner():
    user = require_user(NOT_SIGNED_IN)
    if not get_caller().client_is_trusted:
        raise Forbidden(NOT_BY_THIS_CLIENT)
    return user
