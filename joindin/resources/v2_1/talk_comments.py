"""Comments on talks (spec 8)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.permissions import can_edit_event
from joindin.queries.paging import single
from joindin.queries.talk_comments import (
    find_talk_comment,
    list_event_talk_comments,
    list_open_talk_reports,
    list_talk_comments,
    list_user_talk_comments,
)
from joindin.representations.v2_1.talk_comments import (
    TalkCommentPageSchema,
    TalkReportPageSchema,
    VerboseTalkCommentPageSchema,
    represent_talk_comment,
    represent_talk_report,
)
from joindin.resources.v2_1.answers import collection, is_verbose
from joindin.resources.v2_1.callers import links
from joindin.resources.v2_1.documented import lists, refuses, shows
from joindin.resources.v2_1.guards import for_event
from joindin.resources.v2_1.paging import read_paging

blp = Blueprint("talk comments", __name__, url_prefix="/v2.1", description="What people say about talks")


@blp.route("/talks/<positive:talk_id>/comments")
class TalkComments(MethodView):
    @lists(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    def get(self, talk_id):
        """List the comments on a talk, oldest first."""
        return _show(list_talk_comments(db.session, talk_id, read_paging()))


@blp.route("/events/<positive:event_id>/talk_comments")
class EventTalkComments(MethodView):
    @lists(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    def get(self, event_id):
        """List the comments on all talks of an event, newest first."""
        return _show(list_event_talk_comments(db.session, event_id, read_paging()))


@blp.route("/users/<positive:user_id>/talk_comments")
class UserTalkComments(MethodView):
    @lists(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    def get(self, user_id):
        """List what somebody said about talks, newest first."""
        return _show(list_user_talk_comments(db.session, user_id, read_paging()))


@blp.route("/events/<positive:event_id>/talk_comments/reported")
class ReportedTalkComments(MethodView):
    @for_event(
        can_edit_event,
        sign_in="You must log in to do that",
        refusal="You don't have permission to do that",
    )
    @shows(TalkReportPageSchema)
    def get(self, event, viewer):
        """List the open reports about comments on talks of an event."""
        page = list_open_talk_reports(db.session, event.id)
        return collection("reports", [represent_talk_report(each, links()) for each in page.items], page)


@blp.route("/talk_comments/<row_id:comment_id>")
class OneTalkComment(MethodView):
    @shows(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    @refuses({404: "Comment not found"})
    def get(self, comment_id):
        """Show a comment on a talk."""
        return _show(single(find_talk_comment(db.session, comment_id)))


def _show(page):
    pieces = [represent_talk_comment(comment, links(), is_verbose()) for comment in page.items]
    return collection("comments", pieces, page)
