"""Comments on events: read, write, report, moderate (spec 5)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db, reader, writer
from joindin.http.request_identity import get_caller
from joindin.operations.comments import add_event_comment, report_event_comment, resolve_event_comment_reports
from joindin.queries.comments import (
    find_event_comment_including_hidden,
    find_event_comment_key,
    list_event_comments,
    list_open_event_reports,
)
from joindin.queries.events import find_event_key
from joindin.queries.paging import single_page
from joindin.representations.schema_fields import ObjectSchema, integer, string
from joindin.representations.v2_1.comments import (
    EventCommentPageSchema,
    EventReportPageSchema,
    VerboseEventCommentPageSchema,
    represent_event_report,
)
from joindin.resources.v2_1.authentication import client_origin, comment_source, links, require_user
from joindin.resources.v2_1.comment_moderation import (
    MSG_COMMENT_NOT_FOUND,
    MSG_FORBIDDEN,
    MSG_INVALID_DECISION,
    MSG_LOGIN_TO_LIST_REPORTS,
    MSG_LOGIN_TO_MODERATE,
    MSG_LOGIN_TO_REPORT,
    DecisionSchema,
    check_can_moderate,
)
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

blp = Blueprint("event comments", __name__, url_prefix="/v2.1", description="What people say about events")

COMMENT_PROBLEMS = (
    MSG_RATING_REQUIRED,
    MSG_RATING_NOT_A_NUMBER,
    MSG_RATING_OUT_OF_RANGE,
    MSG_COMMENT_REQUIRED,
    MSG_SPAM,
    MSG_DUPLICATE_COMMENT,
)


class NewEventCommentSchema(ObjectSchema):
    comment = string("Well organised, good coffee.", maxLength=MAX_COMMENT_LENGTH)
    rating = integer(4, "A number or its text. It counts once a person, and never from hosts.", minimum=1, maximum=5)


@blp.route("/events/<positive:event_id>/comments")
class EventComments(MethodView):
    @returns_page(EventCommentPageSchema, VerboseEventCommentPageSchema)
    def get(self, event_id):
        """List the comments on an event, newest first."""
        return render_event_comments(list_event_comments(reader(), event_id, read_paging()))

    @accepts_body(NewEventCommentSchema)
    @returns_empty(201, location="/v2.1/event_comments/11")
    @fails_with({400: ("You must log in to comment", *COMMENT_PROBLEMS), 404: "Event not found"}, requires_token=True)
    def post(self, event_id):
        """Comment on an event and rate it.

        A person's first rating counts, those of hosts never do.
        """
        author = get_caller().user
        if author is None:
            # 400, not 401: the original's exception has no code here.
            raise InvalidInput("You must log in to comment")
        given = get_params()
        if given.get("rating") in (None, ""):
            raise InvalidInput(MSG_RATING_REQUIRED)
        rating, text = parse_rating(given), parse_comment_text(given)
        find_event_key(reader(), event_id, author)
        if is_spam(current_app.config, text, client_origin()):
            raise InvalidInput(MSG_SPAM)
        said = {"author": author, "text": text, "rating": rating, "source": comment_source(), "now": utc_now()}
        comment_id = writer().run(lambda connection: add_event_comment(connection, event_id, **said))
        return empty_response(201, links().event_comment(comment_id))


@blp.route("/events/<positive:event_id>/comments/reported")
class ReportedEventComments(MethodView):
    @returns(EventReportPageSchema)
    @fails_with({401: MSG_LOGIN_TO_LIST_REPORTS, 403: MSG_FORBIDDEN, 404: "Event not found"})
    def get(self, event_id):
        """List the open reports about comments on an event."""
        user = require_user(MSG_LOGIN_TO_LIST_REPORTS)
        check_can_moderate(event_id, user)
        page = list_open_event_reports(db.session, event_id)
        return collection_response("reports", [represent_event_report(each, links()) for each in page.items], page)


@blp.route("/event_comments/<row_id:comment_id>")
class OneEventComment(MethodView):
    @returns(EventCommentPageSchema, VerboseEventCommentPageSchema)
    @fails_with({404: MSG_COMMENT_NOT_FOUND})
    def get(self, comment_id):
        """Show a comment on an event."""
        return render_event_comments(single_page(find_event_comment_key(reader(), comment_id)))


@blp.route("/event_comments/<row_id:comment_id>/reported")
class EventCommentReports(MethodView):
    @returns_empty(202, "It is hidden.", location="/v2.1/events/3/comments")
    @fails_with({401: MSG_LOGIN_TO_REPORT, 404: MSG_COMMENT_NOT_FOUND})
    def post(self, comment_id):
        """Report a comment. It is hidden until a host decides."""
        reporter = require_user(MSG_LOGIN_TO_REPORT)
        comment = find_event_comment_including_hidden(db.session, comment_id)
        report_event_comment(db.session, comment, reporter=reporter, now=utc_now())
        db.session.commit()
        return empty_response(202, f"{links().event(comment.event_id)}/comments")

    @accepts_body(DecisionSchema)
    @returns_empty(204, location="/v2.1/events/3/comments")
    @fails_with({401: MSG_LOGIN_TO_MODERATE, 403: MSG_FORBIDDEN, 404: MSG_COMMENT_NOT_FOUND, 400: MSG_INVALID_DECISION})
    def put(self, comment_id):
        """Decide about a reported comment: ``approved`` upholds the report, ``denied`` shows the comment again."""
        decider = require_user(MSG_LOGIN_TO_MODERATE)
        comment = find_event_comment_including_hidden(db.session, comment_id)
        check_can_moderate(comment.event_id, decider)
        decision = get_params().text("decision")
        resolve_event_comment_reports(db.session, comment, decider=decider, decision=decision, now=utc_now())
        db.session.commit()
        return empty_response(204, f"{links().event(comment.event_id)}/comments")


class NoComment(MethodView):
    """An address in which the id of a comment is missing (spec 2.17)."""

    def get(self):
        raise NotFound(MSG_COMMENT_NOT_FOUND)


# Past the documentation: nobody is meant to call these.
add_undocumented_route(blp, "/event_comments", NoComment, endpoint="NoEventComment")
add_undocumented_route(blp, "/talk_comments", NoComment, endpoint="NoTalkComment")
