"""Pages to report, edit, delete and answer one comment. Each shows the comment and a button; only the button changes anything."""

from collections.abc import Callable
from functools import partial

from flask import current_app, redirect, request
from wtforms import BooleanField

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import Form, RadioChoice, choices, max_length, required
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, set_page_language
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user, sign_in_required
from joindin.models import MAX_REPORT_NOTE_LENGTH, EventComment, TalkComment
from joindin.operations.comment_reports import report_comment
from joindin.operations.feedback.comment_changes import (
    MAX_ANSWER_LENGTH,
    MSG_NOT_AUTHOR,
    MSG_NOT_SPEAKER,
    answer_talk_comment,
    delete_event_comment,
    delete_talk_comment,
    edit_event_comment,
)
from joindin.operations.talk_comments import check_edit_time, edit_talk_comment
from joindin.queries.feedback.rated_talks import find_answerable_comment, find_shown_comment, has_open_report
from joindin.queries.talks import is_speaker
from joindin.representations.links import talk_path
from joindin.resources.web.feedback.comment_form import MAX_COMMENT_LENGTH, LongTextField
from joindin.resources.web.feedback.comment_lists import comment_address
from joindin.resources.web.feedback.common import REASON_NAMES
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

MODELS = {"talk": TalkComment, "event": EventComment}
METHODS = ["GET", "POST"]


class ReportForm(Form):
    reason = RadioChoice(
        lazy_gettext("Reason"), [required(lazy_gettext("Choose a reason"))], choices=choices(REASON_NAMES.items())
    )
    words = LongTextField(
        lazy_gettext("Note for the hosts"), [max_length(MAX_REPORT_NOTE_LENGTH, lazy_gettext("The note"))]
    )


class TextForm(Form):
    text = LongTextField(
        lazy_gettext("Comment"),
        [required(lazy_gettext("Write a comment")), max_length(MAX_COMMENT_LENGTH, lazy_gettext("The comment"))],
    )


class DeleteForm(Form):
    keeps_rating = BooleanField(lazy_gettext("Keep my rating"))


class AnswerForm(Form):
    text = LongTextField(lazy_gettext("Answer"), [max_length(MAX_ANSWER_LENGTH, lazy_gettext("The answer"))])


def comment_route(action: str) -> Callable:
    """Decorate a page: route it for comments on talks and on events, and call it with the model of the comment."""

    def add(view):
        for kind, model in MODELS.items():
            path = f"/comments/{kind}/<row_id:comment_id>/{action}"
            page = sign_in_required(partial(view, model))
            blp.add_url_rule(path, f"{action}_{kind}_comment", page, methods=METHODS)
        return view

    return add


@comment_route("report")
def report_page(model, comment_id):
    set_page_language()
    comment = find_shown_comment(db.session, model, comment_id, or_reported=True)
    if comment.is_hidden:
        return _reported_page(comment)
    form = ReportForm()
    if not form.validate_on_submit():
        return _page("report", comment, form)
    if not is_repeated_form():
        report_comment(
            db.session,
            comment,
            reporter=require_user(),
            now=utc_now(),
            reason=form.reason.data,
            note=form.words.data or None,
        )
    db.session.commit()
    flash_success(_report_state(comment))
    return redirect(_thread(comment), 303)


def _reported_page(comment):
    """Return the response about a comment that a report has hidden already, as that of a form that was sent twice."""
    state, thread = _report_state(comment), _thread(comment)
    if request.method == "POST":
        flash_success(state)
        return redirect(thread, 303)
    return render_page("web/feedback/comment_reported.html", state=state, thread=thread)


def _report_state(comment):
    if has_open_report(db.session, comment):
        return gettext("The comment is hidden until the hosts have decided.")
    return gettext("The hosts have decided that the comment stays hidden.")


@comment_route("edit")
def edit_page(model, comment_id):
    set_page_language()
    comment = _find_own(model, comment_id)
    form, minutes = TextForm(text=comment.text), current_app.config["MAX_COMMENT_EDIT_MINUTES"]
    edit = edit_talk_comment if model is TalkComment else edit_event_comment
    try:
        check_edit_time(comment, minutes=minutes, now=utc_now())
        if not form.validate_on_submit():
            return _page("edit", comment, form)
        edit(db.session, comment, editor=require_user(), text=form.text.data, minutes=minutes, now=utc_now())
    except InvalidInput:
        db.session.rollback()
        form.add_error(gettext("Comments can be edited for %(number)d minutes only.", number=minutes))
        return _page("edit", _find_own(model, comment_id), form)
    db.session.commit()
    if model is TalkComment and comment.is_private:
        return redirect("/me/comments/", 303)
    return redirect(comment_address(_thread(comment), model, comment.id), 303)


@comment_route("delete")
def delete_page(model, comment_id):
    set_page_language()
    if request.method == "POST" and is_repeated_form():
        return redirect("/me/comments/", 303)
    comment, form = _find_own(model, comment_id, or_hidden=True), DeleteForm()
    # The rating of a hidden comment does not count.
    if model is EventComment or comment.is_hidden or not comment.rating:
        del form.keeps_rating
    if not form.validate_on_submit():
        return _page("delete", comment, form)
    thread = _thread(comment)
    if model is EventComment:
        delete_event_comment(db.session, comment, author=require_user())
    else:
        keeps_rating = "keeps_rating" in form and form.keeps_rating.data
        delete_talk_comment(db.session, comment, author=require_user(), keeps_rating=keeps_rating, now=utc_now())
    db.session.commit()
    flash_success(gettext("Your comment is deleted."))
    return redirect(thread, 303)


@blp.route("/comments/talk/<row_id:comment_id>/answer", methods=METHODS)
@sign_in_required
def answer_comment_page(comment_id):
    """Answer as a speaker. An empty text removes the answer."""
    set_page_language()
    comment = find_answerable_comment(db.session, comment_id)
    if not is_speaker(db.session, comment.talk_id, require_user().id):
        raise Forbidden(MSG_NOT_SPEAKER)
    form = AnswerForm(text=comment.answer or "")
    if not form.validate_on_submit():
        return _page("answer", comment, form)
    answer_talk_comment(db.session, comment, speaker=require_user(), text=form.text.data, now=utc_now())
    db.session.commit()
    if comment.is_private:
        return redirect(f"{_thread(comment)}/results", 303)
    return redirect(comment_address(_thread(comment), TalkComment, comment.id), 303)


def answer_form_page(comment, text, problem):
    """Return the page to answer a comment with a text that was refused; its form is sent to :func:`answer_comment_page`."""
    form = AnswerForm(text=text)
    form.add_error(problem, form.text)
    return _page("answer", comment, form)


def _find_own(model, comment_id, *, or_hidden=False):
    user_id = require_user().id
    comment = find_shown_comment(db.session, model, comment_id, author_id=user_id, or_own_hidden=or_hidden)
    if comment.user_id != user_id:
        raise Forbidden(MSG_NOT_AUTHOR)
    return comment


def _page(action, comment, form):
    return render_page(
        "web/feedback/comment_action.html",
        400 if form.errors else 200,
        action=action,
        comment=comment,
        form=form,
        thread=_thread(comment),
        minutes=current_app.config["MAX_COMMENT_EDIT_MINUTES"],
    )


def _thread(comment):
    if isinstance(comment, TalkComment):
        return talk_path(comment.event, comment.talk)
    return f"/event/{comment.event.slug}/comments"
