"""Page for pending claims of speakers, which hosts approve or reject."""

from flask import request

from joindin.errors import Forbidden, InvalidInput, NotFound
from joindin.extensions import db
from joindin.models import Talk, TalkClaim
from joindin.operations.claims import MSG_CLAIM_NOT_FOUND, approve_claim, reject_claim_by_id
from joindin.permissions import can_moderate_event
from joindin.queries.moderation_queue import list_pending_claims
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.resources.web.admin.common import (
    admin_page,
    blp,
    current_viewer,
    host_filter,
    is_moderator,
    page_links,
    perform_and_redirect,
    read_paging,
    require_permission,
)
from joindin.utils.datetimes import utc_now

PAGE_PATH = "/desk/claims/"


@blp.get("/claims/")
@require_permission(is_moderator)
def claims_page():
    page = list_pending_claims(db.session, read_paging(), host_filter())
    return admin_page("claims.html", claims=page.items, page=page, page_links=page_links(page))


@blp.post("/claims/<row_id:claim_id>/")
@require_permission(is_moderator)
def resolve_claim_action(claim_id):
    claim = db.session.get(TalkClaim, claim_id)
    if claim is not None:
        event_id = db.session.get_one(Talk, claim.talk_id).event_id
        if not can_moderate_event(load_viewer_for_events(db.session, current_viewer().user, [event_id]), event_id):
            raise Forbidden("You can decide about claims for the events that you host only")
    decision, user = request.form.get("decision", ""), current_viewer().user

    def operation():
        if claim is None:
            raise NotFound(MSG_CLAIM_NOT_FOUND)
        if decision == "approve":
            approve_claim(db.session, claim_id, actor=user, now=utc_now())
        elif decision == "reject":
            reject_claim_by_id(db.session, claim_id, actor=user)
        else:
            raise InvalidInput("Choose to approve or to reject the claim")

    success = "The claim is approved." if decision == "approve" else "The claim is rejected."
    return perform_and_redirect(operation, success, PAGE_PATH)
