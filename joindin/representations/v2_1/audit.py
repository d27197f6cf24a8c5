"""Entries of the audit log."""

from marshmallow import fields

from joindin.models import AuditEntry
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, integer, list_of, object_of, string
from joindin.utils.datetimes import iso_local


class AuditEntrySchema(ObjectSchema):
    date = date_time("2026-03-01T18:00:00+00:00", "In UTC.")
    action = string("user.trust")
    actor_username = string("margaret", "Null: the operator, at the shell.", nullable=True)
    actor_uri = api_url("/v2.1/users/3", "Null also if the account is gone.", nullable=True)
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
    subject_name = string("ada", "As it was called then.", nullable=True)
    reason = string("Three good events", nullable=True)
    changes = fields.Dict(
        required=True,
        metadata={"description": "What was and what is, by field.", "examples": [{"trusted": [False, True]}]},
    )
    surface = string("v2_1", "By which way it was done.")
    client = string("web2", "The application.", nullable=True)
    address = string("192.0.2.17", "After some time only the network.", nullable=True)


class AuditMetaSchema(ObjectSchema):
    count = integer(1, "How many there are in this answer.")
    this_page = api_url("/v2.1/audit?resultsperpage=20")
    next_page = api_url(description="Older ones. Follow it until it is missing.", when="if there are older ones")
    user_uri = api_url("/v2.1/users/3", "The caller.")


class AuditPageSchema(ObjectSchema):
    entries = list_of(AuditEntrySchema)
    meta = object_of(AuditMetaSchema)


def represent_audit_entry(entry: AuditEntry, links: Links) -> dict:
    return {
        "date": iso_local(entry.at, None),
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
