"""Signing in, and the keys that people gave to applications (spec 10)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotAllowed, NotFound
from joindin.extensions import db
from joindin.http.password_login import count_attempt, forgive_attempt
from joindin.operations.accounts.api_tokens import revoke_token, sign_in
from joindin.operations.rate_limits import TRY_LATER
from joindin.queries.accounts.api_tokens import list_revocable_tokens, token_of, trusted_client
from joindin.queries.paging import Page, single
from joindin.representations.schema_fields import Shape, text
from joindin.representations.v2_1.tokens import SignInSchema, TokenPageSchema, represent_token
from joindin.resources.v2_1.authentication import caller, links, origin, signed_in
from joindin.resources.v2_1.openapi import does, lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import collection, empty, thing
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


class CredentialsSchema(Shape):
    grant_type = text("password", enum=["password"])
    username = text("ada")
    password = text("correct horse", format="password")
    client_id = text("web2", "The key of an application that may sign people in.")
    client_secret = text("web2secret")


@blp.route("/token")
class Tokens(MethodView):
    @lists(TokenPageSchema)
    @refuses({401: NOT_SIGNED_IN, 403: NOT_BY_THIS_CLIENT})
    def get(self):
        """List the caller's own keys that can be revoked."""
        user = _owner()
        page = list_revocable_tokens(db.session, user.id, read_paging(), utc_now())
        return collection("tokens", [represent_token(token, links()) for token in page.items], page)

    @takes(CredentialsSchema)
    @shows(SignInSchema)
    @refuses({400: BAD_SIGN_IN, 401: "Not verified", 403: (NO_GRANT, "Signin failed"), 429: TRY_LATER}, token=False)
    def post(self):
        """Sign in with name and password, through a trusted application."""
        given = params()
        if given.is_empty("grant_type"):
            raise Invalid('The field "grant_type" is required')
        if given.is_empty("username") or given.is_empty("password"):
            raise Invalid('The fields "username" and "password" are both required')
        if given.text("grant_type") != "password":
            raise Invalid("Grant type not recognised")
        client = trusted_client(db.session, given.text("client_id"), given.text("client_secret"))
        if client is None:
            raise NotAllowed(NO_GRANT)
        name = given.text("username")
        address = _address_behind(client)
        count_attempt(name, address)
        user, token = sign_in(
            db.session,
            username=name,
            password=given.text("password"),
            client=client,
            expirable_clients=current_app.config["EXPIRABLE_CLIENTS"],
            now=utc_now(),
        )
        forgive_attempt(name, address)
        db.session.commit()
        return thing({"access_token": token, "user_uri": links().user(user.id)})


@blp.route("/token/<row_id:token_id>")
class OneToken(MethodView):
    @shows(TokenPageSchema)
    @refuses({401: NOT_SIGNED_IN, 403: NOT_BY_THIS_CLIENT})
    def get(self, token_id):
        """Show one of the caller's own keys; an empty list if there is no such key."""
        token = _own_token(token_id)
        if token is None:
            return collection("tokens", [], Page([], 1))
        return collection("tokens", [represent_token(token, links())], single(token))

    @does(204, location="/v2.1/token")
    @refuses({401: NOT_SIGNED_IN, 403: NOT_BY_THIS_CLIENT, 404: "No tokens found"})
    def delete(self, token_id):
        """Revoke one of the caller's own keys."""
        token = _own_token(token_id)
        if token is None or (token.client is not None and not token.client.can_be_revoked):
            raise NotFound("No tokens found")
        revoke_token(db.session, token, actor=_owner(), now=utc_now())
        db.session.commit()
        return empty(204, links().tokens())


def _address_behind(client):
    """Where the person is, if the client is believed about that; None for where the request came from.

    A web site asks for all its people from one address, and one who guesses must not shut out the rest.
    Others could name a new address with each guess.
    """
    return origin().address if client.key in current_app.config["FORWARDING_CLIENTS"] else None


def _own_token(token_id):
    owner = _owner()
    if not token_id:
        raise NotFound("Token not found")
    return token_of(db.session, owner.id, token_id, utc_now())


def _owner():
    user = signed_in(NOT_SIGNED_IN)
    if not caller().client_is_trusted:
        raise NotAllowed(NOT_BY_THIS_CLIENT)
    return user
