"""Tokens that people make for scripts of their own. Not in the original.

They are made by somebody who signed in with a password, through an application of trust: or whoever was
let in for a while could make themselves a way in for good.
"""

import datetime as dt

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotAllowed
from joindin.extensions import db
from joindin.models import PASSWORD
from joindin.operations.accounts.api_tokens import revoke_token
from joindin.operations.accounts.personal_tokens import (
    BAD_EXPIRY,
    LONG_DESCRIPTION,
    LONGEST_DESCRIPTION,
    NO_DESCRIPTION,
    NO_SCOPE,
    TOO_MANY,
    make_token,
)
from joindin.queries.accounts.api_tokens import find_personal_token, page_personal_tokens
from joindin.queries.paging import single
from joindin.representations.schema_fields import Shape, many, optional, text, whole
from joindin.representations.v2_1.personal_tokens import (
    MadeTokenSchema,
    PersonalTokenPageSchema,
    represent_personal_token,
)
from joindin.resources.v2_1.authentication import caller, links, signed_in
from joindin.resources.v2_1.openapi import does, lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import collection, empty, thing
from joindin.security.scopes import PUBLIC_READ, SCOPES, read_scopes
from joindin.utils.datetimes import utc_now
from joindin.utils.text import plain_text

blp = Blueprint("personal tokens", __name__, url_prefix="/v2.1", description="Tokens for scripts of one's own")

NOT_SIGNED_IN = "You must be logged in"
NOT_BY_THIS_CLIENT = "You can not access the token list with this client"
NO_TOKEN = "No tokens found"  # noqa: S105 - a sentence
NO_LIST = "The field 'scopes' must be a list of scopes"
NO_DAYS = "The field 'expires_in_days' must be a whole number"
REFUSED = {401: NOT_SIGNED_IN, 403: NOT_BY_THIS_CLIENT}


class NewPersonalTokenSchema(Shape):
    description = text("Prints badges.", "What it is for.", maxLength=LONGEST_DESCRIPTION)
    scopes = many(text(enum=list(SCOPES)), "What it is good for.", example=[PUBLIC_READ])
    expires_in_days = optional(whole(90, "From 1 to 366; without it the token never expires."))


@blp.route("/personal_tokens")
class PersonalTokens(MethodView):
    @lists(PersonalTokenPageSchema)
    @refuses(REFUSED)
    def get(self):
        """List the caller's own tokens that are good for something, newest first."""
        page = page_personal_tokens(db.session, _owner().id, read_paging(), utc_now())
        return collection("personal_tokens", [represent_personal_token(token, links()) for token in page.items], page)

    @takes(NewPersonalTokenSchema)
    @shows(MadeTokenSchema, status=201, location="/v2.1/personal_tokens/12")
    @refuses({**REFUSED, 400: (NO_DESCRIPTION, LONG_DESCRIPTION, NO_LIST, NO_SCOPE, NO_DAYS, BAD_EXPIRY, TOO_MANY)})
    def post(self):
        """Make a token. The answer is the only one that has it."""
        owner, given, now = _owner(), params(), utc_now()
        token, secret = make_token(
            db.session,
            actor=owner,
            description=plain_text(given.text("description")),
            scopes=_read_scopes(given),
            expires_at=_read_expiry(given, now),
            now=now,
        )
        db.session.commit()
        shown = represent_personal_token(token, links()) | {"access_token": secret}
        return thing(shown, 201, links().personal_token(token.id))


@blp.route("/personal_tokens/<row_id:token_id>")
class OnePersonalToken(MethodView):
    @shows(PersonalTokenPageSchema)
    @refuses({**REFUSED, 404: NO_TOKEN})
    def get(self, token_id):
        """Show one of the caller's own tokens."""
        token = find_personal_token(db.session, _owner().id, token_id, utc_now())
        return collection("personal_tokens", [represent_personal_token(token, links())], single(token))

    @does(204, location="/v2.1/personal_tokens")
    @refuses({**REFUSED, 404: NO_TOKEN})
    def delete(self, token_id):
        """Revoke one of the caller's own tokens."""
        owner, now = _owner(), utc_now()
        revoke_token(db.session, find_personal_token(db.session, owner.id, token_id, now), actor=owner, now=now)
        db.session.commit()
        return empty(204, links().personal_tokens())


def _owner():
    user = signed_in(NOT_SIGNED_IN)
    if not caller().client_is_trusted or caller().token.kind != PASSWORD:
        raise NotAllowed(NOT_BY_THIS_CLIENT)
    return user


def _read_scopes(given):
    wanted = given.texts("scopes")
    if wanted is None:
        raise Invalid(NO_LIST)
    try:
        return read_scopes(" ".join(wanted))
    except ValueError as unknown:
        raise Invalid(str(unknown)) from None


def _read_expiry(given, now):
    if given.is_empty("expires_in_days") and given.text("expires_in_days") != "0":
        return None
    days = given.text("expires_in_days")
    if not (days.isascii() and days.isdecimal() and len(days) <= 6):
        raise Invalid(NO_DAYS)
    return now + dt.timedelta(days=int(days))
