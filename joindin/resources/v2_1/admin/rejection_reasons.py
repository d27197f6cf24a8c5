"""Reasons for rejecting events, to choose from. Not in the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden
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
from joindin.queries.paging import Page, Paging, single_page
from joindin.queries.rejection_reasons import find_reason, list_reasons
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.representations.v2_1.rejection_reasons import ReasonPageSchema, represent_reason
from joindin.resources.v2_1.authentication import links, require_user
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response
from joindin.utils.text import to_plain_text
from joindin.viewer import Viewer

blp = Blueprint("reasons", __name__, url_prefix="/v2.1", description="Reasons for rejecting events, to choose from")

TO_DECIDE = "You must be logged in to decide about events"
NOT_TO_DECIDE = "You do not have permission to decide about events"
NO_REASON = "Reason not found"
BAD_REASON = (
    f"The title must have 1 to {MAX_TITLE_LENGTH} characters",
    f"The text must have 1 to {MAX_REASON_LENGTH} characters",
    MSG_REASON_TITLE_TAKEN,
)
REFUSED = {401: TO_DECIDE, 403: NOT_TO_DECIDE}


class NewReasonSchema(ObjectSchema):
    title = string("Too far away", "For those who decide to choose by.", maxLength=MAX_TITLE_LENGTH)
    text = string("We list events that people here can get to.", "For the hosts to read.", maxLength=MAX_REASON_LENGTH)


class ReasonChangeSchema(NewReasonSchema):
    title = string("Off topic", maxLength=MAX_TITLE_LENGTH)


@blp.route("/rejection_reasons")
class RejectionReasons(MethodView):
    @returns(ReasonPageSchema)
    @fails_with(REFUSED)
    def get(self):
        """List the reasons, by title."""
        _keeper()
        reasons = list_reasons(db.session)
        pieces = [represent_reason(reason, links()) for reason in reasons]
        return collection_response("reasons", pieces, Page(reasons, len(reasons), Paging(size=0)))

    @accepts_body(NewReasonSchema)
    @returns_empty(201, location="/v2.1/rejection_reasons/2")
    @fails_with({**REFUSED, 400: BAD_REASON})
    def post(self):
        """Add a reason."""
        actor = _keeper()
        reason = add_reason(db.session, **_read_reason(), actor=actor)
        db.session.commit()
        return empty_response(201, links().rejection_reason(reason.id))


@blp.route("/rejection_reasons/<row_id:reason_id>")
class OneRejectionReason(MethodView):
    @returns(ReasonPageSchema)
    @fails_with({**REFUSED, 404: NO_REASON})
    def get(self, reason_id):
        """Show a reason."""
        _keeper()
        reason = find_reason(db.session, reason_id)
        return collection_response("reasons", [represent_reason(reason, links())], single_page(reason))

    @accepts_body(ReasonChangeSchema)
    @returns_empty(204, location="/v2.1/rejection_reasons/2")
    @fails_with({**REFUSED, 400: BAD_REASON, 404: NO_REASON})
    def put(self, reason_id):
        """Change a reason. What was rejected for it keeps the old words."""
        actor = _keeper()
        edit_reason(db.session, reason_id, **_read_reason(), actor=actor)
        db.session.commit()
        return empty_response(204, links().rejection_reason(reason_id))

    @returns_empty(204)
    @fails_with({**REFUSED, 404: NO_REASON})
    def delete(self, reason_id):
        """Remove a reason."""
        actor = _keeper()
        delete_reason(db.session, reason_id, actor=actor)
        db.session.commit()
        return empty_response(204)


def _keeper():
    user = require_user(TO_DECIDE)
    if not can_manage_rejection_reasons(Viewer(user)):
        raise Forbidden(NOT_TO_DECIDE)
    return user


def _read_reason():
    return {field: to_plain_text(get_params().text(field)) for field in ("title", "text")}
