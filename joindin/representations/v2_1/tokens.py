"""Sign-in tokens of applications (spec 10.2). ``token`` is the id of the row, never the secret."""

from joindin.models import AccessToken
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, integer, object_of, string
from joindin.representations.v2_1.collections import CallerMetaSchema, collection_schema
from joindin.utils.datetimes import iso_local


class SignInSchema(ObjectSchema):
    """The response to a sign-in."""

    access_token = string("6c3e7c1f0a9b4d52", "Send it in the header `Authorization`. It does not expire.")
    user_uri = api_url("/v2.1/users/7")
    meta = object_of(CallerMetaSchema, when="if the request itself has a token")


class TokenSchema(ObjectSchema):
    token = integer(12, "The id of the token, not its secret.")
    application = string("My schedule app", nullable=True)
    created_date = date_time("2026-01-10T12:00:00+00:00", "In UTC, like the other dates.")
    last_used_date = date_time("2026-03-01T09:30:00+00:00", nullable=True)
    application_owner = string("Grace Hopper", nullable=True)
    token_uri = api_url("/v2.1/token/12")


TokenPageSchema = collection_schema("tokens", TokenSchema)


def represent_token(token: AccessToken, links: Links) -> dict:
    """Return the token; needs its client and the client's owner loaded. Dates are in UTC."""
    client = token.client
    return {
        "token": token.id,
        "application": client.name if client else None,
        "created_date": iso_local(token.created_at, None),
        "last_used_date": iso_local(token.last_used_at, None),
        "application_owner": client.owner.full_name if client and client.owner else None,
        "token_uri": links.token(token.id),
    }
