"""What reporting and deciding have in common, whatever the comment is about (spec 5.4 to 5.6)."""

from joindin.errors import Forbidden, NotFound
from joindin.extensions import db
from joindin.models import Event
from joindin.permissions import can_edit_event
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.viewer import UserSnapshot

MSG_LOGIN_TO_MODERATE = "You must log in to moderate a comment"
MSG_LOGIN_TO_REPORT = "You must log in to report a comment"
MSG_LOGIN_TO_LIST_REPORTS = "You must log in to do that"
MSG_FORBIDDEN = "You don't have permission to do that"
MSG_COMMENT_NOT_FOUND = "Comment not found"
MSG_INVALID_DECISION = "Unexpected decision"


class DecisionSchema(ObjectSchema):
    decision = string("denied", enum=["approved", "denied"])


def check_can_moderate(event_id: int, user: UserSnapshot) -> None:
    """:raises Forbidden: for everybody but hosts and admins."""
    event = db.session.get(Event, event_id)
    if event is None:
        raise NotFound("Event not found")
    if not can_edit_event(load_viewer_for_events(db.session, user, [event_id]), event):
        raise Forbidden(MSG_FORBIDDEN)
