"""The talks of an event (spec 4.11, 7.5)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotFound
from joindin.extensions import db, reader
from joindin.models import Event
from joindin.operations.talks import add_talk
from joindin.permissions import can_edit_event
from joindin.queries.paging import single
from joindin.queries.talks import find_talk_key, list_event_talks
from joindin.queries.viewer_relations import view_events
from joindin.representations.v2_1.talks import TalkPageSchema, VerboseTalkPageSchema
from joindin.resources.v2_1.authentication import links, signed_in
from joindin.resources.v2_1.authorization import allows
from joindin.resources.v2_1.openapi import lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.talk_rendering import show_talks
from joindin.resources.v2_1.talks.talk_parsing import BAD_TALK, TalkBodySchema, read_talk

blp = Blueprint("event talks", __name__, url_prefix="/v2.1", description="The talks of an event")

TO_CREATE = "You must be logged in to create data"
NOT_HOST = "You do not have permission to add talks to this event"


@blp.route("/events/<positive:event_id>/talks")
class EventTalks(MethodView):
    @lists(TalkPageSchema, VerboseTalkPageSchema)
    def get(self, event_id):
        """List the talks of an event, earliest first."""
        return show_talks(list_event_talks(reader(), event_id, read_paging()))

    @takes(TalkBodySchema)
    @shows(TalkPageSchema, VerboseTalkPageSchema, status=201, location="/v2.1/talks/42")
    @refuses({401: TO_CREATE, 400: (NOT_HOST, *BAD_TALK), 404: "Event not found"})
    def post(self, event_id):
        """Add a talk to an event, once that is approved. The answer shows it."""
        event = _event_of_caller(event_id)
        talk = add_talk(db.session, event.id, read_talk(params(), event))
        talk_id = talk.id
        db.session.commit()
        response = show_talks(single(find_talk_key(reader(), talk_id)))
        response.status_code, response.headers["Location"] = 201, links().talk(talk_id)
        response.autocorrect_location_header = False
        return response


def _event_of_caller(event_id):
    """The event, if the caller runs it. Whoever does not hears the same of every event, be it there or not."""
    viewer = view_events(db.session, signed_in(TO_CREATE), [event_id])
    event = db.session.get(Event, event_id)
    if not (allows(can_edit_event, viewer, event) if event else viewer.is_admin):
        raise Invalid(NOT_HOST)
    if event is None or not event.is_visible:
        raise NotFound("Event not found")
    return event
