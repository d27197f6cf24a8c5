"""Comments on talks: read, write, edit, report, moderate (spec 8)."""

import datetime as dt

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid
from joindin.extensions import db, reader, writer
from joindin.jobs.mail_notifications import announce_mail
from joindin.operations.comments import RATINGS
from joindin.operations.talk_comments import (
    RateLimit,
    check_comment_rate,
    comment_on_talk,
    decide_about_talk_comment,
    edit_talk_comment,
    report_talk_comment,
)
from joindin.permissions import can_edit_event
from joindin.queries.paging import single
from joindin.queries.talk_comments import (
    find_hidden_talk_comment,
    find_talk_comment,
    find_talk_comment_key,
    list_event_talk_comments,
    list_open_talk_reports,
    list_talk_comments,
    list_user_talk_comments,
)
from joindin.queries.talks import find_talk_key
from joindin.representations.schema_fields import Shape, flag, text, whole
from joindin.representations.v2_1.talk_comments import (
    TalkCommentPageSchema,
    TalkReportPageSchema,
    VerboseTalkCommentPageSchema,
    represent_talk_comment,
    represent_talk_report,
)
from joindin.resources.v2_1.authentication import caller, links, origin, signed_in
from joindin.resources.v2_1.authorization import for_event
from joindin.resources.v2_1.comment_moderation import (
    NO_COMMENT,
    NO_DECISION,
    NOT_YOURS,
    TO_LIST,
    TO_MODERATE,
    TO_REPORT,
    DecisionSchema,
    check_may_moderate,
)
from joindin.resources.v2_1.comment_parsing import (
    DUPLICATE,
    LONGEST_COMMENT,
    NO_NUMBER,
    NO_RATING,
    NO_TEXT,
    OUT_OF_RANGE,
    SPAM,
    read_comment_text,
    read_rating,
)
from joindin.resources.v2_1.comment_rendering import show_talk_comments
from joindin.resources.v2_1.openapi import does, lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import collection, empty
from joindin.utils.akismet import is_spam
from joindin.utils.datetimes import utc_now

blp = Blueprint("talk comments", __name__, url_prefix="/v2.1", description="What people say about talks")

TO_COMMENT = "You must be logged in to create data"
TO_EDIT = "You must log in to edit a comment"
NOT_THE_AUTHOR = "You are not the comment author"
TOO_LATE = "Cannot edit the comment after 15 minutes"
TOO_OFTEN = "Rate limit exceeded. Try again in 1200 seconds"


class NewTalkCommentSchema(Shape):
    comment = text("I could follow every step.", maxLength=LONGEST_COMMENT)
    rating = whole(5, "A number or its text. It counts once a person, and never from speakers.", minimum=1, maximum=5)
    private = flag(False, "For the speakers alone, who get it by mail. `0`, `1` and their texts do as well.")


class EditedTalkCommentSchema(Shape):
    comment = text("I could follow every step but one.", maxLength=LONGEST_COMMENT)


