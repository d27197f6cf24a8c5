"""Prepared reasons for rejecting events. An extension of the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.operations.event_approval import MAX_REASON_LENGTH
from joindin.operations.rejection_reasons import (
    MAX_TITLE_LENGTH,
    MSG_REASON_TITLE_TAKEN,
    add_reason,
    delete_reason,
    edit_reason,
)
from joindin.permissions import can_manage_rejection_reasons
from joindin.queries.paging import full_page, single_page
from joindin.queries.rejection_reasons import find_reason, list_reasons
from joindin.representations.schema_fields import ObjectSchema
from joindin.representations.v2_1.rejection_reasons import ReasonPageSchema, represent_reason
from joindin.resources.v2_1.authorization import requires
from joindin.resources.v2_1.body_fields import required_text
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response
from joindin.utils.text import to_plain_line, to_plain_text

blp = Blueprint("reasons", __name__, url_prefix="/v2.1", description="Prepared reasons for rejecting events")

MSG_LOGIN_REQUIRED = "You must be logged in to decide about events"
MSG_FORBIDDEN = "You do not have permission to decide about events"
MSG_REASON_NOT_FOUND = "Reason not found"
INVALID_REASON_MESSAGES = (
    f"The title must have 1 to {MAX_TITLE_LENGTH} characters",
    f"The text must have 1 to {MAX_REASON_LENGTH} characters",
    MSG_REASON_TITLE_TAKEN,
)

require_reviewer = requires(can_manage_rejection_reasons, login_message=MSG_LOGIN_REQUIRED, refusal=MSG_FORBIDDEN)


class NewReasonSchema(ObjectSchema):
    title = required_text("Too far away", "The name of the reason, for reviewers.", max_length=MAX_TITLE_LENGTH)
    text = required_text(
        "We list events that people here can get to.", "The message to the hosts.", max_length=MAX_REASON_LENGTH
    )


class ReasonChangeSchema(NewReasonSchema):
    title = required_text("Off topic", max_length=MAX_TITLE_LENGTH)


@blp.route("/rejection_reasons")
class RejectionReasons(MethodView):
    @require_reviewer
    @returns(ReasonPageSchema)
    def get(self, viewer):
        """List the reasons, by title."""
        reasons = list_reasons(db.session)
        representations = [represent_reason(reason, links()) for reason in reasons]
        return collection_response("reasons", representations, full_page(reasons))

    @require_reviewer
    @accepts_body(NewReasonSchema)
    @returns_empty(201, location="/v2.1/rejection_reasons/2")
    @fails_with({400: INVALID_REASON_MESSAGES})
    def post(self, viewer):
        """Add a reason."""
        reason = add_reason(db.session, **_parse_reason(), actor=viewer.user)
        db.session.commit()
        return empty_response(201, links().rejection_reason(reason.id))


@blp.route("/rejection_reasons/<row_id:reason_id>")
class RejectionReasonDetail(MethodView):
    @require_reviewer
    @returns(ReasonPageSchema)
    @fails_with({404: MSG_REASON_NOT_FOUND})
    def get(self, viewer, reason_id):
        """Show a reason."""
        reason = find_reason(db.session, reason_id)
        return collection_response("reasons", [represent_reason(reason, links())], single_page(reason))

    @require_reviewer
    @accepts_body(ReasonChangeSchema)
    @returns_empty(204, location="/v2.1/rejection_reasons/2")
    @fails_with({400: INVALID_REASON_MESSAGES, 404: MSG_REASON_NOT_FOUND})
    def put(self, viewer, reason_id):
        """Change a reason. Events that were rejected for it keep the old text."""
        edit_reason(db.session, reason_id, **_parse_reason(), actor=viewer.user)
        db.session.commit()
        return empty_response(204, links().rejection_reason(reason_id))

    @require_reviewer
    @returns_empty(204)
    @fails_with({404: MSG_REASON_NOT_FOUND})
    def delete(self, viewer, reason_id):
        """Remove a reason."""
        delete_reason(db.session, reason_id, actor=viewer.user)
        db.session.commit()
        return empty_response(204)


def _parse_reason():
    params = get_params()
    return {"title": to_plain_line(params.text("title")), "text": to_plain_text(params.text("text"))}
