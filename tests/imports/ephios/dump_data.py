"""A small dump of ephios with every kind of row, built by hand."""

from copy import deepcopy

from joindin.imports.ephios.dump import Dump
from joindin.imports.ephios.run import import_dump
from joindin.imports.report import Report
from tests.factories import NOW

ANNA, BEN = ["anna@example.org"], ["ben@example.org"]
FIRST_AID = ["5eed0000-0000-4000-8000-000000000065", "First Aider"]
PARAMEDIC = ["5eed0000-0000-4000-8000-000000000066", "Paramedic"]
CATEGORY = ["5eed0000-0000-4000-8000-000000000001", "Medical"]
SECRETS = (
    "calendar-of-anna",
    "token-of-anna",
    "refresh-of-anna",
    "secret-of-roster",
    "secret-at-guest",
    "token-at-host",
)

_ROWS = {
    "auth.group": {1: {"name": "Volunteers", "permissions": [["view_event", "core", "event"], ["view_group", "auth", "group"]]}},
    "core.userprofile": {
        1: {
            "email": "anna@example.org", "display_name": "Anna Adams", "password": "!", "is_active": True,
            "is_superuser": True, "is_staff": True, "is_visible": True, "date_of_birth": "1990-05-17", "phone": "030 1",
            "calendar_token": "calendar-of-anna", "preferred_language": "en", "groups": [["Volunteers"]],
            "disabled_notifications": [["ephios_new_profile", "ephios_backend_email"]], "user_permissions": [],
        },
        2: {
            "email": "ben@example.org", "display_name": "Ben", "password": "!", "is_active": True, "is_superuser": False,
            "is_staff": True, "is_visible": False, "date_of_birth": None, "phone": None, "calendar_token": "calendar-of-ben",
            "preferred_language": "xx", "groups": [], "user_permissions": [["change_qualification", "core", "qualification"]],
        },
    },
    "core.qualificationcategory": {1: {"uuid": CATEGORY[0], "title": "Medical", "show_with_user": True}},
    "core.qualification": {
        1: {"uuid": FIRST_AID[0], "title": "First Aider", "abbreviation": "FA", "category": CATEGORY, "includes": []},
        2: {"uuid": PARAMEDIC[0], "title": "Paramedic", "abbreviation": "PM", "category": CATEGORY, "includes": [FIRST_AID]},
    },
    "core.qualificationgrant": {1: {"user": ANNA, "qualification": PARAMEDIC, "expires": "2030-01-01T00:00:00Z"}},
    "core.eventtype": {1: {"title": "Service", "color": "#343a40", "show_participant_data": 1, "default_description": None}},
    "core.eventtypepreference": {
        1: {"section": None, "name": "general_required_qualifications", "raw_value": "1", "instance": 1},
        2: {"section": None, "name": "responsible_users", "raw_value": "2", "instance": 1},
    },
    "core.event": {
        1: {"title": "Concert", "description": None, "location": "Hall", "type": 1, "active": True},
        2: {"title": "Concert", "description": "Later.", "location": "Hall", "type": 1, "active": False},
    },
    "complexsignup.buildingblock": {
        1: {"uuid": "5eed0000-0000-4000-8000-0000000000c9", "name": "Ambulance", "block_type": "atomic", "allow_more": False},
        2: {"uuid": "5eed0000-0000-4000-8000-0000000000ca", "name": "Platoon", "block_type": "composite", "allow_more": True},
    },
    "complexsignup.position": {1: {"block": 1, "label": "Driver", "optional": False, "qualifications": [FIRST_AID]}},
    "complexsignup.blockcomposition": {1: {"composite_block": 2, "sub_block": 1, "label": "A", "optional": True}},
    "complexsignup.blockqualificationrequirement": {
        1: {"block": 1, "everyone": True, "at_least": 0, "qualifications": [PARAMEDIC]},
    },
    "core.shift": {
        1: {
            "event": 1, "label": "Late", "meeting_time": "2026-10-03T17:30:00Z", "start_time": "2026-10-03T18:00:00Z",
            "end_time": "2026-10-03T23:00:00Z", "signup_flow_slug": "coupled", "signup_flow_configuration": {"leader_shift_id": 2},
            "structure_slug": "uniform", "structure_configuration": {"required_qualification_ids": [1, 2], "minimum_age": 16},
        },
        2: {
            "event": 1, "label": "", "meeting_time": "2026-10-03T13:30:00Z", "start_time": "2026-10-03T14:00:00Z",
            "end_time": "2026-10-03T18:00:00Z", "signup_flow_slug": "instant_confirmation", "signup_flow_configuration": {},
            "structure_slug": "complex",
            "structure_configuration": {"starting_blocks": [{"building_block": 2, "label": "", "optional": False, "uuid": "u-1"}]},
        },
    },
    "questionnaires.question": {
        1: {"name": "Food", "question_text": "Which?", "description": None, "required": True, "type": "single", "choices": ["A", "B"]},
    },
    "questionnaires.questionnaire": {1: {"shift": 1, "questions": [1]}},
    "api.application": {
        1: {
            "client_id": "roster", "user": ANNA, "redirect_uris": "https://app.example.org/cb https://app.example.org/b",
            "client_type": "confidential", "authorization_grant_type": "authorization-code", "client_secret": "secret-of-roster",
            "hash_client_secret": False, "name": "Roster", "created": "2026-09-01T08:00:00Z",
        },
    },
    "api.accesstoken": {
        1: {"user": ANNA, "token": "token-of-anna", "application": None, "scope": "ME_READ", "expires": None, "revoked": None,
            "created": "2026-09-01T08:00:00Z", "updated": "2026-09-01T08:00:00Z", "description": "Script"},
        2: {"user": ANNA, "token": "short-lived", "application": ["roster"], "scope": "ME_READ PUBLIC_READ", "revoked": None,
            "expires": "2999-01-01T00:00:00Z", "created": "2026-09-01T08:00:00Z", "updated": "2026-09-01T08:00:00Z"},
        3: {"user": None, "token": "a1" * 32, "application": None, "scope": "", "expires": None, "revoked": None,
            "created": "2026-09-01T08:00:00Z", "updated": "2026-09-01T08:00:00Z"},
    },
    "api.refreshtoken": {
        1: {"user": ANNA, "token": "refresh-of-anna", "application": ["roster"], "access_token": 2, "revoked": None,
            "created": "2026-09-01T08:00:00Z"},
    },
    "federation.federatedguest": {
        1: {"name": "Neighbours", "url": "http://guest.example.org", "access_token": 3, "client_id": "host",
            "client_secret": "secret-at-guest"},
    },
    "federation.federatedhost": {
        1: {"name": "Hosts", "url": "http://host.example.org", "access_token": "token-at-host", "oauth_application": ["roster"]},
    },
    "federation.federatedeventshare": {1: {"event": 1, "shared_with": [1]}},
    "federation.federateduser": {
        1: {"email": "fred@guest.example.org", "display_name": "Fred", "date_of_birth": None, "federated_instance": 1,
            "qualifications": [FIRST_AID], "created_at": "2026-09-01T08:00:00Z"},
    },
    "guests.guestuser": {
        1: {"event": 1, "email": "greta@example.org", "display_name": "Greta", "date_of_birth": "1994-04-04",
            "access_token": "guest-of-event", "qualifications": [PARAMEDIC], "created_at": "2026-09-01T08:00:00Z"},
    },
    "core.abstractparticipation": {
        1: {"polymorphic_ctype": ["core", "localparticipation"], "shift": 1, "state": 1, "structure_data": {},
            "individual_start_time": "2026-10-03T19:00:00Z", "individual_end_time": None, "finished": False},
        2: {"polymorphic_ctype": ["core", "placeholderparticipation"], "shift": 1, "state": 0, "structure_data": {}},
        3: {"polymorphic_ctype": ["guests", "guestparticipation"], "shift": 1, "state": 2, "structure_data": {}},
        4: {"polymorphic_ctype": ["federation", "federatedparticipation"], "shift": 2, "state": 3,
            "structure_data": {"preferred_unit_path": "root.u-1.1."}},
    },
    "core.localparticipation": {1: {"user": ANNA}},
    "core.placeholderparticipation": {2: {"display_name": "Someone"}},
    "guests.guestparticipation": {3: {"guest_user": 1}},
    "federation.federatedparticipation": {4: {"federated_user": 1}},
    "core.participationcomment": {
        1: {"participation": 1, "authored_by_responsible": BEN, "created_at": "2026-09-14T08:04:05.678Z", "visible_for": 0,
            "text": "late"},
    },
    "questionnaires.answer": {1: {"participation": 1, "question": 1, "answer": "A"}},
    "core.workinghours": {1: {"user": ANNA, "hours": "4.50", "reason": "Depot", "date": "2026-03-01"}},
    "core.consequence": {
        1: {"slug": "ephios.grant_qualification", "user": ANNA, "state": "executed",
            "data": {"qualification_id": 2, "event_id": 1, "expires": None}},
    },
    "guardian.groupobjectpermission": {
        1: {"permission": ["view_event", "core", "event"], "content_type": ["core", "event"], "object_pk": "1",
            "group": ["Volunteers"]},
    },
    "guardian.userobjectpermission": {
        1: {"permission": ["change_event", "core", "event"], "content_type": ["core", "event"], "object_pk": "2", "user": BEN},
    },
    "core.notification": {1: {"slug": "x"}},
    "shop.order": {7: {"total": 3}},
}  # fmt: skip


def dump_tables() -> dict:
    """Return the rows by model and number, to be changed by a test."""
    return deepcopy(_ROWS)


def dump_objects(tables: dict | None = None) -> list[dict]:
    """Return the objects as a file has them, in an order in which rows refer to later ones."""
    rows = [
        {"model": model, "pk": pk, "fields": fields}
        for model, each in (tables or dump_tables()).items()
        for pk, fields in each.items()
    ]
    return rows[::-1]


def run_import(session, tables: dict | None = None) -> tuple[Report, list[str]]:
    """Import the rows, and return the report and the reported issues as texts."""
    issues = []
    report = Report(on_issue=lambda issue: issues.append(str(issue)))
    for _number in import_dump(session, Dump(dump_objects(tables)), now=NOW, report=report):
        pass
    session.commit()
    return report, issues