@blp.route("/talks/<positive:talk_id>/comments")
class TalkComments(MethodView):
    @lists(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    def get(self, talk_id):
        """List the comments on a talk, oldest first."""
        return show_talk_comments(list_talk_comments(reader(), talk_id, read_paging()))

    @takes(NewTalkCommentSchema)
    @does(201, location="/v2.1/talk_comments/11")
    @refuses(
        {
            401: TO_COMMENT,
            404: "Talk not found",
            400: (NO_TEXT, NO_RATING, NO_NUMBER, OUT_OF_RANGE, SPAM, DUPLICATE),
            429: TOO_OFTEN,
        }
    )
    def post(self, talk_id):
        """Comment on a talk and rate it. Its speakers hear of it by mail.

        A person's first rating counts, those of speakers never do. A private comment is shown to nobody.
        """
        author = signed_in(TO_COMMENT)
        find_talk_key(reader(), talk_id)
        text, rating = _read_comment(params())
        limit, now = _rate_limit(), utc_now()
        # Asked again once nobody else can write as this person; asked now because it comes before the spam check.
        check_comment_rate(reader(), author, limit, now=now)
        if is_spam(current_app.config, text, origin()):
            raise Invalid(SPAM)
        said = {
            "author": author,
            "text": text,
            "rating": rating,
            "is_private": not params().is_empty("private"),
            "source": caller().source,
            "limit": limit,
            "now": now,
        }
        comment_id, is_told = writer().write(lambda connection: comment_on_talk(connection, talk_id, **said))
        if is_told:
            announce_mail()
        return empty(201, links().talk_comment(comment_id))


@blp.route("/events/<positive:event_id>/talk_comments")
class EventTalkComments(MethodView):
    @lists(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    def get(self, event_id):
        """List the comments on all talks of an event, newest first."""
        return show_talk_comments(list_event_talk_comments(reader(), event_id, read_paging()))


@blp.route("/users/<positive:user_id>/talk_comments")
class UserTalkComments(MethodView):
    @lists(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    def get(self, user_id):
        """List what somebody said about talks, newest first."""
        return show_talk_comments(list_user_talk_comments(reader(), user_id, read_paging()))


@blp.route("/events/<positive:event_id>/talk_comments/reported")
class ReportedTalkComments(MethodView):
    @for_event(
        can_edit_event,
        sign_in=TO_LIST,
        refusal=NOT_YOURS,
    )
    @shows(TalkReportPageSchema)
    def get(self, event, viewer):
        """List the open reports about comments on talks of an event."""
        page = list_open_talk_reports(db.session, event.id)
        return collection("reports", [represent_talk_report(each, links()) for each in page.items], page)


@blp.route("/talk_comments/<row_id:comment_id>")
class OneTalkComment(MethodView):
    @shows(TalkCommentPageSchema, VerboseTalkCommentPageSchema)
    @refuses({404: NO_COMMENT})
    def get(self, comment_id):
        """Show a comment on a talk."""
        return show_talk_comments(single(find_talk_comment_key(reader(), comment_id)))

    @takes(EditedTalkCommentSchema)
    @shows(TalkCommentPageSchema)
    @refuses({401: TO_EDIT, 400: (NO_TEXT, TOO_LATE), 404: NO_COMMENT, 403: NOT_THE_AUTHOR})
    def put(self, comment_id):
        """Change the words of one's own comment, within 15 minutes."""
        editor = signed_in(TO_EDIT)
        text = read_comment_text(params())
        comment = find_talk_comment(db.session, comment_id)
        minutes = current_app.config["MAX_COMMENT_EDIT_MINUTES"]
        edit_talk_comment(db.session, comment, editor=editor, text=text, minutes=minutes, now=utc_now())
        db.session.commit()
        # In the short form, whatever was asked for: as in the original.
        return collection("comments", [represent_talk_comment(comment, links())], single(comment))


@blp.route("/talk_comments/<row_id:comment_id>/reported")
class TalkCommentReports(MethodView):
    @does(202, "It is hidden.", location="/v2.1/talks/42/comments")
    @refuses({401: TO_REPORT, 404: NO_COMMENT})
    def post(self, comment_id):
        """Report a comment on a talk. It is hidden until a host decides."""
        reporter = signed_in(TO_REPORT)
        comment = find_hidden_talk_comment(db.session, comment_id)
        report_talk_comment(db.session, comment, reporter=reporter, now=utc_now())
        db.session.commit()
        return empty(202, f"{links().talk(comment.talk_id)}/comments")

    @takes(DecisionSchema)
    @does(204, location="/v2.1/talks/42/comments")
    @refuses({401: TO_MODERATE, 403: NOT_YOURS, 404: NO_COMMENT, 400: NO_DECISION})
    def put(self, comment_id):
        """Decide about a reported comment: ``approved`` upholds the report, ``denied`` shows the comment again."""
        decider = signed_in(TO_MODERATE)
        comment = find_hidden_talk_comment(db.session, comment_id)
        check_may_moderate(comment.event_id, decider)
        decision = params().text("decision")
        decide_about_talk_comment(db.session, comment, decider=decider, decision=decision, now=utc_now())
        db.session.commit()
        return empty(204, f"{links().talk(comment.talk_id)}/comments")


def _read_comment(given):
    text = read_comment_text(given)
    if given.is_empty("rating"):
        raise Invalid(NO_RATING)
    rating = read_rating(given)
    if not RATINGS[0] <= rating <= RATINGS[-1]:
        raise Invalid(OUT_OF_RANGE)
    # The original's column rounds what is no whole number, half up.
    return text, int(rating + 0.5)


def _rate_limit():
    settings = current_app.config
    return RateLimit(settings["TALK_COMMENT_LIMIT"], dt.timedelta(minutes=settings["TALK_COMMENT_WINDOW"]))
