"""Applications, as their owners see them (spec 11)."""

from joindin.models import Client
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, integer, string
from joindin.representations.v2_1.collections import collection_schema
from joindin.utils.datetimes import iso_local

KEY = "mX1tq9hR5cWb7sYpKz3vNd8fLg2jUeTa4oQi6rBxHwEyCkSnVlPmZuJtFqGhDsAa"
SECRET = "Zb4nTq7yWc2mRk9sXv5pLd8hJf3gUa6eKo1iQxHwEyCkSnVlPmBuJtFqGhDsAaYr"


class VerboseApplicationSchema(ObjectSchema):
    consumer_key = string(KEY, "The application sends it as `client_id`.")
    created_date = date_time("2026-01-10T12:00:00+00:00", "In UTC.")
    application = string("My schedule app", nullable=True)
    description = string("Shows the talks of today.", nullable=True)
    callback_url = string("https://app.example.com/signed-in", nullable=True)
    consumer_secret = string(
        SECRET, "The application sends it as `client_secret`. Empty if the server does not know it."
    )
    user_id = integer(7)
    client_uri = api_url("/v2.1/applications/4")


class ApplicationSchema(VerboseApplicationSchema):
    class Meta(ObjectSchema.Meta):
        exclude = ("consumer_secret", "user_id")


ApplicationPageSchema = collection_schema("clients", ApplicationSchema)
VerboseApplicationPageSchema = collection_schema("clients", VerboseApplicationSchema)


def represent_application(client: Client, links: Links, secret: str | None = None) -> dict:
    """Return the application; with a ``secret``, even an empty one, its verbose form.

    The verbose form is for the owner only. The date is in UTC.
    """
    representation = {
        "consumer_key": client.key,
        "created_date": iso_local(client.created_at, None),
        "application": client.name,
        "description": client.description,
        "callback_url": client.callback_url,
    }
    if secret is not None:
        representation |= {"consumer_secret": secret, "user_id": client.owner_id}
    return representation | {"client_uri": links.application(client.id)}
