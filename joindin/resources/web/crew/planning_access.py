"""The rights that pages of planners need over an event.

As in ephios: who lacks the right gets 403, and an event that does not exist 404. A draft does not exist for others than planners.
"""

from flask import current_app

from joindin.errors import Forbidden, NotFound
from joindin.extensions import db
from joindin.models.crew import CrewDetails, Shift
from joindin.queries.crew.access import EventAccess, find_event_access
from joindin.resources.web.crew.common import crew_viewer

MSG_NO_PERMISSION = "You do not have permission to perform this action."
MAY_CHANGE, MAY_DELETE = "may_change", "may_delete"


def require_event(event_id: int, right: str = MAY_CHANGE) -> EventAccess:
    """:raises Unauthenticated, NotFound, Forbidden:"""
    access = find_event_access(db.session.connection(), crew_viewer(), event_id)
    if access is None:
        details = db.session.get(CrewDetails, event_id)
        if details is None or details.is_draft:
            raise NotFound("Event not found")
    if access is None or not getattr(access, right):
        raise Forbidden(MSG_NO_PERMISSION)
    return access


def require_shift(shift_id: int) -> Shift:
    """Return the shift of an event that the viewer may change; :raises Unauthenticated, NotFound, Forbidden:"""
    crew_viewer()
    shift = db.session.get(Shift, shift_id)
    if shift is None:
        raise NotFound("Shift not found")
    require_event(shift.event_id)
    return shift


def require_permission(permission: str) -> None:
    """:raises Unauthenticated, Forbidden: unless the viewer has the permission for everything."""
    if not crew_viewer().viewer.has_permission(permission):
        raise Forbidden(MSG_NO_PERMISSION)


def crew_timezone() -> str:
    return current_app.config["CREW_TIMEZONE"]
