"""The page that asks before a talk is deleted, and offers to hide or to cancel it."""

from flask import request

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.pages.languages import gettext
from joindin.operations.organiser.talks import cancel_talk, set_talk_visibility
from joindin.operations.talks import delete_talk
from joindin.queries.organiser.programme import find_programme_talk
from joindin.resources.web.organiser.common import (
    blp,
    manage_path,
    organiser_page,
    perform_and_redirect,
    with_managed_event,
)

# The operation and the message by the value of the button.
ACTIONS = {
    "delete": (lambda talk_id: delete_talk(db.session, talk_id), "The talk is deleted."),
    "hide": (lambda talk_id: set_talk_visibility(db.session, talk_id, is_active=False), "The talk is hidden."),
    "show": (lambda talk_id: set_talk_visibility(db.session, talk_id, is_active=True), "The talk is shown again."),
    "cancel": (lambda talk_id: cancel_talk(db.session, talk_id), "The talk is marked as cancelled."),
}


@blp.get("/event/<slug>/manage/talks/<row_id:talk_id>/delete/")
@with_managed_event
def talk_removal_page(event, talk_id):
    return organiser_page("talk_removal.html", event, talk=find_programme_talk(db.session, event.id, talk_id))


@blp.post("/event/<slug>/manage/talks/<row_id:talk_id>/delete/")
@with_managed_event
def remove_talk_action(event, talk_id):
    talk = find_programme_talk(db.session, event.id, talk_id)
    action, message = ACTIONS.get(request.form.get("action", ""), (_refuse, ""))
    return perform_and_redirect(lambda: action(talk.id), gettext(message), manage_path(event, "talks/"))


def _refuse(_talk_id):
    raise InvalidInput("Choose one of the buttons.")
