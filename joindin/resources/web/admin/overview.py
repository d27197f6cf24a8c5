"""What waits, and where."""

from joindin.errors import NotAllowed
from joindin.extensions import db
from joindin.permissions import can_decide_about_event
from joindin.queries.moderation_queue import count_waiting
from joindin.resources.web.admin.common import blp, hosted_by, moderates, show, tabs, viewer


@blp.get("/")
def show_overview():
    if not tabs():
        raise NotAllowed("There is nothing for your account to look after yet. Hosts of events have a desk, and admins")
    waiting = count_waiting(db.session, hosted_by())
    queues = []
    if can_decide_about_event(viewer()):
        # Editors decide about events that are not theirs.
        events = waiting.events if hosted_by() is None else count_waiting(db.session).events
        queues.append(("/desk/events/", "Events that wait for approval", events))
    if moderates(viewer()):
        queues += [
            ("/desk/reports/", "Reports about comments on events", waiting.event_reports),
            ("/desk/reports/talks/", "Reports about comments on talks", waiting.talk_reports),
            ("/desk/claims/", "Claims of speakers", waiting.claims),
        ]
    return show("overview.html", queues=queues)
