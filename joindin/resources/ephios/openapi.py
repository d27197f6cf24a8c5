"""OpenAPI document of the ephios API (spec 5)."""

from joindin.models.crew import STATES
from joindin.representations.ephios.schemas import INTEGER, PAGES, SCHEMAS, STRING, TIME, array, reference
from joindin.resources.ephios.openapi_writes import list_write_operations
from joindin.resources.ephios.paging import DEFAULT_LIMIT, MAX_LIMIT
from joindin.security.scopes import SCOPE_DESCRIPTIONS

TITLE, VERSION = "ephios API", "0.27.1 (api)"
SECURITY = [{"cookieAuth": []}, {"tokenAuth": []}]

LIMIT = {
    **INTEGER,
    "minimum": 1,
    "default": DEFAULT_LIMIT,
    "description": f"Values above {MAX_LIMIT} count as {MAX_LIMIT}, invalid ones as {DEFAULT_LIMIT}.",
}
PAGING = {"limit": LIMIT, "offset": {**INTEGER, "minimum": 0, "default": 0}}
TIMES = dict.fromkeys(("start_time_after", "start_time_before", "end_time_after", "end_time_before"), TIME)
OLD_STARTS = dict.fromkeys(("start_gte", "start_lte"), TIME)
OLD_ENDS = dict.fromkeys(("end_gte", "end_lte"), TIME)
SEARCH, ORDERING = {"search": STRING}, {"ordering": STRING}
PARTICIPATIONS = (
    PAGING
    | TIMES
    | OLD_STARTS
    | OLD_ENDS
    | {"state": {**INTEGER, "enum": list(STATES)}}
    | dict.fromkeys(("event", "event_type", "shift"), array(INTEGER))
)
EVENTS = PAGING | TIMES | OLD_STARTS | {"type": INTEGER} | SEARCH | ORDERING
ID, USER, EMAIL = {"id": INTEGER}, {"user": INTEGER}, {"email": STRING}

# By path: the id of the operation, its component, its parameters in the path and in the query.
LISTS = {
    "/api/events/": ("events_list", "Event", {}, EVENTS),
    "/api/shifts/": ("shifts_list", "Shift", {}, PAGING | TIMES | OLD_STARTS | SEARCH | ORDERING),
    "/api/users/": ("users_list", "UserProfile", {}, PAGING | SEARCH),
    "/api/users/me/participations/": ("users_me_participations_list", "UserinfoParticipation", {}, PARTICIPATIONS),
    "/api/users/{user}/participations/": ("users_participations_list", "Participation", USER, PARTICIPATIONS),
    "/api/participations/": ("participations_list", "Participation", {}, PARTICIPATIONS),
    "/api/participations-userinfo/": (
        "participations_userinfo_list",
        "UserinfoParticipation",
        {},
        PARTICIPATIONS,
    ),
    "/api/buildingblocks/": ("buildingblocks_list", "BuildingBlock", {}, PAGING),
    "/api/users/me/working-hours/": ("users_me_working_hours_list", "WorkingHours", {}, PAGING),
    "/api/users/me/consequences/": ("users_me_consequences_list", "Consequence", {}, PAGING),
    "/api/consequences/": ("consequences_list", "Consequence", {}, PAGING),
    "/api/planning/users/{id}/qualifications/": (
        "planning_users_qualifications_list",
        "QualificationGrant",
        ID,
        PAGING,
    ),
    "/api/federation/events/": (
        "federation_events_list",
        "SharedEvent",
        {},
        PAGING | TIMES | OLD_STARTS | {"type": INTEGER},
    ),
}
OBJECTS = {
    "/api/events/{id}/": ("events_retrieve", "Event", ID),
    "/api/shifts/{id}/": ("shifts_retrieve", "Shift", ID),
    "/api/shifts/{id}/signup/": ("shifts_signup_retrieve", "SignupVerdict", ID),
    "/api/users/{id}/": ("users_retrieve", "UserProfile", ID),
    "/api/users/by_email/{email}/": ("users_by_email_retrieve", "UserProfile", EMAIL),
    "/api/users/me/": ("users_me_retrieve", "UserProfile", {}),
    "/api/users/me/participations/{id}/": ("users_me_participations_retrieve", "UserinfoParticipation", ID),
    "/api/users/{user}/participations/{id}/": ("users_participations_retrieve", "Participation", USER | ID),
    "/api/participations/{id}/": ("participations_retrieve", "Participation", ID),
    "/api/participations-userinfo/{id}/": ("participations_userinfo_retrieve", "UserinfoParticipation", ID),
    "/api/buildingblocks/{id}/": ("buildingblocks_retrieve", "BuildingBlock", ID),
}


def build_document() -> dict:
    paths = {
        path: {"get": _operation(path, name, f"Paginated{component}List", in_path, query)}
        for path, (name, component, in_path, query) in LISTS.items()
    } | {
        path: {"get": _operation(path, name, component, in_path, {})}
        for path, (name, component, in_path) in OBJECTS.items()
    }
    for path, method, operation in list_write_operations():
        paths.setdefault(path, {})[method] = operation | {"security": SECURITY}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": TITLE,
            "version": VERSION,
            "description": "ephios REST API",
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted((SCHEMAS | PAGES).items())),
            "securitySchemes": {
                "cookieAuth": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
                "tokenAuth": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Scopes: "
                    + "; ".join(f"{name}: {text}" for name, text in SCOPE_DESCRIPTIONS.items()),
                },
            },
        },
    }


def _operation(path, name, component, in_path, query):
    parameters = [
        {"name": key, "in": "path", "required": True, "schema": schema} for key, schema in in_path.items()
    ] + [{"name": key, "in": "query", "required": False, "schema": schema} for key, schema in sorted(query.items())]
    refusals = {
        "400": "Invalid filters",
        "403": "No credentials, or no permission",
        "404": "Not found",
        "414": "The address is too long",
    }
    responses = {
        status: _response(text, {} if status == "400" else reference("Detail")) for status, text in refusals.items()
    }
    if "user" in in_path:
        # Of an address without a number.
        responses["404"]["content"]["text/html"] = {"schema": STRING}
    return {
        "operationId": name,
        "parameters": parameters,
        "tags": [path.split("/")[2]],
        "security": SECURITY,
        "responses": {"200": _response("OK", reference(component))} | responses,
    }


def _response(description, schema):
    return {"description": description, "content": {"application/json": {"schema": schema}}}
