"""Who gives a talk, and who says so (spec 7.11, 7.12)."""

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput, NotFound
from joindin.extensions import db
from joindin.operations.claims import (
    MSG_ALREADY_CLAIMED,
    MSG_CLAIM_PENDING,
    MSG_FORBIDDEN_CLAIM,
    MSG_HOST_REQUIRED,
    MSG_INCOMPLETE_CLAIM,
    MSG_SPEAKER_NOT_FOUND,
    MSG_SPEAKER_REQUIRED,
    MSG_USER_NOT_FOUND,
    claim_talk,
    reject_claim,
)
from joindin.operations.speakers import unlink_speaker
from joindin.operations.talks import lock_talk
from joindin.permissions import can_edit_event, can_edit_talk, can_manage_talk
from joindin.queries.claims import list_open_claims
from joindin.queries.talks import find_talk, is_speaker
from joindin.queries.viewer_relations import load_viewer_for_talk_editing
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.representations.v2_1.claims import ClaimPageSchema, VerboseClaimPageSchema, represent_claim
from joindin.representations.v2_1.talks import TalkSpeakersSchema, represent_speaker
from joindin.resources.v2_1.authentication import base_url, links
from joindin.resources.v2_1.authorization import check_permission_and_audit, with_event, with_talk
from joindin.resources.v2_1.openapi import accepts_body, accepts_query, fails_with, returns, returns_empty
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import (
    collection_response,
    empty_response,
    error_response,
    is_verbose,
    object_response,
)
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text

blp = Blueprint("speakers", __name__, url_prefix="/v2.1", description="Who gives a talk, and who says so")

TO_CREATE = "You must be logged in to create data"
TO_REMOVE = "You must be logged in to remove data"
NOT_TO_REJECT = "You do not have permission to reject the speaker claim on this talk"
NOT_TO_UNLINK = "You do not have permission to remove this speaker from this talk"
NO_CLAIM = "There was a problem with the claim"
NO_SPEAKER = "Provided user is not a speaker on this talk"


class ClaimBodySchema(ObjectSchema):
    display_name = string("Ada L.", "The speaker's name as the talk has it.")
    username = string("ada", "Who is that speaker.")


@blp.route("/talks/<positive:talk_id>/speakers")
class TalkSpeakers(MethodView):
    @returns(TalkSpeakersSchema)
    @fails_with({404: "Talk not found"})
    def get(self, talk_id):
        """List the speakers of a talk, by number rather than in a list."""
        speakers = find_talk(db.session, talk_id).speakers
        shown = {str(number): represent_speaker(speaker, links()) for number, speaker in enumerate(speakers)}
        return object_response({**shown, "meta": {"count": len(speakers)}})

    @with_talk(login_message=TO_CREATE)
    @accepts_body(ClaimBodySchema)
    @returns_empty(204, location="/v2.1/talks/42/speakers")
    @fails_with(
        {
            400: MSG_INCOMPLETE_CLAIM,
            401: (MSG_FORBIDDEN_CLAIM, MSG_CLAIM_PENDING, MSG_HOST_REQUIRED, MSG_SPEAKER_REQUIRED),
            404: MSG_USER_NOT_FOUND,
            422: (MSG_SPEAKER_NOT_FOUND, MSG_ALREADY_CLAIMED),
        }
    )
    def post(self, talk, viewer):
        """Say who a speaker is.

        It takes two: that person and a host, in any order. The first to say so makes a claim or an
        assignment, which the other is told of by mail; the second makes the link.
        """
        speaker_name, username = _read_claim()
        if not (speaker_name and username):
            raise InvalidInput(MSG_INCOMPLETE_CLAIM)
        viewer = load_viewer_for_talk_editing(db.session, viewer.user, [talk])
        claim_talk(
            db.session,
            talk.id,
            speaker_name=speaker_name,
            username=username,
            caller=viewer.user,
            is_host_or_admin=can_manage_talk(viewer, talk),
            now=utc_now(),
        )
        db.session.commit()
        return empty_response(204, base_url() + request.path)

    @with_talk(can_manage_talk, login_message=TO_REMOVE, refusal=NOT_TO_REJECT)
    @accepts_query("display_name", "claimant")
    @returns_empty(204, location="/v2.1/talks/42")
    @fails_with(
        {
            400: MSG_INCOMPLETE_CLAIM,
            404: MSG_USER_NOT_FOUND,
            422: (MSG_SPEAKER_NOT_FOUND, MSG_ALREADY_CLAIMED),
            500: NO_CLAIM,
        }
    )
    def delete(self, talk, viewer):
        """Reject what somebody claims. They are told by mail. Assignments cannot be rejected."""
        speaker_name, username = _read_claim()
        if not reject_claim(db.session, talk.id, speaker_name=speaker_name, username=username, actor=viewer.user):
            # The contract's status, though it is the caller who is mistaken.
            return error_response(NO_CLAIM, 500)
        db.session.commit()
        return empty_response(204, links().talk(talk.id))


@blp.route("/talks/<positive:talk_id>/speakers/<row_id:user_id>")
class OneTalkSpeaker(MethodView):
    @with_talk(login_message=TO_REMOVE)
    @returns_empty(204, location="/v2.1/talks/42")
    @fails_with({404: NO_SPEAKER, 403: NOT_TO_UNLINK})
    def delete(self, talk, viewer, user_id):
        """Unlink a speaker from a talk, as one of its hosts or claimed speakers. The name stays."""
        if not is_speaker(db.session, talk.id, user_id):
            raise NotFound(NO_SPEAKER)
        if not check_permission_and_audit(
            can_edit_talk, load_viewer_for_talk_editing(db.session, viewer.user, [talk]), talk
        ):
            raise Forbidden(NOT_TO_UNLINK)
        unlink_speaker(db.session, lock_talk(db.session, talk.id), user_id)
        db.session.commit()
        return empty_response(204, links().talk(talk.id))


@blp.route("/events/<positive:event_id>/claims")
class EventClaims(MethodView):
    @with_event(
        can_edit_event,
        login_message="You must be logged in to view pending claims",
        # The original's own words; nothing here is about tracks.
        refusal="You do not have permission to edit this track",
    )
    @returns(ClaimPageSchema, VerboseClaimPageSchema)
    def get(self, event, viewer):
        """List the claims that wait for approval."""
        page = list_open_claims(db.session, event.id)
        return collection_response(
            "claims", [represent_claim(each, links(), is_verbose()) for each in page.items], page
        )


def _read_claim():
    return (to_plain_text(get_params().text(field)) for field in ("display_name", "username"))
