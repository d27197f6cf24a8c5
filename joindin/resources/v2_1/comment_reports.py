"""Reporting comments and deciding about the reports, for comments on events and on talks (spec 5.4 to 5.6, 8.4 to 8.6)."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.models import Event, EventComment, TalkComment
from joindin.operations.comment_reports import report_comment, resolve_comment_reports
from joindin.permissions import can_edit_event
from joindin.queries.comments import MSG_COMMENT_NOT_FOUND
from joindin.queries.event_visibility import check_event_access
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.resources.v2_1.authentication import require_user
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import empty_response
from joindin.utils.datetimes import utc_now

MSG_LOGIN_TO_MODERATE = "You must log in to moderate a comment"
MSG_LOGIN_TO_REPORT = "You must log in to report a comment"
MSG_LOGIN_TO_LIST_REPORTS = "You must log in to do that"
MSG_FORBIDDEN = "You don't have permission to do that"
MSG_INVALID_DECISION = "Unexpected decision"

REPORT_ERRORS = {401: MSG_LOGIN_TO_REPORT, 404: MSG_COMMENT_NOT_FOUND}
DECISION_ERRORS = {
    401: MSG_LOGIN_TO_MODERATE,
    403: MSG_FORBIDDEN,
    404: MSG_COMMENT_NOT_FOUND,
    400: MSG_INVALID_DECISION,
}


class DecisionSchema(ObjectSchema):
    decision = string("denied", enum=["approved", "denied"])


@dataclass(frozen=True)
class CommentReports:
    """Reports about one type of comments.

    ``comments_url`` returns the URL of the list that a comment belongs to.
    """

    find_comment: Callable
    comments_url: Callable[[EventComment | TalkComment], str]

    def add(self, comment_id: int) -> Response:
        """Report a comment.

        :raises Unauthenticated, NotFound: in that order.
        """
        reporter = require_user(MSG_LOGIN_TO_REPORT)
        comment = self._find_comment(comment_id, reporter)
        report_comment(db.session, comment, reporter=reporter, now=utc_now())
        db.session.commit()
        return empty_response(202, self.comments_url(comment))

    def decide(self, comment_id: int) -> Response:
        """Decide about all reports of a comment, as a host of its event or an admin.

        :raises Unauthenticated, NotFound, Forbidden, InvalidInput: in that order.
        """
        decider = require_user(MSG_LOGIN_TO_MODERATE)
        comment = self._find_comment(comment_id, decider)
        event = db.session.get_one(Event, comment.event_id)
        # The operation logs each decision: no second entry for admins who do not host the event.
        if not can_edit_event(load_viewer_for_events(db.session, decider, [event.id]), event):
            raise Forbidden(MSG_FORBIDDEN)
        decision = get_params().text("decision")
        resolve_comment_reports(db.session, comment, decider=decider, decision=decision, now=utc_now())
        db.session.commit()
        return empty_response(204, self.comments_url(comment))

    def _find_comment(self, comment_id, user):
        comment = self.find_comment(db.session, comment_id)
        check_event_access(
            db.session, comment.event_id, user, MSG_COMMENT_NOT_FOUND, is_public=comment.event.is_visible
        )
        return comment
