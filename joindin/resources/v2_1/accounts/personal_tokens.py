"""Personal tokens for scripts of users. An extension of the original.

Only a token of a password sign-in through an application of the operator can create them: temporary access must not become
permanent.
"""

import datetime as dt

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.operations.accounts.api_tokens import revoke_token
from joindin.operations.accounts.personal_tokens import (
    MAX_DESCRIPTION_LENGTH,
    MAX_LIFETIME,
    MAX_PERSONAL_TOKENS,
    MSG_DESCRIPTION_REQUIRED,
    MSG_DESCRIPTION_TOO_LONG,
    MSG_INVALID_EXPIRY,
    MSG_SCOPE_REQUIRED,
    MSG_TOO_MANY_TOKENS,
    create_personal_token,
)
from joindin.queries.accounts.api_tokens import find_personal_token, list_valid_personal_tokens
from joindin.queries.paging import single_page
from joindin.representations.schema_fields import ObjectSchema, list_of, string
from joindin.representations.v2_1.personal_tokens import (
    CreatedTokenSchema,
    PersonalTokenPageSchema,
    represent_personal_token,
)
from joindin.resources.v2_1.authentication import require_password_sign_in
from joindin.resources.v2_1.body_fields import optional_days, required_text
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response, object_response
from joindin.security.scopes import PUBLIC_READ, SCOPES, parse_scopes
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_line

blp = Blueprint("personal tokens", __name__, url_prefix="/v2.1", description="Tokens for the caller's own scripts")

MSG_LOGIN_REQUIRED = "You must be logged in"
MSG_CLIENT_NOT_ALLOWED = "You can not access the token list with this client"
MSG_TOKEN_NOT_FOUND = "No tokens found"
MSG_SCOPES_NOT_A_LIST = "The field 'scopes' must be a list of scopes"
MSG_EXPIRY_NOT_A_NUMBER = "The field 'expires_in_days' must be a whole number"
OWNER_ERRORS = {401: MSG_LOGIN_REQUIRED, 403: MSG_CLIENT_NOT_ALLOWED}


class NewPersonalTokenSchema(ObjectSchema):
    description = required_text("Prints badges.", "The purpose of the token.", max_length=MAX_DESCRIPTION_LENGTH)
    scopes = list_of(string(enum=list(SCOPES)), "The scopes of the token.", example=[PUBLIC_READ], minItems=1)
    expires_in_days = optional_days(90, MAX_LIFETIME.days, "From 1 to 366; without it the token never expires.")


@blp.route("/personal_tokens")
class PersonalTokens(MethodView):
    @returns_page(PersonalTokenPageSchema)
    @fails_with(OWNER_ERRORS)
    def get(self):
        """List the caller's own valid tokens, newest first."""
        page = list_valid_personal_tokens(db.session, _require_owner().id, read_paging(), utc_now())
        return collection_response(
            "personal_tokens", [represent_personal_token(token, links()) for token in page.items], page
        )

    @accepts_body(NewPersonalTokenSchema)
    @returns(CreatedTokenSchema, status=201, location="/v2.1/personal_tokens/12")
    @fails_with(
        {
            **OWNER_ERRORS,
            400: (
                MSG_DESCRIPTION_REQUIRED,
                MSG_DESCRIPTION_TOO_LONG,
                MSG_SCOPES_NOT_A_LIST,
                MSG_SCOPE_REQUIRED,
                "There is no scope 'ROOT_WRITE'",
                MSG_EXPIRY_NOT_A_NUMBER,
                MSG_INVALID_EXPIRY,
                MSG_TOO_MANY_TOKENS % {"number": MAX_PERSONAL_TOKENS},
            ),
        }
    )
    def post(self):
        """Create a token. No other response has its value."""
        owner, params, now = _require_owner(), get_params(), utc_now()
        token, secret = create_personal_token(
            db.session,
            actor=owner,
            description=to_plain_line(params.text("description")),
            scopes=_parse_scopes(params),
            expires_at=_parse_expiry(params, now),
            now=now,
        )
        db.session.commit()
        representation = represent_personal_token(token, links()) | {"access_token": secret}
        return object_response(representation, 201, links().personal_token(token.id))


@blp.route("/personal_tokens/<row_id:token_id>")
class PersonalTokenDetail(MethodView):
    @returns(PersonalTokenPageSchema)
    @fails_with({**OWNER_ERRORS, 404: MSG_TOKEN_NOT_FOUND})
    def get(self, token_id):
        """Show one of the caller's own tokens."""
        token = find_personal_token(db.session, _require_owner().id, token_id, utc_now())
        return collection_response("personal_tokens", [represent_personal_token(token, links())], single_page(token))

    @returns_empty(204, location="/v2.1/personal_tokens")
    @fails_with({**OWNER_ERRORS, 404: MSG_TOKEN_NOT_FOUND})
    def delete(self, token_id):
        """Revoke one of the caller's own tokens."""
        owner, now = _require_owner(), utc_now()
        revoke_token(db.session, find_personal_token(db.session, owner.id, token_id, now), actor=owner, now=now)
        db.session.commit()
        return empty_response(204, links().personal_tokens())


def _require_owner():
    return require_password_sign_in(MSG_LOGIN_REQUIRED, MSG_CLIENT_NOT_ALLOWED)


def _parse_scopes(params):
    scopes = params.get("scopes")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise InvalidInput(MSG_SCOPES_NOT_A_LIST)
    try:
        return parse_scopes(" ".join(scopes))
    except ValueError as error:
        raise InvalidInput(str(error)) from None


def _parse_expiry(params, now):
    if params.is_empty("expires_in_days") and params.text("expires_in_days") != "0":
        return None
    # JSON has one type of numbers: 90.0 is a whole one.
    days = params.text("expires_in_days").removesuffix(".0")
    if not (days.isascii() and days.isdecimal() and len(days) <= 6):
        raise InvalidInput(MSG_EXPIRY_NOT_A_NUMBER)
    return now + dt.timedelta(days=int(days))
