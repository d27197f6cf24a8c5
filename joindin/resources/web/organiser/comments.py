"""The page of reported comments at an event and of texts of guests, about which its hosts decide."""

from itertools import groupby

from flask import redirect, request

from joindin.errors import Conflict, Forbidden, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_error
from joindin.http.pages.languages import gettext
from joindin.http.sessions import require_user
from joindin.models import EventCommentReport, TalkCommentReport
from joindin.operations.comment_reports import resolve_comment_reports, reveal_author
from joindin.operations.feedback.guest_texts import reject_guest_text, release_guest_text
from joindin.permissions import can_reveal_author
from joindin.queries.comment_reports import list_open_reports, list_reported_comment_ids
from joindin.queries.comments import find_event_comment_including_hidden
from joindin.queries.organiser.history import list_comment_history
from joindin.queries.organiser.moderation import find_waiting_text, list_ids_of_waiting_texts, list_waiting_texts
from joindin.queries.talk_comments import find_talk_comment_including_hidden
from joindin.resources.web.feedback.common import REASON_NAMES
from joindin.resources.web.organiser.common import (
    Item,
    blp,
    manage_path,
    organiser_page,
    page_links,
    perform,
    read_paging,
    redirect_to_next,
    with_managed_event,
)
from joindin.utils.datetimes import utc_now
from joindin.viewer import Viewer

# As many comments are shown at a time; the next ones follow when these are decided.
MAX_COMMENTS = 50
# In the order of the page, which is that of the names.
REPORTS = {"events": EventCommentReport, "talks": TalkCommentReport}
REPORT_MESSAGES = {"approved": "The comment stays hidden.", "denied": "The comment is shown again."}
TEXT_MESSAGES = {"release": "The text is released.", "reject": "The text stays hidden."}


@blp.get("/event/<slug>/manage/comments/")
@with_managed_event
def comments_page(event):
    return _page(event)


def _page(event, revealed=None):
    """``revealed`` is a comment with its author, whose hidden name is shown."""
    texts = list_waiting_texts(db.session, event.id, read_paging())
    return organiser_page(
        "comments.html",
        event,
        revealed=revealed,
        can_reveal=can_reveal_author(Viewer(require_user())),
        reason_names=REASON_NAMES,
        reported=[(kind, _group(list_open_reports(db.session, report, event.id))) for kind, report in REPORTS.items()],
        texts=texts.items,
        page_links=page_links(texts),
        history=list_comment_history(db.session, event.id),
    )


@blp.post("/event/<slug>/manage/comments/events/<row_id:comment_id>/")
@with_managed_event
def decide_event_comment_action(event, comment_id):
    return _decide(event, "events", find_event_comment_including_hidden(db.session, comment_id))


@blp.post("/event/<slug>/manage/comments/talks/<row_id:comment_id>/")
@with_managed_event
def decide_talk_comment_action(event, comment_id):
    return _decide(event, "talks", find_talk_comment_including_hidden(db.session, comment_id))


@blp.post("/event/<slug>/manage/comments/talks/<row_id:comment_id>/author/")
@with_managed_event
def reveal_author_action(event, comment_id):
    """Show the page with the hidden name of the author. Nothing but this response has the name."""
    if not can_reveal_author(Viewer(require_user())):
        raise Forbidden("Only the administrators of this site see a hidden name")
    comment = _check_event(event, find_talk_comment_including_hidden(db.session, comment_id))
    try:
        author = reveal_author(db.session, comment, actor=require_user())
    except Conflict as error:
        db.session.rollback()
        flash_error(gettext(str(error)))
        return redirect(manage_path(event, "comments/"), 303)
    db.session.commit()
    return _page(event, (comment_id, author))


@blp.post("/event/<slug>/manage/texts/<row_id:comment_id>/")
@with_managed_event
def decide_text_action(event, comment_id):
    comment = find_waiting_text(db.session, event.id, comment_id)
    decision = request.form.get("decision", "")

    def operation():
        if decision not in TEXT_MESSAGES:
            raise InvalidInput("Choose one of the buttons.")
        decide = release_guest_text if decision == "release" else reject_guest_text
        decide(db.session, comment, actor=require_user(), now=utc_now())

    perform(operation, gettext(TEXT_MESSAGES.get(decision, "")))
    items = [Item("text", id_) for id_ in list_ids_of_waiting_texts(db.session, event.id)]
    return redirect_to_next(event, "comments/", "texts", items, Item("text", comment_id))


def _group(page):
    """Return comments with their reports."""
    reports = sorted(page.items, key=lambda report: (report.comment_id, report.id))
    groups = [(list(group)) for _, group in groupby(reports, key=lambda report: report.comment_id)]
    return [(group[0].comment, group) for group in groups[:MAX_COMMENTS]]


def _check_event(event, comment):
    if comment.event_id != event.id:
        raise NotFound("Comment not found")
    return comment


def _decide(event, kind, comment):
    _check_event(event, comment)
    decision, decided = request.form.get("decision", ""), Item(kind, comment.id)

    def operation():
        resolve_comment_reports(
            db.session, comment, decider=require_user(), decision=decision, now=utc_now(), require_open=True
        )

    perform(operation, gettext(REPORT_MESSAGES.get(decision, "")))
    items = [
        Item(reported_kind, id_)
        for reported_kind, report in REPORTS.items()
        for id_ in list_reported_comment_ids(db.session, report, event.id)
    ]
    return redirect_to_next(event, "comments/", "reported", items, decided, is_paged=False)
