"""Schemas of the objects of the ephios API (OpenAPI 3.0), in the order of their fields.

They state which values may be null, where the original's document is wrong (spec 1, #7 and #8, and 24.1).
"""

from joindin.representations.ephios.participations import PARTICIPANT_TYPES, STATE_LABELS

INTEGER, STRING, BOOLEAN = {"type": "integer"}, {"type": "string"}, {"type": "boolean"}
NUMBER, UUID = {"type": "number"}, {"type": "string"}
TIME = {"type": "string", "format": "date-time"}
DAY = {"type": "string", "format": "date"}
TITLE = {"type": "string", "maxLength": 254}
OBJECT = {"type": "object", "additionalProperties": True}


def nullable(schema: dict) -> dict:
    return schema | {"nullable": True}


def reference(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: dict) -> dict:
    return {"type": "array", "items": items}


def describe_object(properties: dict) -> dict:
    return {"type": "object", "properties": properties, "required": list(properties)}


def describe_page(name: str) -> dict:
    page = {"type": "string", "format": "uri", "nullable": True}
    return describe_object({"count": INTEGER, "next": page, "previous": page, "results": array(reference(name))})


_PARTICIPANT = {
    "display_name": STRING,
    "is_minor": BOOLEAN,
    "type": {"type": "string", "enum": sorted(PARTICIPANT_TYPES.values())},
    "qualifications": array(reference("Qualification")),
}
_PARTICIPATION_START = {
    "id": INTEGER,
    "shift": INTEGER,
    "event": INTEGER,
    "event_title": STRING,
    "event_type": reference("EventType"),
    "state": reference("StateEnum"),
}
_PARTICIPATION_END = {
    "start_time": TIME,
    "end_time": TIME,
    "duration": {"type": "number", "format": "double", "description": "Seconds"},
    "structure_data": OBJECT,
    "user": nullable(INTEGER),
}
_EVENT_START = {
    "id": INTEGER,
    "title": TITLE,
    "description": nullable(STRING),
    "location": STRING,
    "type": reference("EventType"),
}

SCHEMAS = {
    "Comment": describe_object({"author": STRING, "text": {"type": "string", "maxLength": 255}, "created_at": TIME}),
    "ConfidentialParticipant": describe_object(
        _PARTICIPANT | {"email": nullable(STRING), "date_of_birth": nullable(DAY), "age": nullable(INTEGER)}
    ),
    "Event": describe_object(
        _EVENT_START
        | {
            "frontend_url": {"type": "string", "format": "uri"},
            "start_time": nullable(TIME),
            "end_time": nullable(TIME),
            "signup_stats": reference("SignupStats"),
            "shifts": array(reference("Shift")),
        }
    ),
    "EventType": describe_object({"id": INTEGER, "title": TITLE}),
    "Shift": describe_object(
        {
            "id": INTEGER,
            "label": {"type": "string", "maxLength": 255},
            "event_id": INTEGER,
            "event_title": STRING,
            "meeting_time": TIME,
            "start_time": TIME,
            "end_time": TIME,
            "signup_flow_slug": STRING,
            "signup_flow_configuration": OBJECT,
            "structure_slug": STRING,
            "structure_configuration": OBJECT,
            "signup_stats": reference("SignupStats"),
        }
    ),
    "SignupStats": describe_object(
        {
            "requested_count": INTEGER,
            "confirmed_count": INTEGER,
            "missing": INTEGER,
            "free": nullable(INTEGER),
            "min_count": nullable(INTEGER),
            "max_count": nullable(INTEGER),
        }
    ),
    "Consequence": describe_object({"id": INTEGER, "slug": STRING, "user": INTEGER, "state": STRING, "data": OBJECT}),
    "QualificationGrant": describe_object(
        {
            "uuid": UUID,
            "title": TITLE,
            "abbreviation": TITLE,
            "expires": nullable(TIME),
            "is_valid": BOOLEAN,
            "is_externally_managed": BOOLEAN,
        }
    ),
    "WorkingHours": describe_object({"id": INTEGER, "date": DAY, "hours": NUMBER, "reason": STRING}),
    "Question": describe_object(
        {
            "id": INTEGER,
            "field": STRING,
            "name": STRING,
            "text": STRING,
            "description": nullable(STRING),
            "required": BOOLEAN,
            "type": {"type": "string", "enum": ["text", "single", "multiple"]},
            "choices": array(STRING),
            # A text, a list of texts, or null.
            "default": {},
        }
    ),
    "SignupVerdict": describe_object(
        {
            "shift": INTEGER,
            "state": nullable(INTEGER),
            "sign_up": array(STRING),
            "customize": array(STRING),
            "decline": array(STRING),
            "waiting_list_position": nullable(INTEGER),
            "questions": array(reference("Question")),
        }
    ),
    "UserProfile": describe_object(
        {
            "id": INTEGER,
            "display_name": STRING,
            "date_of_birth": nullable(DAY),
            "email": STRING,
            "qualifications": array(reference("Qualification")),
        }
    ),
    "Qualification": describe_object(
        {"uuid": UUID, "title": STRING, "abbreviation": STRING, "category": UUID, "includes": array(UUID)}
    ),
    "Participation": describe_object(
        _PARTICIPATION_START | _PARTICIPATION_END | {"participant": reference("PublicParticipant")}
    ),
    "UserinfoParticipation": describe_object(
        _PARTICIPATION_START
        | {"comments": array(reference("Comment"))}
        | _PARTICIPATION_END
        | {"participant": reference("ConfidentialParticipant")}
    ),
    "PublicParticipant": describe_object(_PARTICIPANT),
    "StateEnum": describe_object({"value": {"type": "integer", "enum": sorted(STATE_LABELS)}, "label": STRING}),
    "BuildingBlock": describe_object(
        {
            "id": INTEGER,
            "uuid": UUID,
            "name": {"type": "string", "maxLength": 255},
            "block_type": {"type": "string", "enum": ["atomic", "composite"]},
            "sub_compositions": array(
                describe_object({"id": INTEGER, "label": STRING, "optional": BOOLEAN, "sub_block": UUID})
            ),
            "allow_more": BOOLEAN,
            "qualification_requirements": array(
                describe_object(
                    {"id": INTEGER, "qualifications": array(INTEGER), "everyone": BOOLEAN, "at_least": INTEGER}
                )
            ),
            "positions": array(
                describe_object({"id": INTEGER, "label": STRING, "optional": BOOLEAN, "qualifications": array(INTEGER)})
            ),
        }
    ),
    "SharedEvent": describe_object(
        _EVENT_START
        | {
            "start_time": nullable(TIME),
            "end_time": nullable(TIME),
            "signup_url": {"type": "string", "format": "uri"},
        }
    ),
    "Detail": describe_object({"detail": STRING}),
}
PAGES = {
    f"Paginated{name}List": describe_page(name)
    for name in (
        "Event",
        "Participation",
        "Shift",
        "UserProfile",
        "UserinfoParticipation",
        "BuildingBlock",
        "SharedEvent",
        "Consequence",
        "QualificationGrant",
        "WorkingHours",
    )
}
