"""Pages that ask before a talk is deleted, and offer to hide or to cancel it: below ``manage/``, and below the talk.

The one below ``manage/`` also serves private events, whose talks have no page.
"""

from functools import partial

from flask import redirect, request

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user, sign_in_required
from joindin.operations.organiser.talks import cancel_talk, set_talk_visibility
from joindin.operations.talks import delete_talk
from joindin.permissions import can_manage_talk
from joindin.queries.organiser.programme import find_programme_talk
from joindin.queries.organiser.talk_losses import load_talk_losses
from joindin.queries.viewer_relations import load_viewer_for_talk_editing
from joindin.representations.links import talk_path
from joindin.resources.web.feedback.talk_access import with_talk_or_preview
from joindin.resources.web.organiser.common import (
    blp,
    manage_path,
    organiser_page,
    perform_and_redirect,
    with_managed_event,
)
from joindin.resources.web.public.event_frame import load_event_frame
from joindin.resources.web.public.pages import redirect_links

MSG_NOT_HOST = "A talk is hidden, cancelled and deleted by the hosts of the event"

# The operation and the message by the value of the button.
ACTIONS = {
    "delete": (delete_talk, "The talk is deleted."),
    "hide": (partial(set_talk_visibility, is_active=False), "The talk is hidden."),
    "show": (partial(set_talk_visibility, is_active=True), "The talk is shown again."),
    "cancel": (cancel_talk, "The talk is marked as cancelled."),
}


@blp.get("/event/<slug>/manage/talks/<row_id:talk_id>/delete/")
@with_managed_event
def talk_removal_page(event, talk_id):
    talk = find_programme_talk(db.session, event.id, talk_id)
    return organiser_page("talk_removal.html", event, talk=talk, losses=load_talk_losses(db.session, talk))


@blp.post("/event/<slug>/manage/talks/<row_id:talk_id>/delete/")
@with_managed_event
def remove_talk_action(event, talk_id):
    if is_repeated_form():
        return redirect(manage_path(event, "talks/"), 303)
    talk = find_programme_talk(db.session, event.id, talk_id)
    action, message = ACTIONS.get(request.form.get("action", ""), (_refuse, ""))
    return perform_and_redirect(
        lambda: action(db.session, talk.id, actor=require_user()), gettext(message), manage_path(event, "talks/")
    )


@blp.route("/event/<slug>/<talk_slug>/delete", methods=["GET", "POST"])
@blp.route("/talk/<stub>/delete", methods=["GET", "POST"])
@sign_in_required
@with_talk_or_preview
def talk_delete_page(event, talk):
    if not can_manage_talk(load_viewer_for_talk_editing(db.session, require_user(), [talk]), talk):
        raise Forbidden(MSG_NOT_HOST)
    if request.method == "GET":
        frame, losses = load_event_frame(event, None), load_talk_losses(db.session, talk)
        return render_page("web/organiser/talk_delete.html", event=event, talk=talk, frame=frame, losses=losses)
    choice = request.form.get("confirm", "")
    action, message = ACTIONS.get(choice, (_refuse, ""))
    path = _path_without_talk(event) if choice == "delete" else talk_path(event, talk)
    action(db.session, talk.id, actor=require_user())
    db.session.commit()
    flash_success(gettext(message))
    return redirect(path, 303)


def _path_without_talk(event):
    return f"{redirect_links().event_page(event.slug)}/schedule" if event.slug else "/event"


def _refuse(_session, _talk_id, *, actor):
    raise InvalidInput("Choose one of the buttons.")
