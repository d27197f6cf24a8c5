"""Paths below a list of an event or of a user, such as ``/events/3/talks/42``, read as the list itself.

The original ignores what follows the list in the path (spec 2.2). Writes to such paths are refused.
"""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.resources.v2_1.accounts.users import AttendedEvents, HostedEvents
from joindin.resources.v2_1.events.event_attendance import EventAttendees, EventAttending
from joindin.resources.v2_1.events.event_comments import EventComments, EventReports
from joindin.resources.v2_1.events.event_hosts import EventHosts
from joindin.resources.v2_1.events.event_images import EventImages
from joindin.resources.v2_1.events.event_talks import EventTalks
from joindin.resources.v2_1.openapi import add_undocumented_route
from joindin.resources.v2_1.talks.talk_comments import EventTalkComments, TalkReports, UserTalkComments
from joindin.resources.v2_1.talks.talks import UserTalks
from joindin.resources.v2_1.talks.tracks import EventTracks

blp = Blueprint("prefix routes", __name__, url_prefix="/v2.1")

LISTS = {
    "/events/<positive:event_id>/attendees": EventAttendees,
    "/events/<positive:event_id>/attending": EventAttending,
    "/events/<positive:event_id>/comments": EventComments,
    "/events/<positive:event_id>/comments/reported": EventReports,
    "/events/<positive:event_id>/hosts": EventHosts,
    "/events/<positive:event_id>/images": EventImages,
    "/events/<positive:event_id>/talk_comments": EventTalkComments,
    "/events/<positive:event_id>/talk_comments/reported": TalkReports,
    "/events/<positive:event_id>/talks": EventTalks,
    "/events/<positive:event_id>/tracks": EventTracks,
    "/users/<positive:user_id>/attended": AttendedEvents,
    "/users/<positive:user_id>/hosted": HostedEvents,
    "/users/<positive:user_id>/talk_comments": UserTalkComments,
    "/users/<positive:user_id>/talks": UserTalks,
}


def _reader_of(view):
    class Below(MethodView):
        def get(self, below, **ids):
            return view().get(**ids)

    return Below


for rule, view in LISTS.items():
    add_undocumented_route(blp, f"{rule}/<path:below>", _reader_of(view), endpoint=f"{view.__name__}Below")
