"""Submitting again, approving and rejecting events (spec 4.6, 4.7)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.operations.event_approval import approve_event, reject_event
from joindin.operations.events import resubmit_event
from joindin.permissions import can_edit_event, can_review_event
from joindin.resources.v2_1.authorization import requires, with_event
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_query, fails_with, returns_empty
from joindin.resources.v2_1.request_params import get_query_params
from joindin.resources.v2_1.responses import empty_response
from joindin.utils.text import to_plain_text

blp = Blueprint("event approval", __name__, url_prefix="/v2.1", description="Approval of submitted events")

MSG_LOGIN_REQUIRED = "You must be logged in to create data"
MSG_FORBIDDEN_APPROVE = "You are not allowed to approve this event"
MSG_FORBIDDEN_REJECT = "You are not allowed to reject this event"
MSG_NOT_HOST = "You are not an host for this event"


@blp.route("/events/<positive:event_id>/submission")
class EventSubmission(MethodView):
    @with_event(can_edit_event, login_message=MSG_LOGIN_REQUIRED, refusal=MSG_NOT_HOST)
    @returns_empty(202, "The event waits for approval again.", location="/v2.1/events/3")
    @fails_with({400: "This event cannot be submitted again"})
    def post(self, event, viewer):
        """Submit a rejected event again."""
        resubmit_event(db.session, event, submitter=viewer.user, max_pending=current_app.config["MAX_PENDING_EVENTS"])
        db.session.commit()
        return empty_response(202, links().event(event.id))


@blp.route("/events/<positive:event_id>/approval")
class EventApproval(MethodView):
    @requires(can_review_event, login_message=MSG_LOGIN_REQUIRED, refusal=MSG_FORBIDDEN_APPROVE)
    @returns_empty(204, location="/v2.1/events/3")
    @fails_with({400: "This event cannot be approved"})
    def post(self, viewer, event_id):
        """Approve a pending event. Its hosts are notified by mail."""
        approve_event(db.session, event_id, reviewer=viewer.user)
        db.session.commit()
        return empty_response(204, links().event(event_id))

    @requires(can_review_event, login_message=MSG_LOGIN_REQUIRED, refusal=MSG_FORBIDDEN_REJECT)
    @accepts_query("reason")
    @returns_empty(204)
    @fails_with({400: "This event cannot be rejected"})
    def delete(self, viewer, event_id):
        """Reject a pending event, with a reason for its hosts."""
        reject_event(
            db.session,
            event_id,
            reviewer=viewer.user,
            reason=to_plain_text(get_query_params().text("reason")),
            mail_from=current_app.config["MAIL_FROM"],
        )
        db.session.commit()
        return empty_response(204)
