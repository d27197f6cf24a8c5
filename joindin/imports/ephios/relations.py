"""Mapping of relations to rows of link tables, and of rows that have the key of another."""

from collections.abc import Iterator

from joindin.imports.ephios.context import ImportContext
from joindin.imports.ephios.dump_row import DumpRow
from joindin.imports.ephios.links import find_all
from joindin.imports.ephios.map_access import STAFF_PERMISSIONS, find_permission, known_scopes, permission_row
from joindin.imports.ephios.map_events import map_crew_details
from joindin.imports.ephios.map_people import map_profile
from joindin.imports.legacy_row import InvalidRow
from joindin.models.crew import ANY_SHIFT, LAST_SHIFT

QUALIFICATION = "core.qualification"


def map_profiles(context: ImportContext, row: DumpRow, user_id: int) -> list[dict]:
    return [map_profile(context, row, user_id)]


def map_members(context: ImportContext, row: DumpRow, user_id: int) -> Iterator[dict]:
    for group_id in find_all(context, "core.userprofile groups", row, "auth.group", row.list("groups")):
        yield {"group_id": group_id, "user_id": user_id}


def map_user_permissions(context: ImportContext, row: DumpRow, user_id: int) -> Iterator[dict]:
    permissions = set(_existing_permissions(context, "core.userprofile permissions", row, "user_permissions"))
    if row.boolean("is_staff") and not row.boolean("is_superuser"):
        permissions.update(STAFF_PERMISSIONS)
    return (permission_row("user", user_id, permission) for permission in sorted(permissions))


def map_group_permissions(context: ImportContext, row: DumpRow, group_id: int) -> Iterator[dict]:
    permissions = set(_existing_permissions(context, "auth.group permissions", row, "permissions"))
    return (permission_row("group", group_id, permission) for permission in sorted(permissions))


def _existing_permissions(context, name, row, field):
    for reference in row.list(field):
        permission = find_permission(context, reference)
        if permission is None:
            context.report.read[name] += 1
            context.report.count_excluded(name, str(context.dump.permission_name(reference)))
        else:
            yield permission


def map_inclusions(context: ImportContext, row: DumpRow, qualification_id: int) -> Iterator[dict]:
    for included_id in find_all(context, "core.qualification includes", row, QUALIFICATION, row.list("includes")):
        yield {"qualification_id": qualification_id, "included_id": included_id}


def map_type_qualifications(context: ImportContext, row: DumpRow, type_id: int) -> Iterator[dict]:
    return _preference(context, row, type_id, "general_required_qualifications", QUALIFICATION, "qualification_id")


def map_type_groups(context: ImportContext, row: DumpRow, type_id: int) -> Iterator[dict]:
    return _preference(context, row, type_id, "visible_for", "auth.group", "group_id")


def map_type_responsible_groups(context: ImportContext, row: DumpRow, type_id: int) -> Iterator[dict]:
    return _preference(context, row, type_id, "responsible_groups", "auth.group", "group_id")


def map_type_responsible_users(context: ImportContext, row: DumpRow, type_id: int) -> Iterator[dict]:
    return _preference(context, row, type_id, "responsible_users", "core.userprofile", "user_id")


def _preference(context, row, type_id, name, model, column):
    """Yield the rows of a preference, whose value is a list of numbers as text."""
    if "preferences" not in context.cache:
        context.cache["preferences"] = {
            (each.raw("instance"), each.raw("name")): str(each.raw("raw_value") or "")
            for each in context.dump.rows("core.eventtypepreference")
        }
    value = context.cache["preferences"].get((row.pk, name), "")
    references = [part.strip() for part in value.split(",") if part.strip()]
    for found in find_all(context, "core.eventtypepreference", row, model, references):
        yield {"event_type_id": type_id, column: found}


def map_details(context: ImportContext, row: DumpRow, event_id: int) -> list[dict]:
    return [map_crew_details(context, row, event_id)]


def map_position_qualifications(context: ImportContext, row: DumpRow, position_id: int) -> Iterator[dict]:
    return _qualifications(context, "complexsignup.position qualifications", row, position_id=position_id)


def map_requirement_qualifications(context: ImportContext, row: DumpRow, requirement_id: int) -> Iterator[dict]:
    name = "complexsignup.blockqualificationrequirement qualifications"
    return _qualifications(context, name, row, requirement_id=requirement_id)


def map_guest_qualifications(context: ImportContext, row: DumpRow, guest_id: int) -> Iterator[dict]:
    return _qualifications(context, "guests.guestuser qualifications", row, guest_id=guest_id)


def map_federated_qualifications(context: ImportContext, row: DumpRow, user_id: int) -> Iterator[dict]:
    return _qualifications(context, "federation.federateduser qualifications", row, federated_user_id=user_id)


def _qualifications(context, name, row, **key):
    for qualification_id in find_all(context, name, row, QUALIFICATION, row.list("qualifications")):
        yield key | {"qualification_id": qualification_id}


def map_questionnaire(context: ImportContext, row: DumpRow, _id: None) -> Iterator[dict]:
    shift_id = context.require("core.shift", row.raw("shift"))
    model = "questionnaires.question"
    for question_id in find_all(context, "questionnaires.questionnaire", row, model, row.list("questions")):
        yield {"shift_id": shift_id, "question_id": question_id}


def map_allocation(context: ImportContext, row: DumpRow, _id: None) -> Iterator[dict]:
    shift_id = context.require("core.shift", row.raw("shift"))
    model = "simpleresource.resource"
    for resource_id in find_all(context, "simpleresource.resourceallocation", row, model, row.list("resources")):
        yield {"shift_id": shift_id, "resource_id": resource_id}


def map_event_qualification(context: ImportContext, row: DumpRow, _id: None) -> list[dict]:
    mode = row.integer("mode", default=ANY_SHIFT)
    if not ANY_SHIFT <= mode <= LAST_SHIFT:
        raise InvalidRow(f"there is no mode {mode}")
    return [
        {
            "event_id": context.require("core.event", row.raw("event")),
            "qualification_id": context.require(QUALIFICATION, row.raw("qualification")),
            "expires_at": row.instant("expiration_date", default=None),
            "mode": mode,
            "extends_only": row.boolean("extend_only"),
            "needs_confirmation": row.boolean("needs_confirmation"),
        }
    ]


def map_consent(context: ImportContext, row: DumpRow, _id: int) -> Iterator[dict]:
    """Map the consent behind a valid token of an application: ephios does not ask again while there is one."""
    expires_at = row.instant("expires", default=None)
    client_id, user_id = context.find("api.application", row.raw("application")), row.raw("user")
    if client_id and user_id and not row.boolean("revoked") and (expires_at is None or expires_at > context.now):
        yield {
            "user_id": context.require("core.userprofile", user_id),
            "client_id": client_id,
            "scopes": known_scopes(row.raw("scope")),
            "given_at": row.instant("created", default=context.now),
        }


def map_federation_share(context: ImportContext, row: DumpRow, _id: None) -> Iterator[dict]:
    event_id = context.require("core.event", row.raw("event"))
    model = "federation.federatedguest"
    for guest_id in find_all(context, "federation.federatedeventshare", row, model, row.list("shared_with")):
        yield {"event_id": event_id, "guest_id": guest_id}


def map_guest_share(context: ImportContext, row: DumpRow, _id: None) -> list[dict]:
    return [
        {
            "event_id": context.require("core.event", row.raw("event")),
            "token": row.text("token", 254),
            "is_active": row.boolean("active"),
        }
    ]
