"""Pages for reported comments on events and on talks."""

from itertools import groupby

from flask import request

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.models import EventCommentReport, TalkCommentReport
from joindin.operations.comment_reports import resolve_comment_reports
from joindin.permissions import can_moderate_event
from joindin.queries.comment_reports import list_queued_reports
from joindin.queries.comments import find_event_comment_including_hidden
from joindin.queries.talk_comments import find_talk_comment_including_hidden
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.resources.web.admin.common import (
    admin_page,
    blp,
    current_viewer,
    host_filter,
    is_moderator,
    page_links,
    perform_and_redirect,
    read_paging,
    require_permission,
)
from joindin.resources.web.feedback.common import REASON_NAMES
from joindin.utils.datetimes import utc_now

RESULT_MESSAGES = {"approved": "The comment stays hidden.", "denied": "The comment is shown again."}


@blp.get("/reports/")
@require_permission(is_moderator)
def event_reports_page():
    return _reports_page(
        list_queued_reports(db.session, EventCommentReport, read_paging(), host_filter()), is_about_talks=False
    )


@blp.get("/reports/talks/")
@require_permission(is_moderator)
def talk_reports_page():
    return _reports_page(
        list_queued_reports(db.session, TalkCommentReport, read_paging(), host_filter()), is_about_talks=True
    )


@blp.post("/reports/events/<row_id:comment_id>/")
@require_permission(is_moderator)
def resolve_event_reports_action(comment_id):
    comment = find_event_comment_including_hidden(db.session, comment_id)
    return _resolve(comment, "/desk/reports/")


@blp.post("/reports/talks/<row_id:comment_id>/")
@require_permission(is_moderator)
def resolve_talk_reports_action(comment_id):
    comment = find_talk_comment_including_hidden(db.session, comment_id)
    return _resolve(comment, "/desk/reports/talks/")


def _reports_page(page, *, is_about_talks):
    comments = [(comment, list(reports)) for comment, reports in groupby(page.items, key=lambda report: report.comment)]
    return admin_page(
        "reports.html",
        comments=comments,
        is_about_talks=is_about_talks,
        reason_names=REASON_NAMES,
        page=page,
        page_links=page_links(page),
    )


def _resolve(comment, next_path):
    viewer = load_viewer_for_events(db.session, current_viewer().user, [comment.event_id])
    if not can_moderate_event(viewer, comment.event_id):
        raise Forbidden("You can moderate the events that you host only")
    decision = request.form.get("decision", "")

    def operation():
        resolve_comment_reports(
            db.session,
            comment,
            decider=current_viewer().user,
            decision=decision,
            now=utc_now(),
            require_open=True,
        )

    return perform_and_redirect(operation, RESULT_MESSAGES.get(decision, ""), next_path)
