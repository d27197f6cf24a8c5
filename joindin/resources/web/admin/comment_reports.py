"""Reported comments: those on events, and those on talks."""

from itertools import groupby

from flask import request

from joindin.errors import NotAllowed
from joindin.extensions import db
from joindin.operations.comments import decide_about_event_comment
from joindin.operations.talk_comments import decide_about_talk_comment
from joindin.permissions import can_moderate_event
from joindin.queries.comments import find_any_event_comment
from joindin.queries.moderation_queue import list_event_reports, list_talk_reports
from joindin.queries.talk_comments import find_hidden_talk_comment
from joindin.queries.viewer_relations import view_events
from joindin.resources.web.admin.common import (
    blp,
    carry_out,
    hosted_by,
    moderates,
    neighbours,
    only_for,
    read_paging,
    show,
    viewer,
)
from joindin.utils.datetimes import utc_now

DONE = {"approved": "The comment stays hidden.", "denied": "The comment is shown again."}


@blp.get("/reports/")
@only_for(moderates)
def show_event_reports():
    return _show(list_event_reports(db.session, read_paging(), hosted_by()), is_about_talks=False)


@blp.get("/reports/talks/")
@only_for(moderates)
def show_talk_reports():
    return _show(list_talk_reports(db.session, read_paging(), hosted_by()), is_about_talks=True)


@blp.post("/reports/events/<row_id:comment_id>/")
@only_for(moderates)
def decide_about_event(comment_id):
    comment = find_any_event_comment(db.session, comment_id)
    return _decide(decide_about_event_comment, comment, "/desk/reports/")


@blp.post("/reports/talks/<row_id:comment_id>/")
@only_for(moderates)
def decide_about_talk(comment_id):
    comment = find_hidden_talk_comment(db.session, comment_id)
    return _decide(decide_about_talk_comment, comment, "/desk/reports/talks/")


def _show(page, *, is_about_talks):
    comments = [(comment, list(reports)) for comment, reports in groupby(page.items, key=lambda report: report.comment)]
    return show(
        "reports.html", comments=comments, is_about_talks=is_about_talks, page=page, neighbours=neighbours(page)
    )


def _decide(operation, comment, on):
    mine = view_events(db.session, viewer().user, [comment.event_id])
    if not can_moderate_event(mine, comment.event_id):
        raise NotAllowed("You moderate the events that you host, and this is another one")
    decision = request.form.get("decision", "")

    def work():
        operation(db.session, comment, decider=viewer().user, decision=decision, now=utc_now(), only_open=True)

    return carry_out(work, DONE.get(decision, ""), on)
