"""Applications as Joind.in v2.1 shows them to their owners (spec 11)."""

from joindin.models import Client
from joindin.representations.links import Links
from joindin.representations.schema_fields import Shape, address, moment, text, whole
from joindin.representations.v2_1.collections import collection_schema
from joindin.utils.datetimes import iso_in_zone

KEY = "mX1tq9hR5cWb7sYpKz3vNd8fLg2jUeTa4oQi6rBxHwEyCkSnVlPmZuJtFqGhDsAa"
SECRET = "Zb4nTq7yWc2mRk9sXv5pLd8hJf3gUa6eKo1iQxHwEyCkSnVlPmBuJtFqGhDsAaYr"  # noqa: S105 - an example


class VerboseApplicationSchema(Shape):
    consumer_key = text(KEY, "What the application sends as `client_id`.")
    created_date = moment("2026-01-10T12:00:00+00:00", "In UTC.")
    application = text("My schedule app", null=True)
    description = text("Shows the talks of today.", null=True)
    callback_url = text("https://app.example.com/signed-in", null=True)
    consumer_secret = text(SECRET, "What it sends as `client_secret`; empty if it is not known here.")
    user_id = whole(7)
    client_uri = address("/v2.1/applications/4")


class ApplicationSchema(VerboseApplicationSchema):
    class Meta(Shape.Meta):
        exclude = ("consumer_secret", "user_id")


ApplicationPageSchema = collection_schema("clients", ApplicationSchema)
VerboseApplicationPageSchema = collection_schema("clients", VerboseApplicationSchema)


def represent_application(client: Client, links: Links, secret: str | None = None) -> dict:
    """With a ``secret``, be it empty, the verbose form. Only the owner may see that; the date is in UTC."""
    shown = {
        "consumer_key": client.key,
        "created_date": iso_in_zone(client.created_at, None),
        "application": client.name,
        "description": client.description,
        "callback_url": client.callback_url,
    }
    if secret is not None:
        shown |= {"consumer_secret": secret, "user_id": client.owner_id}
    return shown | {"client_uri": links.application(client.id)}
