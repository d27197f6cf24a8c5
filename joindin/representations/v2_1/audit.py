"""Entries of the audit log."""

from marshmallow import fields

from joindin.models import AuditEntry
from joindin.representations.links import Links
from joindin.representations.schema_fields import Shape, address, many, moment, one, text, whole
from joindin.utils.datetimes import iso_in_zone


class AuditEntrySchema(Shape):
    date = moment("2026-03-01T18:00:00+00:00", "In UTC.")
    action = text("user.trust")
    actor_username = text("margaret", "Null: the operator, at the shell.", null=True)
    actor_uri = address("/v2.1/users/3", "Null also if the account is gone.", null=True)
    subject_kind = text(
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
    subject_id = whole(7)
    subject_name = text("ada", "As it was called then.", null=True)
    reason = text("Three good events", null=True)
    changes = fields.Dict(
        required=True,
        metadata={"description": "What was and what is, by field.", "examples": [{"trusted": [False, True]}]},
    )
    surface = text("v2_1", "By which way it was done.")
    client = text("web2", "The application.", null=True)
    address = text("192.0.2.17", "After some time only the network.", null=True)


class AuditMetaSchema(Shape):
    count = whole(1, "How many there are in this answer.")
    this_page = address("/v2.1/audit?resultsperpage=20")
    next_page = address(about="Older ones. Follow it until it is missing.", when="if there are older ones")
    user_uri = address("/v2.1/users/3", "The caller.")


class AuditPageSchema(Shape):
    entries = many(AuditEntrySchema)
    meta = one(AuditMetaSchema)


def represent_audit_entry(entry: AuditEntry, links: Links) -> dict:
    return {
        "date": iso_in_zone(entry.at, None),
        "action": entry.action,
        "actor_username": entry.actor_name,
        "actor_uri": links.user(entry.actor_id) if entry.actor_id is not None else None,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "subject_name": entry.subject_name,
        "reason": entry.reason,
        "changes": entry.changes,
        "surface": entry.surface,
        "client": entry.client_name,
        "address": entry.address,
    }
