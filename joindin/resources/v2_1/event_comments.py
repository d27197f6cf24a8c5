"""Comments on events: read, write, report, moderate (spec 5)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.akismet import is_spam
from joindin.clock import utc_now
from joindin.errors import Invalid, NotAllowed, NotFound
from joindin.extensions import db
from joindin.models import Event
from joindin.operations.comments import comment_on_event, decide_about_event_comment, report_event_comment
from joindin.permissions import can_edit_event
from joindin.queries.comments import (
    find_any_event_comment,
    find_event_comment,
    list_event_comments,
    list_open_event_reports,
)
from joindin.queries.events import find_event
from joindin.queries.paging import single
from joindin.queries.viewers import view_events
from joindin.representations.v2_1.comments import represent_event_comment, represent_event_report
from joindin.resources.v2_1.answers import collection, empty, is_verbose
from joindin.resources.v2_1.callers import caller, links, origin, signed_in
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.parameters import is_number, params

blp = Blueprint("event comments", __name__, url_prefix="/v2.1", description="What people say about events")

LONGEST_COMMENT = 20_000


@blp.route("/events/<positive:event_id>/comments")
class EventComments(MethodView):
    def get(self, event_id):
        """List the comments on an event, newest first."""
        page = list_event_comments(db.session, event_id, read_paging())
        return collection(
            "comments", [represent_event_comment(each, links(), is_verbose()) for each in page.items], page
        )

    def post(self, event_id):
        """Comment on an event and rate it.

        A person's first rating counts, those of hosts never do.
        """
        author = caller().user
        if author is None:
            # 400, not 401: the original's exception has no code here.
            raise Invalid("You must log in to comment")
        text, rating = _read_comment(params())
        find_event(db.session, event_id, author)
        if is_spam(current_app.config, text, origin()):
            raise Invalid("Comment failed spam check")
        comment = comment_on_event(
            db.session, event_id, author=author, text=text, rating=rating, source=caller().source, now=utc_now()
        )
        db.session.commit()
        return empty(201, links().event_comment(comment.id))


@blp.route("/events/<positive:event_id>/comments/reported")
class ReportedEventComments(MethodView):
    def get(self, event_id):
        """List the open reports about comments on an event."""
        user = signed_in("You must log in to do that")
        _check_may_moderate(event_id, user)
        page = list_open_event_reports(db.session, event_id)
        return collection("reports", [represent_event_report(each, links()) for each in page.items], page)


@blp.route("/event_comments/<row_id:comment_id>")
class OneEventComment(MethodView):
    def get(self, comment_id):
        """Show a comment on an event."""
        comment = find_event_comment(db.session, comment_id)
        return collection("comments", [represent_event_comment(comment, links(), is_verbose())], single(comment))


@blp.route("/event_comments/<row_id:comment_id>/reported")
class EventCommentReports(MethodView):
    def post(self, comment_id):
        """Report a comment. It is hidden until a host decides."""
        reporter = signed_in("You must log in to report a comment")
        comment = find_any_event_comment(db.session, comment_id)
        report_event_comment(db.session, comment, reporter=reporter, now=utc_now())
        db.session.commit()
        return empty(202, f"{links().event(comment.event_id)}/comments")

    def put(self, comment_id):
        """Decide about a reported comment: ``approved`` upholds the report, ``denied`` shows the comment again."""
        decider = signed_in("You must log in to moderate a comment")
        comment = find_any_event_comment(db.session, comment_id)
        _check_may_moderate(comment.event_id, decider)
        decision = params().text("decision")
        decide_about_event_comment(db.session, comment, decider=decider, decision=decision, now=utc_now())
        db.session.commit()
        return empty(204, f"{links().event(comment.event_id)}/comments")


def _read_comment(given):
    if given.get("rating") in (None, ""):
        raise Invalid('The field "rating" is required')
    rating = given["rating"]
    if isinstance(rating, bool | list | dict) or not is_number(str(rating)):
        raise Invalid('The field "rating" must be a number')
    text = given.text("comment")
    if given.is_empty("comment") or not text.strip():
        raise Invalid('The field "comment" is required')
    if len(text) > LONGEST_COMMENT:
        raise Invalid(f"The field 'comment' must not be longer than {LONGEST_COMMENT} characters")
    return text, float(rating)


def _check_may_moderate(event_id, user):
    event = db.session.get(Event, event_id)
    if event is None:
        raise NotFound("Event not found")
    if not can_edit_event(view_events(db.session, user, [event_id]), event):
        raise NotAllowed("You don't have permission to do that")
