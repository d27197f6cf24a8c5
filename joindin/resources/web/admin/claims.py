"""What people claim to have spoken, for hosts to say whether it is so."""

from flask import request

from joindin.errors import Invalid, NotAllowed, NotFound
from joindin.extensions import db
from joindin.models import Talk, TalkClaim
from joindin.operations.claims import NO_CLAIM, approve_claim, turn_down_claim
from joindin.permissions import can_moderate_event
from joindin.queries.moderation_queue import list_waiting_claims
from joindin.queries.viewer_relations import view_events
from joindin.resources.web.admin.common import (
    blp,
    carry_out,
    hosted_by,
    moderates,
    neighbours,
    only_for,
    read_paging,
    show,
    viewer,
)
from joindin.utils.datetimes import utc_now

HERE = "/desk/claims/"


@blp.get("/claims/")
@only_for(moderates)
def show_claims():
    page = list_waiting_claims(db.session, read_paging(), hosted_by())
    return show("claims.html", claims=page.items, page=page, neighbours=neighbours(page))


@blp.post("/claims/<row_id:claim_id>/")
@only_for(moderates)
def decide_about_claim(claim_id):
    claim = db.session.get(TalkClaim, claim_id)
    if claim is not None:
        event_id = db.session.get_one(Talk, claim.talk_id).event_id
        if not can_moderate_event(view_events(db.session, viewer().user, [event_id]), event_id):
            raise NotAllowed("You decide at the events that you host, and this is another one")
    decision, user = request.form.get("decision", ""), viewer().user

    def work():
        if claim is None:
            raise NotFound(NO_CLAIM)
        if decision == "approve":
            approve_claim(db.session, claim_id, actor=user, now=utc_now())
        elif decision == "reject":
            turn_down_claim(db.session, claim_id, actor=user)
        else:
            raise Invalid("Unexpected decision")

    done = "The claim is approved: the talk is theirs." if decision == "approve" else "The claim is rejected."
    return carry_out(work, done, HERE)
