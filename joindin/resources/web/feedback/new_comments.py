"""New comments on talks and events, by signed-in people.

A text that was written is never lost. If the form has expired, or its author is not signed in any more, the page comes back with the
text and a new token. Nothing is stored without a valid token.
"""

import datetime as dt

from flask import current_app, redirect

from joindin.errors import InvalidInput
from joindin.extensions import db, reader, writer
from joindin.http.pages.csrf import CSRF_FIELD, CsrfFailed, csrf
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, set_page_language
from joindin.http.pages.repeated_forms import SENT_FORM
from joindin.http.sessions import session_user
from joindin.models import EventComment, TalkComment
from joindin.models.talk_comments import ANONYMOUS, SPEAKERS
from joindin.operations.comments import add_event_comment
from joindin.operations.feedback.talk_ratings import Rater, get_rating
from joindin.operations.feedback.windows import (
    check_event_feedback_not_closed,
    check_feedback_open,
    event_feedback_window,
    feedback_window,
)
from joindin.operations.talk_comments import CommentRateLimit, add_talk_comment, check_comment_rate
from joindin.queries.event_settings import load_event_settings
from joindin.queries.feedback.rated_talks import get_sent_comment_id
from joindin.representations.links import talk_path
from joindin.resources.web.feedback.comment_form import can_rate_event, can_rate_talk, comment_form_for
from joindin.resources.web.feedback.comment_lists import comment_address
from joindin.resources.web.feedback.common import MSG_SPAM, REFUSALS, SOURCE, refusal_page, sender_origin
from joindin.resources.web.feedback.talk_access import with_talk
from joindin.resources.web.public.event_frame import load_event_frame, with_event
from joindin.resources.web.public.pages import blp
from joindin.utils.akismet import is_spam
from joindin.utils.datetimes import utc_now
from joindin.viewer import UserSnapshot

MSG_ASKS_FOR_RATING = "You have not chosen a rating. Choose one below, or send the comment without."


@blp.get("/event/<slug>/<talk_slug>/comments")
@blp.get("/talk/<stub>/comments")
@with_talk
def talk_comments_redirect(event, talk):
    return redirect(f"{talk_path(event, talk)}#comments", 302)


@blp.post("/event/<slug>/<talk_slug>/comments")
@blp.post("/talk/<stub>/comments")
@csrf.exempt
@with_talk
def add_talk_comment_action(event, talk):
    set_page_language()
    settings = load_event_settings(db.session, event.id)
    form = comment_form_for(settings)
    subject = {"event": event, "talk": talk, "back": talk_path(event, talk)}
    if (response := _refuse_form(form, subject)) is not None:
        return response
    try:
        check_feedback_open(feedback_window(event, talk, settings, now=utc_now()))
    except REFUSALS as error:
        return _refusal_page(form, subject, error)
    author = _author()
    if _asks_for_rating(form, talk, author):
        return _form_page(form, subject, asks_for_rating=True)
    level = form.level.data if "level" in form else None
    is_private = level == SPEAKERS
    values = {
        "author": author,
        "text": form.text.data,
        "rating": form.rating_number if "rating" in form else 0,
        "is_private": is_private,
        "is_name_hidden": level == ANONYMOUS or (is_private and "nameless" in form and form.nameless.data),
        "source": SOURCE,
        "limit": _rate_limit(),
        "now": utc_now(),
    }
    try:
        check_comment_rate(reader(), author, values["limit"], now=values["now"])
        _check_spam(form.text.data)
        comment_id = writer().run(lambda connection: add_talk_comment(connection, talk.id, **values))
    except REFUSALS as error:
        level = {"is_private": is_private, "is_name_hidden": values["is_name_hidden"]}
        comment_id = _sent_comment_id(TalkComment, author, values, talk_id=talk.id, **level)
        if comment_id is None:
            return _refusal_page(form, subject, error)
    if is_private:
        flash_success(gettext("Your comment is sent to the speakers and the hosts."))
        return redirect(talk_path(event, talk), 303)
    return redirect(comment_address(talk_path(event, talk), TalkComment, comment_id), 303)


