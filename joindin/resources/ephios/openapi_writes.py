"""Operations that write, for the OpenAPI document. They are an addition to the contract."""

from collections.abc import Iterator

from joindin.models.crew import KINDS
from joindin.representations.ephios.schemas import (
    BOOLEAN,
    DAY,
    INTEGER,
    NUMBER,
    OBJECT,
    STRING,
    TIME,
    UUID,
    array,
    nullable,
    reference,
)

_COMMENT = {"comment": STRING, "comment_is_public": BOOLEAN}
_WISHES = {
    "preferred_team_uuid": nullable(STRING),
    "preferred_unit_path": nullable(STRING),
    "individual_start_time": nullable(TIME),
    "individual_end_time": nullable(TIME),
    "answers": array({"type": "object", "properties": {"question": INTEGER, "answer": {}}}),
} | _COMMENT
_EVENT = {"title": STRING, "description": STRING, "location": STRING, "type": INTEGER}
_VISIBLE = {"visible_for": nullable(array(INTEGER))}
_HOLDERS = _VISIBLE | {
    "responsible_groups": nullable(array(INTEGER)),
    "responsible_users": nullable(array(INTEGER)),
    "active": BOOLEAN,
}
_CONFIGURATION = {
    "signup_flow_slug": STRING,
    "signup_flow_configuration": OBJECT,
    "structure_slug": STRING,
    "structure_configuration": OBJECT,
}
_RULE = {
    "kind": {"enum": list(KINDS)},
    "label": STRING,
    "minutes_before": INTEGER,
    "minutes_after": INTEGER,
    "max_gap": nullable(INTEGER),
    "tracks": nullable(array(INTEGER)),
}
_SHIFT = {
    "label": STRING,
    "meeting_time": TIME,
    "start_time": TIME,
    "end_time": TIME,
} | _CONFIGURATION
_DECISION = {
    "id": INTEGER,
    "state": INTEGER,
    "individual_start_time": nullable(TIME),
    "individual_end_time": nullable(TIME),
    "team": nullable(STRING),
    "unit_path": nullable(STRING),
    "comment": STRING,
    "comment_is_internal": BOOLEAN,
}
_SETUP = dict.fromkeys(("name", "url", "client_id", "client_secret", "code"), STRING)
_OWN = reference("UserinfoParticipation")
_ADDRESS = {"type": "object", "properties": {"url": STRING}}
_SHIFT_ANSWER, _CONSEQUENCE = reference("Shift"), reference("Consequence")
_RETRY_AFTER = {"Retry-After": {"schema": INTEGER, "description": "Seconds until the next request is accepted"}}
_PATH_PARAMETERS = {"id": INTEGER, "uuid": UUID}

