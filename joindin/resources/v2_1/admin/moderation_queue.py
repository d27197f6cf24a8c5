"""What waits for the caller to decide, at all events at once. Not in the original, which asks event by event."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.permissions import moderates_everything
from joindin.queries.moderation_queue import list_event_reports, list_talk_reports, list_waiting_claims
from joindin.representations.v2_1.claims import ClaimPageSchema, VerboseClaimPageSchema, represent_claim
from joindin.representations.v2_1.comments import EventReportPageSchema, represent_event_report
from joindin.representations.v2_1.talk_comments import TalkReportPageSchema, represent_talk_report
from joindin.resources.v2_1.authentication import links, signed_in
from joindin.resources.v2_1.comment_moderation import TO_LIST
from joindin.resources.v2_1.openapi import lists, refuses
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.responses import collection, is_verbose
from joindin.viewer import Viewer

blp = Blueprint("waiting", __name__, url_prefix="/v2.1", description="What waits for the caller to decide")


@blp.route("/event_comments/reported")
class AllReportedEventComments(MethodView):
    @lists(EventReportPageSchema)
    @refuses({401: TO_LIST})
    def get(self):
        """List the open reports about comments on events that the caller hosts; of all events for admins."""
        page = list_event_reports(db.session, read_paging(), _hosted_by())
        return collection("reports", [represent_event_report(each, links()) for each in page.items], page)


@blp.route("/talk_comments/reported")
class AllReportedTalkComments(MethodView):
    @lists(TalkReportPageSchema)
    @refuses({401: TO_LIST})
    def get(self):
        """List the open reports about comments on talks at events that the caller hosts; of all events for admins."""
        page = list_talk_reports(db.session, read_paging(), _hosted_by())
        return collection("reports", [represent_talk_report(each, links()) for each in page.items], page)


@blp.route("/claims")
class AllClaims(MethodView):
    @lists(ClaimPageSchema, VerboseClaimPageSchema)
    @refuses({401: TO_LIST})
    def get(self):
        """List what is claimed at events that the caller hosts, of all events for admins, and no host has decided."""
        page = list_waiting_claims(db.session, read_paging(), _hosted_by())
        return collection("claims", [represent_claim(each, links(), is_verbose()) for each in page.items], page)


def _hosted_by():
    user = signed_in(TO_LIST)
    return None if moderates_everything(Viewer(user)) else user.id
