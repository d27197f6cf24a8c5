"""Comments on events: read, write, report, moderate (spec 5)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotFound
from joindin.extensions import db, reader, writer
from joindin.operations.comments import comment_on_event, decide_about_event_comment, report_event_comment
from joindin.queries.comments import (
    find_any_event_comment,
    find_event_comment_key,
    list_event_comments,
    list_open_event_reports,
)
from joindin.queries.events import find_event_key
from joindin.queries.paging import single
from joindin.representations.schema_fields import Shape, text, whole
from joindin.representations.v2_1.comments import (
    EventCommentPageSchema,
    EventReportPageSchema,
    VerboseEventCommentPageSchema,
    represent_event_report,
)
from joindin.resources.v2_1.authentication import caller, links, origin, signed_in
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
from joindin.resources.v2_1.comment_rendering import show_event_comments
from joindin.resources.v2_1.openapi import add_unlisted, does, lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import collection, empty
from joindin.utils.akismet import is_spam
from joindin.utils.datetimes import utc_now

blp = Blueprint("event comments", __name__, url_prefix="/v2.1", description="What people say about events")

COMMENT_PROBLEMS = (NO_RATING, NO_NUMBER, OUT_OF_RANGE, NO_TEXT, SPAM, DUPLICATE)


class NewEventCommentSchema(Shape):
    comment = text("Well organised, good coffee.", maxLength=LONGEST_COMMENT)
    rating = whole(4, "A number or its text. It counts once a person, and never from hosts.", minimum=1, maximum=5)


@blp.route("/events/<positive:event_id>/comments")
class EventComments(MethodView):
    @lists(EventCommentPageSchema, VerboseEventCommentPageSchema)
    def get(self, event_id):
        """List the comments on an event, newest first."""
        return show_event_comments(list_event_comments(reader(), event_id, read_paging()))

    @takes(NewEventCommentSchema)
    @does(201, location="/v2.1/event_comments/11")
    @refuses({400: ("You must log in to comment", *COMMENT_PROBLEMS), 404: "Event not found"}, token=True)
    def post(self, event_id):
        """Comment on an event and rate it.

        A person's first rating counts, those of hosts never do.
        """
        author = caller().user
        if author is None:
            # 400, not 401: the original's exception has no code here.
            raise Invalid("You must log in to comment")
        given = params()
        if given.get("rating") in (None, ""):
            raise Invalid(NO_RATING)
        rating, text = read_rating(given), read_comment_text(given)
        find_event_key(reader(), event_id, author)
        if is_spam(current_app.config, text, origin()):
            raise Invalid(SPAM)
        said = {"author": author, "text": text, "rating": rating, "source": caller().source, "now": utc_now()}
        comment_id = writer().write(lambda connection: comment_on_event(connection, event_id, **said))
        return empty(201, links().event_comment(comment_id))


@blp.route("/events/<positive:event_id>/comments/reported")
class ReportedEventComments(MethodView):
    @shows(EventReportPageSchema)
    @refuses({401: TO_LIST, 403: NOT_YOURS, 404: "Event not found"})
    def get(self, event_id):
        """List the open reports about comments on an event."""
        user = signed_in(TO_LIST)
        check_may_moderate(event_id, user)
        page = list_open_event_reports(db.session, event_id)
        return collection("reports", [represent_event_report(each, links()) for each in page.items], page)


@blp.route("/event_comments/<row_id:comment_id>")
class OneEventComment(MethodView):
    @shows(EventCommentPageSchema, VerboseEventCommentPageSchema)
    @refuses({404: NO_COMMENT})
    def get(self, comment_id):
        """Show a comment on an event."""
        return show_event_comments(single(find_event_comment_key(reader(), comment_id)))


@blp.route("/event_comments/<row_id:comment_id>/reported")
class EventCommentReports(MethodView):
    @does(202, "It is hidden.", location="/v2.1/events/3/comments")
    @refuses({401: TO_REPORT, 404: NO_COMMENT})
    def post(self, comment_id):
        """Report a comment. It is hidden until a host decides."""
        reporter = signed_in(TO_REPORT)
        comment = find_any_event_comment(db.session, comment_id)
        report_event_comment(db.session, comment, reporter=reporter, now=utc_now())
        db.session.commit()
        return empty(202, f"{links().event(comment.event_id)}/comments")

    @takes(DecisionSchema)
    @does(204, location="/v2.1/events/3/comments")
    @refuses({401: TO_MODERATE, 403: NOT_YOURS, 404: NO_COMMENT, 400: NO_DECISION})
    def put(self, comment_id):
        """Decide about a reported comment: ``approved`` upholds the report, ``denied`` shows the comment again."""
        decider = signed_in(TO_MODERATE)
        comment = find_any_event_comment(db.session, comment_id)
        check_may_moderate(comment.event_id, decider)
        decision = params().text("decision")
        decide_about_event_comment(db.session, comment, decider=decider, decision=decision, now=utc_now())
        db.session.commit()
        return empty(204, f"{links().event(comment.event_id)}/comments")


class NoComment(MethodView):
    """An address in which the id of a comment is missing (spec 2.17)."""

    def get(self):
        raise NotFound(NO_COMMENT)


# Past the documentation: nobody is meant to call these.
add_unlisted(blp, "/event_comments", NoComment, endpoint="NoEventComment")
add_unlisted(blp, "/talk_comments", NoComment, endpoint="NoTalkComment")
