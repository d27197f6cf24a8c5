"""Writes of planners: events, shifts and disposition. An addition to the contract, which has forms only.

They have addresses of their own, because the contract says which methods its addresses have.
"""

from flask import Blueprint

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.models import Event
from joindin.models.crew import CrewDetails, Participation, Shift
from joindin.operations.crew import disposition, event_access, event_copies, events, shifts
from joindin.queries.crew.access import find_event_access, find_shift_access
from joindin.queries.crew.planning.event_holders import load_event_holders
from joindin.queries.crew.shifts import load_signup_stats
from joindin.representations.ephios.events import represent_shift
from joindin.resources.ephios.access import require_right
from joindin.resources.ephios.authentication import crew_viewer, require_user
from joindin.resources.ephios.bodies import read_body
from joindin.resources.ephios.context import crew_links
from joindin.resources.ephios.events import MSG_NO_EVENT
from joindin.resources.ephios.planning_bodies import read_days, read_decision, read_event, read_shift
from joindin.resources.ephios.responses import allowing, json_response
from joindin.resources.ephios.routes import add_write_route
from joindin.resources.ephios.shifts import MSG_NO_SHIFT
from joindin.resources.ephios.texts import MSG_NO_PERMISSION
from joindin.utils.datetimes import utc_now

MAX_NAME_LENGTH = 254
HOLDERS = {
    "visible_for": "visible_group_ids",
    "responsible_groups": "responsible_group_ids",
    "responsible_users": "responsible_user_ids",
}

blp = Blueprint("ephios_planning", __name__, url_prefix="/api/planning")


def create_event():
    viewer = crew_viewer()
    if not viewer.viewer.has_permission("add_event"):
        raise Forbidden(MSG_NO_PERMISSION)
    body = read_body()
    event = events.create_crew_event(
        db.session,
        require_user(),
        read_event(body, None, None),
        now=utc_now(),
        timezone=crew_links().timezone,
        visible_group_ids=body.integers("visible_for"),
    )
    return _event_response(event.id, 201)


def update_event(pk):
    event_id = _find_event(pk, "may_change")
    event, details = db.session.get_one(Event, event_id), db.session.get_one(CrewDetails, event_id)
    body = read_body()
    fields = read_event(body, event, details)
    events.update_crew_event(db.session, event_id, fields, actor_id=crew_viewer().user_id)
    holders = {name: body.integers(field) for field, name in HOLDERS.items() if body.has(field)}
    if holders:
        event_access.set_event_holders(db.session, event_id, actor=require_user(), **holders)
    if body.value("active") is not None:
        event_access.set_event_draft(db.session, event_id, not body.flag("active", True), actor=require_user())
    return _event_response(event_id, 200)


def delete_event(pk):
    events.delete_crew_event(db.session, _find_event(pk, "may_delete"), actor_id=crew_viewer().user_id)
    db.session.commit()
    return allowing(json_response({}), "PATCH, DELETE")


def copy_event(pk):
    """Copy an event with its shifts, ``days`` later: for those who may add events and change this one."""
    if not crew_viewer().viewer.has_permission("add_event"):
        raise Forbidden(MSG_NO_PERMISSION)
    event_id, by = _find_event(pk, "may_change"), read_days()
    copy = event_copies.copy_crew_event(db.session, event_id, by=by, actor_id=crew_viewer().user_id, now=utc_now())
    return _event_response(copy.id, 201)


def create_shift(pk):
    event_id = _find_event(pk, "may_change")
    shift = shifts.create_shift(db.session, event_id, read_shift(read_body(), None))
    return _shift_response(shift, 201)


def update_shift(pk):
    shift_id = _find_shift(pk)
    fields = read_shift(read_body(), db.session.get_one(Shift, shift_id))
    shift = shifts.update_shift(
        db.session,
        shift_id,
        fields,
        now=utc_now(),
        timezone=crew_links().timezone,
        actor_id=crew_viewer().user_id,
    )
    return _shift_response(shift, 200)


def delete_shift(pk):
    shifts.delete_shift(db.session, _find_shift(pk), actor_id=crew_viewer().user_id)
    db.session.commit()
    return allowing(json_response({}), "PATCH, DELETE")


def copy_shift(pk):
    """Copy a shift, ``days`` later."""
    shift_id, by = _find_shift(pk), read_days()
    event_id = db.session.get_one(Shift, shift_id).event_id
    return _shift_response(shifts.copy_shift(db.session, shift_id, event_id, by=by), 201)


def add_person(pk):
    """Add a user, or a placeholder by its name, to be dispatched."""
    shift_id, body = _find_shift(pk), read_body()
    if body.has("user"):
        added = disposition.add_user(db.session, shift_id, body.integer("user"), now=utc_now())
    else:
        name = body.text("display_name", MAX_NAME_LENGTH, may_be_blank=False)
        added = disposition.add_placeholder(db.session, shift_id, name, now=utc_now())
    result = _represent_row(added)
    db.session.commit()
    return allowing(json_response(result, 201), "POST, PATCH")


def dispose(pk):
    """Store decisions about participations, all or none. Rows that are still getting dispatched are deleted."""
    shift_id, body = _find_shift(pk), read_body()
    rows = disposition.dispose(
        db.session,
        shift_id,
        [read_decision(each) for each in body.objects("participations")],
        actor_id=crew_viewer().user_id,
        now=utc_now(),
        timezone=crew_links().timezone,
    )
    changed = [_represent_row(row) for row in rows]
    db.session.commit()
    return allowing(json_response({"changed": changed}), "POST, PATCH")


def _find_event(pk, right):
    return require_right(find_event_access, pk, right, MSG_NO_EVENT)[1].event_id


def _find_shift(pk):
    return require_right(find_shift_access, pk, "may_change", MSG_NO_SHIFT)[0]


def _event_response(event_id, status):
    event, details = db.session.get_one(Event, event_id), db.session.get_one(CrewDetails, event_id)
    holders = load_event_holders(db.session, event_id)
    body = {
        "id": event_id,
        "title": event.name,
        "description": event.description,
        "location": event.location or "",
        "type": details.event_type_id,
        "active": not details.is_draft,
        "visible_for": sorted(holders.visible_group_ids),
        "responsible_groups": sorted(holders.responsible_group_ids),
        "responsible_users": sorted(holders.responsible_user_ids),
    }
    db.session.commit()
    return allowing(json_response(body, status), "POST" if status == 201 else "PATCH, DELETE")


def _shift_response(shift, status):
    event = db.session.get_one(Event, shift.event_id)
    stats = load_signup_stats(db.session, [shift], utc_now())[shift.id]
    body = represent_shift(shift, event.name, stats, crew_links())
    db.session.commit()
    return allowing(json_response(body, status), "POST" if status == 201 else "PATCH, DELETE")


def _represent_row(row: Participation):
    return {
        "id": row.id,
        "shift": row.shift_id,
        "state": row.state,
        "user": row.user_id,
        "structure_data": row.structure_data or {},
    }


add_write_route(blp, "/events/", {"POST": create_event})
add_write_route(blp, "/events/<pk>/", {"PATCH": update_event, "DELETE": delete_event})
add_write_route(blp, "/events/<pk>/copy/", {"POST": copy_event})
add_write_route(blp, "/events/<pk>/shifts/", {"POST": create_shift})
add_write_route(blp, "/shifts/<pk>/", {"PATCH": update_shift, "DELETE": delete_shift})
add_write_route(blp, "/shifts/<pk>/copy/", {"POST": copy_shift})
add_write_route(blp, "/shifts/<pk>/disposition/", {"POST": add_person, "PATCH": dispose})
