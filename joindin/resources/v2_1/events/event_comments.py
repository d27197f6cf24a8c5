"""Comments on events: reading, writing, reporting and moderating (spec 5)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db, reader, writer
from joindin.http.request_identity import get_caller
from joindin.models import EventCommentReport
from joindin.operations.comments import add_event_comment
from joindin.operations.feedback.windows import MSG_EVENT_SWITCHED_OFF
from joindin.permissions import can_edit_event
from joindin.queries.comment_reports import list_open_reports
from joindin.queries.comments import (
    MSG_COMMENT_NOT_FOUND,
    find_event_comment_including_hidden,
    find_event_comment_key,
    list_event_comments,
)
from joindin.queries.event_visibility import MSG_EVENT_NOT_FOUND
from joindin.queries.events import find_event_key
from joindin.queries.paging import single_page
from joindin.representations.schema_fields import ObjectSchema
from joindin.representations.v2_1.comment_reports import EventReportPageSchema, represent_event_report
from joindin.representations.v2_1.comments import EventCommentPageSchema, VerboseEventCommentPageSchema
from joindin.resources.v2_1.authentication import comment_source
from joindin.resources.v2_1.authorization import with_event
from joindin.resources.v2_1.body_fields import rating_number, required_text
from joindin.resources.v2_1.client_origin import client_origin
from joindin.resources.v2_1.comment_parsing import (
    MAX_COMMENT_LENGTH,
    MSG_COMMENT_REQUIRED,
    MSG_DUPLICATE_COMMENT,
    MSG_RATING_NOT_A_NUMBER,
    MSG_RATING_OUT_OF_RANGE,
    MSG_RATING_REQUIRED,
    MSG_SPAM,
    parse_comment_text,
    parse_rating,
)
from joindin.resources.v2_1.comment_reports import (
    DECISION_ERRORS,
    MSG_FORBIDDEN,
    MSG_LOGIN_TO_LIST_REPORTS,
    REPORT_ERRORS,
    CommentReports,
    DecisionSchema,
)
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import (
    accepts_body,
    add_undocumented_route,
    fails_with,
    returns,
    returns_empty,
    returns_page,
)
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.rendering import render_event_comments
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response
from joindin.utils.akismet import is_spam
from joindin.utils.datetimes import utc_now

blp = Blueprint("event comments", __name__, url_prefix="/v2.1", description="Comments on events")

MSG_LOGIN_REQUIRED = "You must log in to comment"
INVALID_COMMENT_MESSAGES = (
    MSG_RATING_REQUIRED,
    MSG_RATING_NOT_A_NUMBER,
    MSG_RATING_OUT_OF_RANGE,
    MSG_COMMENT_REQUIRED,
    MSG_SPAM,
    MSG_DUPLICATE_COMMENT,
)


class NewEventCommentSchema(ObjectSchema):
    comment = required_text("Well organised, good coffee.", zero_is_empty=True, max_length=MAX_COMMENT_LENGTH)
    rating = rating_number(
        4, "A number, or a number as text. Counts once per user, and never for hosts, who may send 0.", minimum=0
    )


REPORTS = CommentReports(
    find_event_comment_including_hidden,
    lambda comment: f"{links().event(comment.event_id)}/comments",
)


@blp.route("/events/<positive:event_id>/comments")
class EventComments(MethodView):
    @returns_page(EventCommentPageSchema, VerboseEventCommentPageSchema)
    @fails_with({404: MSG_EVENT_NOT_FOUND})
    def get(self, event_id):
        """List the comments on an event, newest first."""
        return render_event_comments(list_event_comments(reader(), event_id, read_paging(), get_caller().user))

    @accepts_body(NewEventCommentSchema)
    @returns_empty(201, location="/v2.1/event_comments/11")
    @fails_with(
        {
            400: (MSG_LOGIN_REQUIRED, *INVALID_COMMENT_MESSAGES),
            403: MSG_EVENT_SWITCHED_OFF,
            404: MSG_EVENT_NOT_FOUND,
        },
        requires_token=True,
    )
    def post(self, event_id):
        """Comment on an event and rate it.

        Only the first rating of a user counts; ratings of hosts never count. The hosts may switch feedback off on
        the web site.
        """
        author = get_caller().user
        if author is None:
            # The contract's status is 400, not 401.
            raise InvalidInput(MSG_LOGIN_REQUIRED)
        params = get_params()
        if params.get("rating") in (None, ""):
            raise InvalidInput(MSG_RATING_REQUIRED)
        rating, text = parse_rating(params), parse_comment_text(params)
        find_event_key(reader(), event_id, author)
        if is_spam(current_app.config, text, client_origin()):
            raise InvalidInput(MSG_SPAM)
        comment = {"author": author, "text": text, "rating": rating, "source": comment_source(), "now": utc_now()}
        comment_id = writer().run(lambda connection: add_event_comment(connection, event_id, **comment))
        return empty_response(201, links().event_comment(comment_id))


@blp.route("/events/<positive:event_id>/comments/reported")
class EventReports(MethodView):
    @with_event(can_edit_event, login_message=MSG_LOGIN_TO_LIST_REPORTS, refusal=MSG_FORBIDDEN)
    @returns(EventReportPageSchema)
    def get(self, event, viewer):
        """List the open reports about comments on an event."""
        page = list_open_reports(db.session, EventCommentReport, event.id)
        reports = [represent_event_report(report, links()) for report in page.items]
        return collection_response("reports", reports, page)


@blp.route("/event_comments/<row_id:comment_id>")
class EventCommentDetail(MethodView):
    @returns(EventCommentPageSchema, VerboseEventCommentPageSchema)
    @fails_with({404: MSG_COMMENT_NOT_FOUND})
    def get(self, comment_id):
        """Show a comment on an event."""
        key = find_event_comment_key(reader(), comment_id, get_caller().user)
        return render_event_comments(single_page(key))


@blp.route("/event_comments/<row_id:comment_id>/reported")
class EventCommentReports(MethodView):
    @returns_empty(202, "The comment is hidden.", location="/v2.1/events/3/comments")
    @fails_with(REPORT_ERRORS)
    def post(self, comment_id):
        """Report a comment. It is hidden until a host decides."""
        return REPORTS.add(comment_id)

    @accepts_body(DecisionSchema)
    @returns_empty(204, location="/v2.1/events/3/comments")
    @fails_with(DECISION_ERRORS)
    def put(self, comment_id):
        """Decide about a reported comment: ``approved`` keeps it hidden, ``denied`` shows it again."""
        return REPORTS.decide(comment_id)


class MissingEventComment(MethodView):
    """The URL without the id of a comment (spec 2.17)."""

    def get(self):
        raise NotFound(MSG_COMMENT_NOT_FOUND)


add_undocumented_route(blp, "/event_comments", MissingEventComment)
