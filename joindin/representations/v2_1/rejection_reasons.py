"""Prepared reasons for rejecting events."""

from joindin.models import RejectionReason
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, string
from joindin.representations.v2_1.collections import collection_schema


class ReasonSchema(ObjectSchema):
    title = string("Off topic", "The name of the reason, for reviewers.")
    text = string("We list events about programming.", "The message to the hosts.")
    uri = api_url("/v2.1/rejection_reasons/2")


ReasonPageSchema = collection_schema("reasons", ReasonSchema)


def represent_reason(reason: RejectionReason, links: Links) -> dict:
    return {"title": reason.title, "text": reason.text, "uri": links.rejection_reason(reason.id)}
