"""Talks of an event (spec 4.11, 7.5)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db, reader
from joindin.http.request_identity import get_caller
from joindin.models import Event
from joindin.operations.talks import add_talk
from joindin.permissions import can_edit_event
from joindin.queries.paging import single_page
from joindin.queries.talks import find_talk_key, list_event_talks
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.representations.v2_1.talks import TalkPageSchema, VerboseTalkPageSchema
from joindin.resources.v2_1.authentication import require_user
from joindin.resources.v2_1.authorization import check_permission_and_audit
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.rendering import render_talks
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.talks.talk_parsing import INVALID_TALK_MESSAGES, TalkBodySchema, parse_talk

blp = Blueprint("event talks", __name__, url_prefix="/v2.1", description="Talks of an event")

MSG_LOGIN_REQUIRED = "You must be logged in to create data"
MSG_FORBIDDEN_ADD_TALK = "You do not have permission to add talks to this event"


@blp.route("/events/<positive:event_id>/talks")
class EventTalks(MethodView):
    @returns_page(TalkPageSchema, VerboseTalkPageSchema)
    @fails_with({404: "Event not found"})
    def get(self, event_id):
        """List the talks of an event, earliest first."""
        return render_talks(list_event_talks(reader(), event_id, read_paging(), get_caller().user))

    @accepts_body(TalkBodySchema)
    @returns(TalkPageSchema, VerboseTalkPageSchema, status=201, location="/v2.1/talks/42")
    @fails_with(
        {401: MSG_LOGIN_REQUIRED, 400: (MSG_FORBIDDEN_ADD_TALK, *INVALID_TALK_MESSAGES), 404: "Event not found"}
    )
    def post(self, event_id):
        """Add a talk to an approved event. The response has the talk."""
        event = _find_event_to_add_talks(event_id)
        talk = add_talk(db.session, event.id, parse_talk(get_params(), event), actor=get_caller().user)
        talk_id = talk.id
        db.session.commit()
        response = render_talks(single_page(find_talk_key(reader(), talk_id)))
        response.status_code, response.headers["Location"] = 201, links().talk(talk_id)
        response.autocorrect_location_header = False
        return response


def _find_event_to_add_talks(event_id):
    """Return the visible event, if the caller may add talks to it.

    The contract checks the right before the existence (spec 7.5): to others than hosts and admins, missing events look
    like events of other hosts.

    :raises Unauthenticated, InvalidInput, NotFound: in that order.
    """
    viewer = load_viewer_for_events(db.session, require_user(MSG_LOGIN_REQUIRED), [event_id])
    event = db.session.get(Event, event_id)
    if not (check_permission_and_audit(can_edit_event, viewer, event) if event else viewer.is_admin):
        raise InvalidInput(MSG_FORBIDDEN_ADD_TALK)
    if event is None or not event.is_visible:
        raise NotFound("Event not found")
    return event
