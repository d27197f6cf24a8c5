"""Comments on talks: reading, writing, editing, reporting and moderating (spec 8)."""

import datetime as dt

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db, reader, writer
from joindin.http.request_identity import get_caller
from joindin.models import TalkCommentReport
from joindin.operations.comments import RATINGS
from joindin.operations.feedback.windows import MSG_EVENT_SWITCHED_OFF, MSG_SWITCHED_OFF
from joindin.operations.talk_comments import (
    CommentRateLimit,
    add_talk_comment,
    check_comment_rate,
    edit_talk_comment,
)
from joindin.permissions import can_edit_event
from joindin.queries.comment_reports import list_open_reports
from joindin.queries.comments import MSG_COMMENT_NOT_FOUND
from joindin.queries.event_visibility import MSG_EVENT_NOT_FOUND, check_event_access
from joindin.queries.paging import single_page
from joindin.queries.talk_comments import (
    find_talk_comment,
    find_talk_comment_including_hidden,
    find_talk_comment_key,
    list_event_talk_comments,
    list_talk_comments,
    list_user_talk_comments,
)
from joindin.queries.talks import find_talk_key
from joindin.representations.schema_fields import ObjectSchema
from joindin.representations.v2_1.comment_reports import TalkReportPageSchema, represent_talk_report
from joindin.representations.v2_1.talk_comments import (
    TalkCommentPageSchema,
    VerboseTalkCommentPageSchema,
    represent_talk_comment,
)
from joindin.resources.v2_1.authentication import comment_source, require_user
from joindin.resources.v2_1.authorization import with_event
from joindin.resources.v2_1.body_fields import anything, rating_number, required_text
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
from joindin.resources.v2_1.rendering import render_talk_comments
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response
from joindin.utils.akismet import is_spam
from joindin.utils.datetimes import utc_now

blp = Blueprint("talk comments", __name__, url_prefix="/v2.1", description="Comments on talks")

MSG_LOGIN_TO_COMMENT = "You must be logged in to create data"
MSG_LOGIN_TO_EDIT = "You must log in to edit a comment"
MSG_NOT_AUTHOR = "You are not the comment author"
MSG_TOO_LATE = "Cannot edit the comment after 15 minutes"
MSG_RATE_LIMITED = "Rate limit exceeded. Try again in 1200 seconds"
NEW_COMMENT_ERRORS = {
    401: MSG_LOGIN_TO_COMMENT,
    404: "Talk not found",
    403: (MSG_SWITCHED_OFF, MSG_EVENT_SWITCHED_OFF),
    400: (
        MSG_COMMENT_REQUIRED,
        MSG_RATING_REQUIRED,
        MSG_RATING_NOT_A_NUMBER,
        MSG_RATING_OUT_OF_RANGE,
        MSG_SPAM,
        MSG_DUPLICATE_COMMENT,
    ),
    429: MSG_RATE_LIMITED,
}


class NewTalkCommentSchema(ObjectSchema):
    comment = required_text("I could follow every step.", zero_is_empty=True, max_length=MAX_COMMENT_LENGTH)
    rating = rating_number(5, "A number, or a number as text. Counts once per user, and never for speakers.")
    private = anything(
        {"type": "boolean"},
        False,
        "For the speakers only, who get it by mail. `0`, an empty text and null are false, and other values true.",
    )


class EditedTalkCommentSchema(ObjectSchema):
    comment = required_text("I could follow every step but one.", zero_is_empty=True, max_length=MAX_COMMENT_LENGTH)


REPORTS = CommentReports(
    find_talk_comment_including_hidden,
    lambda comment: f"{links().talk(comment.talk_id)}/comments",
)


