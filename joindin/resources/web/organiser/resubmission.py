"""The page about the approval of an event: it waits, is published, or was rejected and can be submitted again."""

from flask import current_app

from joindin.extensions import db
from joindin.http.pages.languages import gettext
from joindin.http.sessions import require_user
from joindin.operations.events import resubmit_event
from joindin.permissions import is_rejected
from joindin.resources.web.organiser.common import (
    blp,
    manage_path,
    organiser_page,
    perform_and_redirect,
    with_managed_event,
)


@blp.get("/event/<slug>/manage/submission/")
@with_managed_event
def approval_page(event):
    return organiser_page("submission_state.html", event, is_rejected=is_rejected(event))


@blp.post("/event/<slug>/manage/submission/")
@with_managed_event
def resubmit_action(event):
    limit = current_app.config["MAX_PENDING_EVENTS"]
    return perform_and_redirect(
        lambda: resubmit_event(db.session, event, submitter=require_user(), max_pending=limit),
        gettext("The event is submitted again. It waits for approval."),
        manage_path(event, "submission/"),
    )
