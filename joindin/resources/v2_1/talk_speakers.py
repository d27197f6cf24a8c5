"""Who gives a talk, and who says so (spec 7.11, 7.12)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.permissions import can_edit_event
from joindin.queries.claims import list_open_claims
from joindin.queries.talks import find_talk
from joindin.representations.v2_1.claims import ClaimPageSchema, VerboseClaimPageSchema, represent_claim
from joindin.representations.v2_1.talks import TalkSpeakersSchema, represent_speaker
from joindin.resources.v2_1.answers import collection, is_verbose, thing
from joindin.resources.v2_1.callers import links
from joindin.resources.v2_1.documented import refuses, shows
from joindin.resources.v2_1.guards import for_event

blp = Blueprint("speakers", __name__, url_prefix="/v2.1", description="Who gives a talk, and who says so")


@blp.route("/talks/<positive:talk_id>/speakers")
class TalkSpeakers(MethodView):
    @shows(TalkSpeakersSchema)
    @refuses({404: "Talk not found"})
    def get(self, talk_id):
        """List the speakers of a talk, by number rather than in a list."""
        speakers = find_talk(db.session, talk_id).speakers
        shown = {str(number): represent_speaker(speaker, links()) for number, speaker in enumerate(speakers)}
        return thing({**shown, "meta": {"count": len(speakers)}})


@blp.route("/events/<positive:event_id>/claims")
class EventClaims(MethodView):
    @for_event(
        can_edit_event,
        sign_in="You must be logged in to view pending claims",
        # The original's own words; nothing here is about tracks.
        refusal="You do not have permission to edit this track",
    )
    @shows(ClaimPageSchema, VerboseClaimPageSchema)
    def get(self, event, viewer):
        """List the claims that wait for approval."""
        page = list_open_claims(db.session, event.id)
        return collection("claims", [represent_claim(each, links(), is_verbose()) for each in page.items], page)
