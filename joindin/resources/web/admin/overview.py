"""What waits, and where."""

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.permissions import can_review_event
from joindin.queries.moderation_queue import count_queue
from joindin.resources.web.admin.common import (
    admin_page,
    blp,
    current_viewer,
    is_moderator,
    moderated_host_id,
    visible_tabs,
)


@blp.get("/")
def overview_page():
    if not visible_tabs():
        raise Forbidden("There is nothing for your account to look after yet. Hosts of events have a desk, and admins")
    waiting = count_queue(db.session, moderated_host_id())
    queues = []
    if can_review_event(current_viewer()):
        # Editors decide about events that are not theirs.
        events = waiting.events if moderated_host_id() is None else count_queue(db.session).events
        queues.append(("/desk/events/", "Events that wait for approval", events))
    if is_moderator(current_viewer()):
        queues += [
            ("/desk/reports/", "Reports about comments on events", waiting.event_reports),
            ("/desk/reports/talks/", "Reports about comments on talks", waiting.talk_reports),
            ("/desk/claims/", "Claims of speakers", waiting.claims),
        ]
    return admin_page("overview.html", queues=queues)
