"""Sign-in with a password, and the caller's tokens (spec 10)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.password_login import count_login_attempt, reset_login_attempts
from joindin.operations.accounts.api_tokens import issue_password_token, revoke_token
from joindin.operations.rate_limits import MSG_TRY_LATER
from joindin.queries.accounts.api_tokens import authenticate_trusted_client, get_own_token, list_revocable_tokens
from joindin.queries.paging import Page, single_page
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.representations.v2_1.tokens import SignInSchema, TokenPageSchema, represent_token
from joindin.resources.v2_1.authentication import require_password_sign_in
from joindin.resources.v2_1.body_fields import required_text
from joindin.resources.v2_1.client_origin import client_origin
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response, object_response
from joindin.utils.datetimes import utc_now

blp = Blueprint("tokens", __name__, url_prefix="/v2.1", description="Sign-in and tokens")

MSG_LOGIN_REQUIRED = "You must be logged in"
MSG_CLIENT_NOT_ALLOWED = "You can not access the token list with this client"
MSG_CLIENT_NOT_TRUSTED = "This client cannot authenticate using the password grant type"
MSG_GRANT_TYPE_REQUIRED = 'The field "grant_type" is required'
MSG_CREDENTIALS_REQUIRED = 'The fields "username" and "password" are both required'
MSG_UNKNOWN_GRANT_TYPE = "Grant type not recognised"
MSG_NO_TOKENS_FOUND = "No tokens found"
MSG_TOKEN_NOT_FOUND = "Token not found"
OWNER_ERRORS = {401: MSG_LOGIN_REQUIRED, 403: MSG_CLIENT_NOT_ALLOWED}
SIGN_IN_ERRORS = {
    400: (MSG_GRANT_TYPE_REQUIRED, MSG_CREDENTIALS_REQUIRED, MSG_UNKNOWN_GRANT_TYPE),
    401: "Not verified",
    403: (MSG_CLIENT_NOT_TRUSTED, "Signin failed"),
    429: MSG_TRY_LATER,
}


class CredentialsSchema(ObjectSchema):
    grant_type = string("password", enum=["password"])
    username = required_text("ada", zero_is_empty=True)
    password = required_text("correct horse", zero_is_empty=True, format="password")
    client_id = string("web2", "The key of an application that is trusted with passwords.")
    client_secret = string("web2secret")


@blp.route("/token")
class Tokens(MethodView):
    @returns_page(TokenPageSchema)
    @fails_with(OWNER_ERRORS)
    def get(self):
        """List the caller's own tokens that can be revoked."""
        user = _require_owner()
        page = list_revocable_tokens(db.session, user.id, read_paging(), utc_now())
        return collection_response("tokens", [represent_token(token, links()) for token in page.items], page)

    @accepts_body(CredentialsSchema)
    @returns(SignInSchema)
    @fails_with(SIGN_IN_ERRORS, requires_token=False)
    def post(self):
        """Sign in with name and password, through a trusted application."""
        params = get_params()
        if params.is_empty("grant_type"):
            raise InvalidInput(MSG_GRANT_TYPE_REQUIRED)
        if params.is_empty("username") or params.is_empty("password"):
            raise InvalidInput(MSG_CREDENTIALS_REQUIRED)
        if params.text("grant_type") != "password":
            raise InvalidInput(MSG_UNKNOWN_GRANT_TYPE)
        client = authenticate_trusted_client(db.session, params.text("client_id"), params.text("client_secret"))
        if client is None:
            raise Forbidden(MSG_CLIENT_NOT_TRUSTED)
        username = params.text("username")
        ip_address = _forwarded_address(client)
        count_login_attempt(username, ip_address)
        user, token = issue_password_token(
            db.session,
            username=username,
            password=params.text("password"),
            client=client,
            expirable_clients=current_app.config["EXPIRABLE_CLIENTS"],
            now=utc_now(),
        )
        reset_login_attempts(username, ip_address)
        db.session.commit()
        return object_response({"access_token": token, "user_uri": links().user(user.id)})


@blp.route("/token/<row_id:token_id>")
class TokenDetail(MethodView):
    @returns(TokenPageSchema)
    @fails_with({**OWNER_ERRORS, 404: MSG_TOKEN_NOT_FOUND})
    def get(self, token_id):
        """Show one of the caller's own tokens; an empty list if there is none with this id."""
        token = _get_own_token(token_id)
        if token is None:
            return collection_response("tokens", [], Page([], 1))
        return collection_response("tokens", [represent_token(token, links())], single_page(token))

    @returns_empty(204, location="/v2.1/token")
    @fails_with({**OWNER_ERRORS, 404: (MSG_NO_TOKENS_FOUND, MSG_TOKEN_NOT_FOUND)})
    def delete(self, token_id):
        """Revoke one of the caller's own tokens."""
        token = _get_own_token(token_id)
        if token is None or (token.client is not None and not token.client.can_be_revoked):
            raise NotFound(MSG_NO_TOKENS_FOUND)
        revoke_token(db.session, token, actor=_require_owner(), now=utc_now())
        db.session.commit()
        return empty_response(204, links().tokens())


def _forwarded_address(client):
    """Return the IP address that the client forwards; None, for the address of the request, if it may not forward.

    A web site signs in all its users from one address: without forwarding, one user who guesses passwords would block
    the others. Other clients could forward a new address with each guess.
    """
    return client_origin().ip_address if client.key in current_app.config["FORWARDING_CLIENTS"] else None


def _get_own_token(token_id):
    """Return the caller's token; None if there is none with this id."""
    owner = _require_owner()
    if not token_id:
        raise NotFound(MSG_TOKEN_NOT_FOUND)
    return get_own_token(db.session, owner.id, token_id, utc_now())


def _require_owner():
    return require_password_sign_in(MSG_LOGIN_REQUIRED, MSG_CLIENT_NOT_ALLOWED)