# Path, method, id of the operation, fields of the body, status and schema of the answer.
WRITES = (
    ("/api/shifts/{id}/signup/", "post", "shifts_signup_create", _WISHES, "201", _OWN),
    ("/api/shifts/{id}/signup/", "patch", "shifts_signup_customize", _WISHES, "200", _OWN),
    ("/api/shifts/{id}/signup/", "delete", "shifts_signup_decline", _COMMENT, "200", _OWN),
    (
        "/api/shifts/{id}/waiting-list/",
        "post",
        "shifts_waiting_list_join",
        {name: _WISHES[name] for name in ("preferred_team_uuid", "answers")},
        "201",
        OBJECT,
    ),
    ("/api/shifts/{id}/waiting-list/", "delete", "shifts_waiting_list_leave", {}, "200", OBJECT),
    ("/api/users/me/calendar/", "post", "users_me_calendar_create", {}, "201", _ADDRESS),
    ("/api/users/me/calendar/", "delete", "users_me_calendar_delete", {}, "200", OBJECT),
    ("/api/users/me/shifts-export/", "post", "users_me_shifts_export_create", {}, "201", _ADDRESS),
    ("/api/users/me/shifts-export/", "delete", "users_me_shifts_export_delete", {}, "200", OBJECT),
    (
        "/api/planning/events/",
        "post",
        "planning_events_create",
        _EVENT | _VISIBLE,
        "201",
        OBJECT,
    ),
    ("/api/planning/events/{id}/", "patch", "planning_events_update", _EVENT | _HOLDERS, "200", OBJECT),
    ("/api/planning/events/{id}/", "delete", "planning_events_delete", {}, "200", OBJECT),
    ("/api/planning/events/{id}/copy/", "post", "planning_events_copy", {"days": INTEGER}, "201", OBJECT),
    ("/api/planning/events/{id}/shifts/", "post", "planning_shifts_create", _SHIFT, "201", _SHIFT_ANSWER),
    (
        "/api/planning/events/{id}/crew/",
        "post",
        "planning_crew_add",
        {"type": INTEGER, "visible_for": nullable(array(INTEGER))},
        "201",
        OBJECT,
    ),
    (
        "/api/planning/events/{id}/shifts-from-programme/",
        "post",
        "planning_programme_generate",
        _RULE | _CONFIGURATION | {"template_shift": nullable(INTEGER), "dry_run": BOOLEAN},
        "200",
        OBJECT,
    ),
    ("/api/planning/events/{id}/shifts-from-programme/", "get", "planning_programme_list", {}, "200", OBJECT),
    ("/api/planning/shifts/{id}/programme/", "delete", "planning_programme_detach", {}, "200", OBJECT),
    ("/api/planning/shifts/{id}/", "patch", "planning_shifts_update", _SHIFT, "200", _SHIFT_ANSWER),
    ("/api/planning/shifts/{id}/", "delete", "planning_shifts_delete", {}, "200", OBJECT),
    ("/api/planning/shifts/{id}/copy/", "post", "planning_shifts_copy", {"days": INTEGER}, "201", _SHIFT_ANSWER),
    (
        "/api/planning/shifts/{id}/disposition/",
        "post",
        "planning_disposition_add",
        {"user": INTEGER, "display_name": STRING},
        "201",
        OBJECT,
    ),
    (
        "/api/planning/shifts/{id}/disposition/",
        "patch",
        "planning_disposition_decide",
        {"participations": array({"type": "object", "properties": _DECISION})},
        "200",
        OBJECT,
    ),
    ("/api/federation/setup/", "post", "federation_setup_create", _SETUP, "201", OBJECT),
    ("/api/federation/guest/delete/", "delete", "federation_guest_delete_destroy", {}, "204", None),
    (
        "/api/planning/users/{id}/qualifications/{uuid}/",
        "put",
        "planning_users_qualifications_grant",
        {"expires": nullable(TIME)},
        "200",
        reference("QualificationGrant"),
    ),
    (
        "/api/planning/users/{id}/qualifications/{uuid}/",
        "delete",
        "planning_users_qualifications_withdraw",
        {},
        "200",
        OBJECT,
    ),
    (
        "/api/users/me/working-hours/",
        "post",
        "users_me_working_hours_request",
        {"date": DAY, "hours": NUMBER, "reason": STRING},
        "201",
        _CONSEQUENCE,
    ),
    (
        "/api/consequences/{id}/",
        "post",
        "consequences_decide",
        {"action": {"type": "string", "enum": ["confirm", "deny"]}},
        "200",
        _CONSEQUENCE,
    ),
)


def list_write_operations() -> Iterator[tuple[str, str, dict]]:
    """Yield the path, the method and the operation of each route that writes."""
    for path, method, operation_id, fields, status, schema in WRITES:
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": schema}
            for name, schema in _PATH_PARAMETERS.items()
            if f"{{{name}}}" in path
        ]
        operation = {"operationId": operation_id, "parameters": parameters, "tags": [path.split("/")[2]]}
        if method != "delete" and fields:
            body = {"type": "object", "properties": fields}
            operation["requestBody"] = {"content": {"application/json": {"schema": body}}}
        yield (
            path,
            method,
            operation
            | {
                "responses": {
                    status: _response("Done", schema),
                    "400": _response("Refused by the rules, with all reasons, or an invalid field", OBJECT),
                    "403": _response("No credentials, or no permission", reference("Detail")),
                    "404": _response("Not found", reference("Detail")),
                    "429": _response("Too many requests", reference("Detail")) | {"headers": _RETRY_AFTER},
                }
            },
        )


def _response(description, schema):
    content = {"content": {"application/json": {"schema": schema}}} if schema else {}
    return {"description": description} | content
