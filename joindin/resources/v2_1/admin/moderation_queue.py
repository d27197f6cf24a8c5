"""Open reports and claims of all events that the caller moderates.

An extension of the original, where a client has to request them event by event.
"""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.models import EventCommentReport, TalkCommentReport
from joindin.permissions import can_moderate_all
from joindin.queries.comment_reports import list_queued_reports
from joindin.queries.moderation_queue import list_pending_claims
from joindin.representations.v2_1.claims import ClaimPageSchema, VerboseClaimPageSchema, represent_claim
from joindin.representations.v2_1.comment_reports import (
    EventReportPageSchema,
    TalkReportPageSchema,
    represent_event_report,
    represent_talk_report,
)
from joindin.resources.v2_1.authentication import require_user
from joindin.resources.v2_1.comment_reports import MSG_LOGIN_TO_LIST_REPORTS
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import fails_with, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.responses import collection_response, is_verbose
from joindin.viewer import Viewer

blp = Blueprint("moderation queue", __name__, url_prefix="/v2.1", description="Reports and claims to decide about")


@blp.route("/event_comments/reported")
class EventReportQueue(MethodView):
    @returns_page(EventReportPageSchema)
    @fails_with({401: MSG_LOGIN_TO_LIST_REPORTS})
    def get(self):
        """List the open reports about comments on events that the caller hosts; for admins, on all events."""
        page = list_queued_reports(db.session, EventCommentReport, read_paging(), _host_id())
        reports = [represent_event_report(report, links()) for report in page.items]
        return collection_response("reports", reports, page)


@blp.route("/talk_comments/reported")
class TalkReportQueue(MethodView):
    @returns_page(TalkReportPageSchema)
    @fails_with({401: MSG_LOGIN_TO_LIST_REPORTS})
    def get(self):
        """List the open reports about comments on talks of events that the caller hosts; for admins, of all events."""
        page = list_queued_reports(db.session, TalkCommentReport, read_paging(), _host_id())
        reports = [represent_talk_report(report, links()) for report in page.items]
        return collection_response("reports", reports, page)


@blp.route("/claims")
class ClaimQueue(MethodView):
    @returns_page(ClaimPageSchema, VerboseClaimPageSchema)
    @fails_with({401: MSG_LOGIN_TO_LIST_REPORTS})
    def get(self):
        """List the undecided claims at events that the caller hosts; for admins, at all events."""
        page = list_pending_claims(db.session, read_paging(), _host_id())
        claims = [represent_claim(claim, links(), is_verbose()) for claim in page.items]
        return collection_response("claims", claims, page)


def _host_id():
    """Return the id of the caller, whose events limit the list; None for all events."""
    user = require_user(MSG_LOGIN_TO_LIST_REPORTS)
    return None if can_moderate_all(Viewer(user)) else user.id