@blp.post("/event/<slug>/comments")
@csrf.exempt
@with_event
def add_event_comment_action(event):
    set_page_language()
    settings = load_event_settings(db.session, event.id)
    form = comment_form_for(settings, with_level=False)
    back = f"/event/{event.slug}/comments"
    subject = {"event": event, "talk": None, "back": back}
    if (response := _refuse_form(form, subject)) is not None:
        return response
    try:
        check_event_feedback_not_closed(event_feedback_window(event, settings, now=utc_now()))
    except REFUSALS as error:
        return _refusal_page(form, subject, error)
    values = {
        "text": form.text.data,
        "rating": form.rating_number if "rating" in form else 0,
        "is_rating_required": False,
        "source": SOURCE,
    }
    try:
        _check_spam(form.text.data)
        comment_id = writer().run(
            lambda connection: add_event_comment(connection, event.id, author=_author(), now=utc_now(), **values)
        )
    except REFUSALS as error:
        comment_id = _sent_comment_id(EventComment, _author(), values, event_id=event.id)
        if comment_id is None:
            return _refusal_page(form, subject, error)
    return redirect(comment_address(back, EventComment, comment_id), 303)


def _sent_comment_id(model, author, values, **subject_values):
    """Return the id of the comment of a form that is sent again, as after a double click; None if there is none."""
    since = utc_now() - SENT_FORM.window
    sent = {"user_id": author.id, "text": values["text"], "rating": values["rating"], **subject_values}
    return get_sent_comment_id(db.session, model, since=since, **sent)


def _refuse_form(form, subject):
    """Return the page with the form again, or None if it can be stored."""
    if session_user() is None:
        form.add_error(gettext("You are not signed in any more. Your text is kept here: sign in, and send it again."))
        return _form_page(form, subject, status=403)
    has_token = _has_valid_token()
    if form.validate():
        return None
    if not has_token:
        form[CSRF_FIELD].errors = []
        form.add_error(gettext("This form was open for too long. Your text is still here: please send it again."))
        return _form_page(form, subject, status=403)
    return _form_page(form, subject)


def _has_valid_token():
    """Return whether the form or a header has a valid token. The form then counts it as valid too."""
    try:
        csrf.protect()
    except CsrfFailed:
        return False
    return True


def _asks_for_rating(form, talk, author):
    """Return whether to ask once about a missing rating: not people who have rated the talk, and not its speakers."""
    if "rating" not in form or form.rating_number or form.without_rating.data:
        return False
    has_tapped = get_rating(db.session, talk.id, Rater(user_id=author.id)) is not None
    return not has_tapped and can_rate_talk(talk.id, author.id)


def _form_page(form, subject, *, status=400, asks_for_rating=False):
    if asks_for_rating:
        form.without_rating.data = "1"
    if "rating" in form and not form.rating.errors and not _can_rate(subject):
        del form.rating
    return render_page(
        "web/feedback/comment_form.html",
        status,
        form=form,
        frame=load_event_frame(subject["event"], None),
        asks_for_rating=asks_for_rating,
        problem=gettext(MSG_ASKS_FOR_RATING) if asks_for_rating else None,
        is_signed_in=session_user() is not None,
        **subject,
    )


def _can_rate(subject):
    """Return whether a rating would be stored; also that of a person who has to sign in first."""
    user = session_user()
    if user is None:
        return True
    if subject["talk"] is not None:
        return can_rate_talk(subject["talk"].id, user.id)
    return can_rate_event(subject["event"].id, user.id)


def _refusal_page(form, subject, error):
    def make_page(status, text):
        form.add_error(text)
        return _form_page(form, subject, status=status)

    return refusal_page(error, make_page)


def _author():
    user = session_user()
    return UserSnapshot(*(getattr(user, name) for name in UserSnapshot._fields))


def _check_spam(text):
    if is_spam(current_app.config, text, sender_origin()):
        raise InvalidInput(str(MSG_SPAM))


def _rate_limit():
    settings = current_app.config
    return CommentRateLimit(settings["TALK_COMMENT_LIMIT"], dt.timedelta(minutes=settings["TALK_COMMENT_WINDOW"]))
