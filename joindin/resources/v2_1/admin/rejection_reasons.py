"""Reasons for rejecting events, to choose from. Not in the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import NotAllowed
from joindin.extensions import db
from joindin.operations.event_approval import LONGEST_REASON
from joindin.operations.rejection_reasons import LONGEST_TITLE, TAKEN, add_reason, delete_reason, edit_reason
from joindin.permissions import can_keep_reasons
from joindin.queries.paging import Page, Paging, single
from joindin.queries.rejection_reasons import find_reason, list_reasons
from joindin.representations.schema_fields import Shape, text
from joindin.representations.v2_1.rejection_reasons import ReasonPageSchema, represent_reason
from joindin.resources.v2_1.authentication import links, signed_in
from joindin.resources.v2_1.openapi import does, refuses, shows, takes
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import collection, empty
from joindin.utils.text import plain_text
from joindin.viewer import Viewer

blp = Blueprint("reasons", __name__, url_prefix="/v2.1", description="Reasons for rejecting events, to choose from")

TO_DECIDE = "You must be logged in to decide about events"
NOT_TO_DECIDE = "You do not have permission to decide about events"
NO_REASON = "Reason not found"
BAD_REASON = (
    f"The title must have 1 to {LONGEST_TITLE} characters",
    f"The text must have 1 to {LONGEST_REASON} characters",
    TAKEN,
)
REFUSED = {401: TO_DECIDE, 403: NOT_TO_DECIDE}


class NewReasonSchema(Shape):
    title = text("Too far away", "For those who decide to choose by.", maxLength=LONGEST_TITLE)
    text = text("We list events that people here can get to.", "For the hosts to read.", maxLength=LONGEST_REASON)


class ReasonChangeSchema(NewReasonSchema):
    title = text("Off topic", maxLength=LONGEST_TITLE)


@blp.route("/rejection_reasons")
class RejectionReasons(MethodView):
    @shows(ReasonPageSchema)
    @refuses(REFUSED)
    def get(self):
        """List the reasons, by title."""
        _keeper()
        reasons = list_reasons(db.session)
        pieces = [represent_reason(reason, links()) for reason in reasons]
        return collection("reasons", pieces, Page(reasons, len(reasons), Paging(size=0)))

    @takes(NewReasonSchema)
    @does(201, location="/v2.1/rejection_reasons/2")
    @refuses({**REFUSED, 400: BAD_REASON})
    def post(self):
        """Add a reason."""
        actor = _keeper()
        reason = add_reason(db.session, **_read_reason(), actor=actor)
        db.session.commit()
        return empty(201, links().rejection_reason(reason.id))


@blp.route("/rejection_reasons/<row_id:reason_id>")
class OneRejectionReason(MethodView):
    @shows(ReasonPageSchema)
    @refuses({**REFUSED, 404: NO_REASON})
    def get(self, reason_id):
        """Show a reason."""
        _keeper()
        reason = find_reason(db.session, reason_id)
        return collection("reasons", [represent_reason(reason, links())], single(reason))

    @takes(ReasonChangeSchema)
    @does(204, location="/v2.1/rejection_reasons/2")
    @refuses({**REFUSED, 400: BAD_REASON, 404: NO_REASON})
    def put(self, reason_id):
        """Change a reason. What was rejected for it keeps the old words."""
        actor = _keeper()
        edit_reason(db.session, reason_id, **_read_reason(), actor=actor)
        db.session.commit()
        return empty(204, links().rejection_reason(reason_id))

    @does(204)
    @refuses({**REFUSED, 404: NO_REASON})
    def delete(self, reason_id):
        """Remove a reason."""
        actor = _keeper()
        delete_reason(db.session, reason_id, actor=actor)
        db.session.commit()
        return empty(204)


def _keeper():
    user = signed_in(TO_DECIDE)
    if not can_keep_reasons(Viewer(user)):
        raise NotAllowed(NOT_TO_DECIDE)
    return user


def _read_reason():
    return {field: plain_text(params().text(field)) for field in ("title", "text")}
