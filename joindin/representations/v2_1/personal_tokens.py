"""Personal tokens of users. An extension of the original, which has tokens of applications only."""

from joindin.models import AccessToken
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, integer, list_of, object_of, string
from joindin.representations.v2_1.collections import CallerMetaSchema, collection_schema
from joindin.security.scopes import PUBLIC_READ, SCOPES
from joindin.utils.datetimes import iso_local


class PersonalTokenSchema(ObjectSchema):
    token = integer(12, "The id of the token, not its secret.")
    description = string("Prints badges.")
    scopes = list_of(string(enum=list(SCOPES)), "The scopes of the token.", example=[PUBLIC_READ])
    created_date = date_time("2026-01-10T12:00:00+00:00", "In UTC, like the other dates.")
    last_used_date = date_time("2026-03-01T09:30:00+00:00", nullable=True)
    expires_date = date_time("2026-04-10T12:00:00+00:00", "Null if the token does not expire.", nullable=True)
    token_uri = api_url("/v2.1/personal_tokens/12")


PersonalTokenPageSchema = collection_schema("personal_tokens", PersonalTokenSchema)


class CreatedTokenSchema(PersonalTokenSchema):
    """The response to the creation of a token, the only one with its value."""

    access_token = string(
        "jipX4mQ1tq9hR5cWb7sYpKz3vNd8fLg2jUeTa4oQi6rBxHwEyC", "Shown once; the server stores only a hash."
    )
    meta = object_of(CallerMetaSchema)


def represent_personal_token(token: AccessToken, links: Links) -> dict:
    return {
        "token": token.id,
        "description": token.description,
        "scopes": token.scopes.split(),
        "created_date": iso_local(token.created_at, None),
        "last_used_date": iso_local(token.last_used_at, None),
        "expires_date": iso_local(token.expires_at, None),
        "token_uri": links.personal_token(token.id),
    }
