"""Entries of the audit log."""

from marshmallow import fields

from joindin.models import AuditEntry
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, integer, list_of, object_of, string
from joindin.utils.datetimes import iso_local


class AuditEntrySchema(ObjectSchema):
    date = date_time("2026-03-01T18:00:00+00:00", "In UTC.")
    action = string("user.trust")
    actor_username = string("margaret", "Null: the operator, in the console.", nullable=True)
    actor_uri = api_url("/v2.1/users/3", "Null also if the account was deleted.", nullable=True)
    subject_kind = string(
        "user",
        enum=[
            "user",
            "event",
            "talk",
            "event_comment",
            "talk_comment",
            "group",
            "reason",
            "application",
            "token",
        ],
    )
    subject_id = integer(7)
    subject_name = string("ada", "The name at that time.", nullable=True)
    reason = string("Three good events", nullable=True)
    changes = fields.Dict(
        required=True,
        metadata={"description": "Old and new value, by field.", "examples": [{"trusted": [False, True]}]},
    )
    surface = string("v2_1", "The API or site that was used.")
    client = string("web2", "The application.", nullable=True)
    address = string("192.0.2.17", "Shortened to the network after some time.", nullable=True)


class AuditMetaSchema(ObjectSchema):
    count = integer(1, "Number of entries in this response.")
    this_page = api_url("/v2.1/audit?resultsperpage=20")
    next_page = api_url(description="Older entries. Follow it until it is missing.", when="if there are older entries")
    user_uri = api_url("/v2.1/users/3", "The caller.")


class AuditPageSchema(ObjectSchema):
    entries = list_of(AuditEntrySchema)
    meta = object_of(AuditMetaSchema)


def represent_audit_entry(entry: AuditEntry, links: Links) -> dict:
    return {
        "date": iso_local(entry.occurred_at, None),
        "action": entry.action,
        "actor_username": entry.actor_name,
        "actor_uri": links.user(entry.actor_id) if entry.actor_id is not None else None,
        "subject_kind": entry.subject_type,
        "subject_id": entry.subject_id,
        "subject_name": entry.subject_name,
        "reason": entry.reason,
        "changes": entry.changes,
        "surface": entry.surface,
        "client": entry.client_name,
        "address": entry.ip_address,
    }
