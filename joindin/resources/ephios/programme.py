"""Shifts that are generated from the talks of an event. An addition to the contract."""

from collections import Counter

from flask import Blueprint

from joindin.errors import Forbidden, NotFound
from joindin.extensions import db, reader
from joindin.models.crew import ROOM_HELP
from joindin.operations.crew import events
from joindin.operations.crew.programme.generation import (
    ShiftTemplate,
    detach_from_programme,
    find_template,
    generate_shifts,
)
from joindin.operations.crew.programme.rules import DEFAULT_GAP, DEFAULT_PATTERNS, MAX_LABEL_LENGTH, ShiftRule
from joindin.permissions import can_edit_event, can_see_parts_of_event
from joindin.queries.crew.access import find_event_access, find_shift_access
from joindin.queries.crew.programme import count_people, list_programme_shifts
from joindin.queries.event_visibility import load_event_key
from joindin.representations.ephios.programme import represent_generated_shift, represent_programme_shift
from joindin.resources.ephios.access import require_right
from joindin.resources.ephios.authentication import crew_viewer, require_user
from joindin.resources.ephios.bodies import Body, read_body
from joindin.resources.ephios.context import crew_links, require_row_id
from joindin.resources.ephios.events import MSG_NO_EVENT
from joindin.resources.ephios.planning_bodies import MAX_SLUG_LENGTH
from joindin.resources.ephios.responses import allowing, json_response
from joindin.resources.ephios.routes import add_write_route
from joindin.resources.ephios.shifts import MSG_NO_SHIFT
from joindin.resources.ephios.texts import MSG_NO_PERMISSION

MAX_KIND_LENGTH = 20

blp = Blueprint("ephios_programme", __name__, url_prefix="/api/planning")


def add_crew(pk):
    """Let a public event have shifts: for those who may add events and edit this one."""
    if not crew_viewer().viewer.has_permission("add_event"):
        raise Forbidden(MSG_NO_PERMISSION)
    user, event_id = require_user(), require_row_id(pk)
    key, viewer = load_event_key(reader(), event_id, user)
    if key is None or not can_see_parts_of_event(viewer, key):
        raise NotFound(MSG_NO_EVENT)
    if not can_edit_event(viewer, key):
        raise Forbidden(MSG_NO_PERMISSION)
    body = read_body()
    event_type_id, groups = body.integer("type"), body.integers("visible_for")
    events.add_crew(db.session, event_id, user, event_type_id=event_type_id, visible_group_ids=groups)
    db.session.commit()
    return allowing(json_response({"id": event_id, "type": event_type_id, "active": False}, 201), "POST")


def list_shifts_from_programme(pk):
    """List the generated shifts of an event, with the number of people and the problem of each."""
    event_id = _find_event(pk)
    stored = list_programme_shifts(db.session, event_id)
    people = count_people(db.session, [each.shift.id for each in stored])
    links = crew_links()
    results = [represent_programme_shift(each, people.get(each.shift.id, 0), links) for each in stored]
    return allowing(json_response({"results": results}), "GET, POST")


def create_shifts_from_programme(pk):
    """Generate shifts; with ``dry_run`` only list what would happen."""
    event_id, body = _find_event(pk), read_body()
    is_dry_run = body.flag("dry_run", False)
    generated = generate_shifts(db.session, event_id, _read_rule(body), _read_template(body, event_id))
    links = crew_links()
    results = [represent_generated_shift(each, links) for each in generated]
    if is_dry_run:
        db.session.rollback()
        results = [each | ({"shift": None} if each["action"] == "new" else {}) for each in results]
    db.session.commit()
    counts = Counter(each["action"] for each in results)
    return allowing(json_response({"counts": counts, "results": results}), "GET, POST")


def detach_shift(pk):
    """Let a shift follow the programme no more. Its label and times stay."""
    shift_id, _ = require_right(find_shift_access, pk, "may_change", MSG_NO_SHIFT)
    detach_from_programme(db.session, shift_id)
    db.session.commit()
    return allowing(json_response({}), "DELETE")


def _find_event(pk):
    return require_right(find_event_access, pk, "may_change", MSG_NO_EVENT)[0]


def _read_rule(body: Body):
    kind = body.text("kind", MAX_KIND_LENGTH)
    track_ids = body.integers("tracks")
    return ShiftRule(
        kind,
        body.text("label", MAX_LABEL_LENGTH, DEFAULT_PATTERNS.get(kind, "")),
        body.integer("minutes_before", 0),
        body.integer("minutes_after", 0),
        body.integer("max_gap", DEFAULT_GAP if kind == ROOM_HELP else None),
        None if track_ids is None else frozenset(track_ids),
    )


def _read_template(body: Body, event_id):
    """Return flow and structure: those of a shift, or of the fields."""
    if body.has("template_shift"):
        return find_template(db.session, event_id, body.integer("template_shift"))
    return ShiftTemplate(
        body.text("signup_flow_slug", MAX_SLUG_LENGTH),
        body.value("signup_flow_configuration"),
        body.text("structure_slug", MAX_SLUG_LENGTH),
        body.value("structure_configuration"),
    )


add_write_route(blp, "/events/<pk>/crew/", {"POST": add_crew})
add_write_route(
    blp,
    "/events/<pk>/shifts-from-programme/",
    {"GET": list_shifts_from_programme, "POST": create_shifts_from_programme},
)
add_write_route(blp, "/shifts/<pk>/programme/", {"DELETE": detach_shift})
