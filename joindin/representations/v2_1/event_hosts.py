"""Hosts of an event (spec 4.9)."""

from joindin.models import EventHost
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, string
from joindin.representations.v2_1.collections import collection_schema


class HostSchema(ObjectSchema):
    host_name = string("Ada Lovelace", nullable=True)
    host_uri = api_url("/v2.1/users/7")


HostPageSchema = collection_schema("hosts", HostSchema)


def represent_host(host: EventHost, links: Links) -> dict:
    return {"host_name": host.user.full_name, "host_uri": links.user(host.user_id)}
