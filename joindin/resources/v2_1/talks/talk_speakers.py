"""Speakers of talks, and claims to be one (spec 7.11, 7.12)."""

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
from joindin.representations.schema_fields import ObjectSchema
from joindin.representations.v2_1.claims import ClaimPageSchema, VerboseClaimPageSchema, represent_claim
from joindin.representations.v2_1.talks import TalkSpeakersSchema, represent_speaker
from joindin.resources.v2_1.authorization import check_permission_and_audit, with_event, with_talk
from joindin.resources.v2_1.body_fields import required_text
from joindin.resources.v2_1.links import base_url, links
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
from joindin.utils.text import to_plain_line

blp = Blueprint("speakers", __name__, url_prefix="/v2.1", description="Speakers of talks, and claims to be one")

MSG_LOGIN_TO_CLAIM = "You must be logged in to create data"
MSG_LOGIN_TO_REMOVE = "You must be logged in to remove data"
MSG_FORBIDDEN_REJECT = "You do not have permission to reject the speaker claim on this talk"
MSG_FORBIDDEN_UNLINK = "You do not have permission to remove this speaker from this talk"
MSG_CLAIM_NOT_FOUND = "There was a problem with the claim"
MSG_NOT_A_SPEAKER = "Provided user is not a speaker on this talk"


class ClaimBodySchema(ObjectSchema):
    display_name = required_text("Ada L.", "The speaker's name on the talk.")
    username = required_text("ada", "The user who is this speaker.")


@blp.route("/talks/<positive:talk_id>/speakers")
class TalkSpeakers(MethodView):
    @returns(TalkSpeakersSchema)
    @fails_with({404: "Talk not found"})
    def get(self, talk_id):
        """List the speakers of a talk, as an object with their numbers as keys."""
        speakers = find_talk(db.session, talk_id).speakers
        representations = {str(number): represent_speaker(speaker, links()) for number, speaker in enumerate(speakers)}
        return object_response({**representations, "meta": {"count": len(speakers)}})

    @with_talk(login_message=MSG_LOGIN_TO_CLAIM)
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
        """Claim to be a speaker, or assign a user to a speaker's name.

        The user and a host both have to confirm, in any order. The first request stores a claim (by the user) or an
        assignment (by a host) and notifies the other side by mail. The second request links the user to the name.
        """
        speaker_name, username = _parse_claim()
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

    @with_talk(can_manage_talk, login_message=MSG_LOGIN_TO_REMOVE, refusal=MSG_FORBIDDEN_REJECT)
    @accepts_query("display_name", "claimant")
    @returns_empty(204, location="/v2.1/talks/42")
    @fails_with(
        {
            400: MSG_INCOMPLETE_CLAIM,
            404: MSG_USER_NOT_FOUND,
            422: (MSG_SPEAKER_NOT_FOUND, MSG_ALREADY_CLAIMED),
            500: MSG_CLAIM_NOT_FOUND,
        }
    )
    def delete(self, talk, viewer):
        """Reject the claim of a user, who is notified by mail. Assignments cannot be rejected."""
        speaker_name, username = _parse_claim()
        if not reject_claim(db.session, talk.id, speaker_name=speaker_name, username=username, actor=viewer.user):
            # The contract's status, although it is an error of the caller.
            return error_response(MSG_CLAIM_NOT_FOUND, 500)
        db.session.commit()
        return empty_response(204, links().talk(talk.id))


@blp.route("/talks/<positive:talk_id>/speakers/<row_id:user_id>")
class TalkSpeakerDetail(MethodView):
    @with_talk(login_message=MSG_LOGIN_TO_REMOVE)
    @returns_empty(204, location="/v2.1/talks/42")
    @fails_with({404: MSG_NOT_A_SPEAKER, 403: MSG_FORBIDDEN_UNLINK})
    def delete(self, talk, viewer, user_id):
        """Unlink a speaker from a talk, as one of its hosts or claimed speakers. The name stays."""
        if not is_speaker(db.session, talk.id, user_id):
            raise NotFound(MSG_NOT_A_SPEAKER)
        if not check_permission_and_audit(
            can_edit_talk, load_viewer_for_talk_editing(db.session, viewer.user, [talk]), talk
        ):
            raise Forbidden(MSG_FORBIDDEN_UNLINK)
        unlink_speaker(db.session, lock_talk(db.session, talk.id), user_id)
        db.session.commit()
        return empty_response(204, links().talk(talk.id))


@blp.route("/events/<positive:event_id>/claims")
class EventClaims(MethodView):
    @with_event(
        can_edit_event,
        login_message="You must be logged in to view pending claims",
        # The original's message, although it is not about tracks.
        refusal="You do not have permission to edit this track",
    )
    @returns(ClaimPageSchema, VerboseClaimPageSchema)
    def get(self, event, viewer):
        """List the claims that wait for approval by a host."""
        page = list_open_claims(db.session, event.id)
        claims = [represent_claim(claim, links(), is_verbose()) for claim in page.items]
        return collection_response("claims", claims, page)


def _parse_claim():
    return (to_plain_line(get_params().text(field)) for field in ("display_name", "username"))
