"""Tokens that people make for scripts of their own. Not in the original.

They are made by somebody who signed in with a password, through an application of trust: or whoever was
let in for a while could make themselves a way in for good.
"""

import datetime as dt

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.models import PASSWORD
from joindin.operations.accounts.api_tokens import revoke_token
from joindin.operations.accounts.personal_tokens import (
    MAX_DESCRIPTION_LENGTH,
    MSG_DESCRIPTION_REQUIRED,
    MSG_DESCRIPTION_TOO_LONG,
    MSG_INVALID_EXPIRY,
    MSG_SCOPE_REQUIRED,
    MSG_TOO_MANY_TOKENS,
    create_personal_token,
)
from joindin.queries.accounts.api_tokens import find_personal_token, list_valid_personal_tokens
from joindin.queries.paging import single_page
from joindin.representations.schema_fields import ObjectSchema, integer, list_of, optional, string
from joindin.representations.v2_1.personal_tokens import (
    CreatedTokenSchema,
    PersonalTokenPageSchema,
    represent_personal_token,
)
from joindin.resources.v2_1.authentication import links, require_user
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response, object_response
from joindin.security.scopes import PUBLIC_READ, SCOPES, parse_scopes
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text

blp = Blueprint("personal tokens", __name__, url_prefix="/v2.1", description="Tokens for scripts of one's own")

NOT_SIGNED_IN = "You must be logged in"
NOT_BY_THIS_CLIENT = "You can not access the token list with this client"
NO_TOKEN = "No tokens found"
NO_LIST = "The field 'scopes' must be a list of scopes"
NO_DAYS = "The field 'expires_in_days' must be a whole number"
REFUSED = {401: NOT_SIGNED_IN, 403: NOT_BY_THIS_CLIENT}


class NewPersonalTokenSchema(ObjectSchema):
    description = string("Prints badges.", "What it is for.", maxLength=MAX_DESCRIPTION_LENGTH)
    scopes = list_of(string(enum=list(SCOPES)), "What it is good for.", example=[PUBLIC_READ])
    expires_in_days = optional(integer(90, "From 1 to 366; without it the token never expires."))


@blp.route("/personal_tokens")
class PersonalTokens(MethodView):
    @returns_page(PersonalTokenPageSchema)
    @fails_with(REFUSED)
    def get(self):
        """List the caller's own tokens that are good for something, newest first."""
        page = list_valid_personal_tokens(db.session, _owner().id, read_paging(), utc_now())
        return collection_response(
            "personal_tokens", [represent_personal_token(token, links()) for token in page.items], page
        )

    @accepts_body(NewPersonalTokenSchema)
    @returns(CreatedTokenSchema, status=201, location="/v2.1/personal_tokens/12")
    @fails_with(
        {
            **REFUSED,
            400: (
                MSG_DESCRIPTION_REQUIRED,
                MSG_DESCRIPTION_TOO_LONG,
                NO_LIST,
                MSG_SCOPE_REQUIRED,
                NO_DAYS,
                MSG_INVALID_EXPIRY,
                MSG_TOO_MANY_TOKENS,
            ),
        }
    )
    def post(self):
        """Make a token. The answer is the only one that has it."""
        owner, given, now = _owner(), get_params(), utc_now()
        token, secret = create_personal_token(
            db.session,
            actor=owner,
            description=to_plain_text(given.text("description")),
            scopes=_read_scopes(given),
            expires_at=_read_expiry(given, now),
            now=now,
        )
        db.session.commit()
        shown = represent_personal_token(token, links()) | {"access_token": secret}
        return object_response(shown, 201, links().personal_token(token.id))


@blp.route("/personal_tokens/<row_id:token_id>")
class OnePersonalToken(MethodView):
    @returns(PersonalTokenPageSchema)
    @fails_with({**REFUSED, 404: NO_TOKEN})
    def get(self, token_id):
        """Show one of the caller's own tokens."""
        token = find_personal_token(db.session, _owner().id, token_id, utc_now())
        return collection_response("personal_tokens", [represent_personal_token(token, links())], single_page(token))

    @returns_empty(204, location="/v2.1/personal_tokens")
    @fails_with({**REFUSED, 404: NO_TOKEN})
    def delete(self, token_id):
        """Revoke one of the caller's own tokens."""
        owner, now = _owner(), utc_now()
        revoke_token(db.session, find_personal_token(db.session, owner.id, token_id, now), actor=owner, now=now)
        db.session.commit()
        return empty_response(204, links().personal_tokens())


def _owner():
    user = require_user(NOT_SIGNED_IN)
    if not get_caller().client_is_trusted or get_caller().token.kind != PASSWORD:
        raise Forbidden(NOT_BY_THIS_CLIENT)
    return user


def _read_scopes(given):
    wanted = given.texts("scopes")
    if wanted is None:
        raise InvalidInput(NO_LIST)
    try:
        return parse_scopes(" ".join(wanted))
    except ValueError as unknown:
        raise InvalidInput(str(unknown)) from None


def _read_expiry(given, now):
    if given.is_empty("expires_in_days") and given.text("expires_in_days") != "0":
        return None
    days = given.text("expires_in_days")
    if not (days.isascii() and days.isdecimal() and len(days) <= 6):
        raise InvalidInput(NO_DAYS)
    return now + dt.timedelta(days=int(days))
