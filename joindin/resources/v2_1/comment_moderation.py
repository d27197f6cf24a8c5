"""What reporting and deciding have in common, whatever the comment is about (spec 5.4 to 5.6)."""

from joindin.errors import NotAllowed, NotFound
from joindin.extensions import db
from joindin.models import Event
from joindin.permissions import can_edit_event
from joindin.queries.viewer_relations import view_events
from joindin.representations.schema_fields import Shape, text
from joindin.viewer import Person

TO_MODERATE = "You must log in to moderate a comment"
TO_REPORT = "You must log in to report a comment"
TO_LIST = "You must log in to do that"
NOT_YOURS = "You don't have permission to do that"
NO_COMMENT = "Comment not found"
NO_DECISION = "Unexpected decision"


class DecisionSchema(Shape):
    decision = text("denied", enum=["approved", "denied"])


def check_may_moderate(event_id: int, user: Person) -> None:
    """:raises NotAllowed: for everybody but hosts and admins."""
    event = db.session.get(Event, event_id)
    if event is None:
        raise NotFound("Event not found")
    if not can_edit_event(view_events(db.session, user, [event_id]), event):
        raise NotAllowed(NOT_YOURS)
