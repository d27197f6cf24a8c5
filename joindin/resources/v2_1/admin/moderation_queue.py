"""What waits for the caller to decide, at all events at once. Not in the original, which asks event by event."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.permissions import can_moderate_all
from joindin.queries.moderation_queue import list_event_reports, list_pending_claims, list_talk_reports
from joindin.representations.v2_1.claims import ClaimPageSchema, VerboseClaimPageSchema, represent_claim
from joindin.representations.v2_1.comments import EventReportPageSchema, represent_event_report
from joindin.representations.v2_1.talk_comments import TalkReportPageSchema, represent_talk_report
from joindin.resources.v2_1.authentication import links, require_user
from joindin.resources.v2_1.comment_moderation import MSG_LOGIN_TO_LIST_REPORTS
from joindin.resources.v2_1.openapi import fails_with, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.responses import collection_response, is_verbose
from joindin.viewer import Viewer

blp = Blueprint("waiting", __name__, url_prefix="/v2.1", description="What waits for the caller to decide")


@blp.route("/event_comments/reported")
class AllReportedEventComments(MethodView):
    @returns_page(EventReportPageSchema)
    @fails_with({401: MSG_LOGIN_TO_LIST_REPORTS})
    def get(self):
        """List the open reports about comments on events that the caller hosts; of all events for admins."""
        page = list_event_reports(db.session, read_paging(), _hosted_by())
        return collection_response("reports", [represent_event_report(each, links()) for each in page.items], page)


@blp.route("/talk_comments/reported")
class AllReportedTalkComments(MethodView):
    @returns_page(TalkReportPageSchema)
    @fails_with({401: MSG_LOGIN_TO_LIST_REPORTS})
    def get(self):
        """List the open reports about comments on talks at events that the caller hosts; of all events for admins."""
        page = list_talk_reports(db.session, read_paging(), _hosted_by())
        return collection_response("reports", [represent_talk_report(each, links()) for each in page.items], page)


@blp.route("/claims")
class AllClaims(MethodView):
    @returns_page(ClaimPageSchema, VerboseClaimPageSchema)
    @fails_with({401: MSG_LOGIN_TO_LIST_REPORTS})
    def get(self):
        """List what is claimed at events that the caller hosts, of all events for admins, and no host has decided."""
        page = list_pending_claims(db.session, read_paging(), _hosted_by())
        return collection_response(
            "claims", [represent_claim(each, links(), is_verbose()) for each in page.items], page
        )


def _hosted_by():
    user = require_user(MSG_LOGIN_TO_LIST_REPORTS)
    return None if can_moderate_all(Viewer(user)) else user.id