@blp.route("/talks/<positive:talk_id>/comments")
class TalkComments(MethodView):
    @returns_page(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    @fails_with({404: "Talk not found"})
    def get(self, talk_id):
        """List the comments on a talk, oldest first."""
        return render_talk_comments(list_talk_comments(reader(), talk_id, read_paging(), get_caller().user))

    @accepts_body(NewTalkCommentSchema)
    @returns_empty(201, location="/v2.1/talk_comments/11")
    @fails_with(NEW_COMMENT_ERRORS)
    def post(self, talk_id):
        """Comment on a talk and rate it. Its speakers get the comment by mail.

        Only the first rating of a user counts; ratings of speakers never count. Private comments are not listed. The speakers
        of a talk may switch feedback on it off on the web site, and the hosts feedback on the event and all its talks.
        """
        author = require_user(MSG_LOGIN_TO_COMMENT)
        find_talk_key(reader(), talk_id)
        params = get_params()
        text, rating = _parse_comment(params)
        limit, now = _rate_limit(), utc_now()
        # Checked here to save the spam check, and again by the operation under the lock of the author.
        check_comment_rate(reader(), author, limit, now=now)
        if is_spam(current_app.config, text, client_origin()):
            raise InvalidInput(MSG_SPAM)
        comment = {
            "author": author,
            "text": text,
            "rating": rating,
            "is_private": not params.is_empty("private"),
            "source": comment_source(),
            "limit": limit,
            "now": now,
        }
        comment_id = writer().run(lambda connection: add_talk_comment(connection, talk_id, **comment))
        return empty_response(201, links().talk_comment(comment_id))


@blp.route("/events/<positive:event_id>/talk_comments")
class EventTalkComments(MethodView):
    @returns_page(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    @fails_with({404: MSG_EVENT_NOT_FOUND})
    def get(self, event_id):
        """List the comments on all talks of an event, newest first."""
        page = list_event_talk_comments(reader(), event_id, read_paging(), get_caller().user)
        return render_talk_comments(page)


@blp.route("/users/<positive:user_id>/talk_comments")
class UserTalkComments(MethodView):
    @returns_page(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    def get(self, user_id):
        """List the comments of a user on talks, newest first."""
        return render_talk_comments(list_user_talk_comments(reader(), user_id, read_paging(), get_caller().user))


@blp.route("/events/<positive:event_id>/talk_comments/reported")
class TalkReports(MethodView):
    @with_event(can_edit_event, login_message=MSG_LOGIN_TO_LIST_REPORTS, refusal=MSG_FORBIDDEN)
    @returns(TalkReportPageSchema)
    def get(self, event, viewer):
        """List the open reports about comments on talks of an event."""
        page = list_open_reports(db.session, TalkCommentReport, event.id)
        reports = [represent_talk_report(report, links()) for report in page.items]
        return collection_response("reports", reports, page)


@blp.route("/talk_comments/<row_id:comment_id>")
class TalkCommentDetail(MethodView):
    @returns(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    @fails_with({404: MSG_COMMENT_NOT_FOUND})
    def get(self, comment_id):
        """Show a comment on a talk."""
        return render_talk_comments(single_page(find_talk_comment_key(reader(), comment_id, get_caller().user)))

    @accepts_body(EditedTalkCommentSchema)
    @returns(TalkCommentPageSchema)
    @fails_with(
        {
            401: MSG_LOGIN_TO_EDIT,
            400: (MSG_COMMENT_REQUIRED, MSG_TOO_LATE),
            404: MSG_COMMENT_NOT_FOUND,
            403: MSG_NOT_AUTHOR,
        }
    )
    def put(self, comment_id):
        """Change the text of one's own comment, within 15 minutes."""
        editor = require_user(MSG_LOGIN_TO_EDIT)
        text = parse_comment_text(get_params())
        comment = find_talk_comment(db.session, comment_id)
        is_public = comment.event.is_visible
        check_event_access(db.session, comment.event_id, editor, MSG_COMMENT_NOT_FOUND, is_public=is_public)
        minutes = current_app.config["MAX_COMMENT_EDIT_MINUTES"]
        edit_talk_comment(db.session, comment, editor=editor, text=text, minutes=minutes, now=utc_now())
        db.session.commit()
        # The contract ignores ``verbose`` here.
        return collection_response("comments", [represent_talk_comment(comment, links())], single_page(comment))


@blp.route("/talk_comments/<row_id:comment_id>/reported")
class TalkCommentReports(MethodView):
    @returns_empty(202, "The comment is hidden.", location="/v2.1/talks/42/comments")
    @fails_with(REPORT_ERRORS)
    def post(self, comment_id):
        """Report a comment on a talk. It is hidden until a host decides."""
        return REPORTS.add(comment_id)

    @accepts_body(DecisionSchema)
    @returns_empty(204, location="/v2.1/talks/42/comments")
    @fails_with(DECISION_ERRORS)
    def put(self, comment_id):
        """Decide about a reported comment: ``approved`` keeps it hidden, ``denied`` shows it again."""
        return REPORTS.decide(comment_id)


class MissingTalkComment(MethodView):
    """The URL without the id of a comment (spec 2.17)."""

    def get(self):
        raise NotFound(MSG_COMMENT_NOT_FOUND)


add_undocumented_route(blp, "/talk_comments", MissingTalkComment)


def _parse_comment(params):
    text = parse_comment_text(params)
    if params.is_empty("rating"):
        raise InvalidInput(MSG_RATING_REQUIRED)
    rating = parse_rating(params)
    if not RATINGS[0] <= rating <= RATINGS[-1]:
        raise InvalidInput(MSG_RATING_OUT_OF_RANGE)
    # Fractions are rounded half up, like the integer column of the original does.
    return text, int(rating + 0.5)


def _rate_limit():
    settings = current_app.config
    return CommentRateLimit(settings["TALK_COMMENT_LIMIT"], dt.timedelta(minutes=settings["TALK_COMMENT_WINDOW"]))
