"""Who gives a talk, and who says so (spec 7.11, 7.12)."""

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotAllowed, NotFound
from joindin.extensions import db
from joindin.operations.claims import (
    INCOMPLETE,
    NO_USER,
    NOT_A_HOST,
    NOT_THE_SPEAKER,
    NOT_YOURS,
    TAKEN,
    UNKNOWN_NAME,
    WAITING,
    claim_talk,
    reject_claim,
)
from joindin.operations.speakers import unlink_speaker
from joindin.operations.talks import hold_talk
from joindin.permissions import can_edit_event, can_edit_talk, can_manage_talk
from joindin.queries.claims import list_open_claims
from joindin.queries.talks import find_talk, speaks_at
from joindin.queries.viewer_relations import view_talks_to_edit
from joindin.representations.schema_fields import Shape, text
from joindin.representations.v2_1.claims import ClaimPageSchema, VerboseClaimPageSchema, represent_claim
from joindin.representations.v2_1.talks import TalkSpeakersSchema, represent_speaker
from joindin.resources.v2_1.authentication import api_base, links
from joindin.resources.v2_1.authorization import allows, for_event, for_talk
from joindin.resources.v2_1.openapi import asks, does, refuses, shows, takes
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import collection, empty, is_verbose, refusal, thing
from joindin.utils.datetimes import utc_now
from joindin.utils.text import plain_text

blp = Blueprint("speakers", __name__, url_prefix="/v2.1", description="Who gives a talk, and who says so")

TO_CREATE = "You must be logged in to create data"
TO_REMOVE = "You must be logged in to remove data"
NOT_TO_REJECT = "You do not have permission to reject the speaker claim on this talk"
NOT_TO_UNLINK = "You do not have permission to remove this speaker from this talk"
NO_CLAIM = "There was a problem with the claim"
NO_SPEAKER = "Provided user is not a speaker on this talk"


class ClaimBodySchema(Shape):
    display_name = text("Ada L.", "The speaker's name as the talk has it.")
    username = text("ada", "Who is that speaker.")


@blp.route("/talks/<positive:talk_id>/speakers")
class TalkSpeakers(MethodView):
    @shows(TalkSpeakersSchema)
    @refuses({404: "Talk not found"})
    def get(self, talk_id):
        """List the speakers of a talk, by number rather than in a list."""
        speakers = find_talk(db.session, talk_id).speakers
        shown = {str(number): represent_speaker(speaker, links()) for number, speaker in enumerate(speakers)}
        return thing({**shown, "meta": {"count": len(speakers)}})

    @for_talk(sign_in=TO_CREATE)
    @takes(ClaimBodySchema)
    @does(204, location="/v2.1/talks/42/speakers")
    @refuses(
        {
            400: INCOMPLETE,
            401: (NOT_YOURS, WAITING, NOT_A_HOST, NOT_THE_SPEAKER),
            404: NO_USER,
            422: (UNKNOWN_NAME, TAKEN),
        }
    )
    def post(self, talk, viewer):
        """Say who a speaker is.

        It takes two: that person and a host, in any order. The first to say so makes a claim or an
        assignment, which the other is told of by mail; the second makes the link.
        """
        speaker_name, username = _read_claim()
        if not (speaker_name and username):
            raise Invalid(INCOMPLETE)
        viewer = view_talks_to_edit(db.session, viewer.user, [talk])
        claim_talk(
            db.session,
            talk.id,
            speaker_name=speaker_name,
            username=username,
            caller=viewer.user,
            is_manager=can_manage_talk(viewer, talk),
            now=utc_now(),
        )
        db.session.commit()
        return empty(204, api_base() + request.path)

    @for_talk(can_manage_talk, sign_in=TO_REMOVE, refusal=NOT_TO_REJECT)
    @asks("display_name", "claimant")
    @does(204, location="/v2.1/talks/42")
    @refuses({400: INCOMPLETE, 404: NO_USER, 422: (UNKNOWN_NAME, TAKEN), 500: NO_CLAIM})
    def delete(self, talk, viewer):
        """Reject what somebody claims. They are told by mail. Assignments cannot be rejected."""
        speaker_name, username = _read_claim()
        if not reject_claim(db.session, talk.id, speaker_name=speaker_name, username=username, actor=viewer.user):
            # The contract's status, though it is the caller who is mistaken.
            return refusal(NO_CLAIM, 500)
        db.session.commit()
        return empty(204, links().talk(talk.id))


@blp.route("/talks/<positive:talk_id>/speakers/<row_id:user_id>")
class OneTalkSpeaker(MethodView):
    @for_talk(sign_in=TO_REMOVE)
    @does(204, location="/v2.1/talks/42")
    @refuses({404: NO_SPEAKER, 403: NOT_TO_UNLINK})
    def delete(self, talk, viewer, user_id):
        """Unlink a speaker from a talk, as one of its hosts or claimed speakers. The name stays."""
        if not speaks_at(db.session, talk.id, user_id):
            raise NotFound(NO_SPEAKER)
        if not allows(can_edit_talk, view_talks_to_edit(db.session, viewer.user, [talk]), talk):
            raise NotAllowed(NOT_TO_UNLINK)
        unlink_speaker(db.session, hold_talk(db.session, talk.id), user_id)
        db.session.commit()
        return empty(204, links().talk(talk.id))


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


def _read_claim():
    return (plain_text(params().text(field)) for field in ("display_name", "username"))
