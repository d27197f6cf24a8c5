"""Overview of the queues with open tasks."""

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.permissions import can_review_event
from joindin.queries.moderation_queue import count_queue
from joindin.resources.web.admin.common import (
    admin_page,
    blp,
    current_viewer,
    host_filter,
    is_moderator,
    visible_tabs,
)


@blp.get("/")
def overview_page():
    if not visible_tabs():
        raise Forbidden("Your account has no tasks here. The desk is for hosts of events, editors and admins")
    counts = count_queue(db.session, host_filter())
    queues = []
    if can_review_event(current_viewer()):
        # Editors review the events of all hosts.
        events = counts.events if host_filter() is None else count_queue(db.session).events
        queues.append(("/desk/events/", "Events that wait for approval", events))
    if is_moderator(current_viewer()):
        queues += [
            ("/desk/reports/", "Reported comments on events", counts.event_reports),
            ("/desk/reports/talks/", "Reported comments on talks", counts.talk_reports),
            ("/desk/claims/", "Claims of speakers", counts.claims),
        ]
    return admin_page("overview.html", queues=queues)
