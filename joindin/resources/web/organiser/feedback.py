"""The page of feedback at an event: bursts of ratings, which hosts leave out of the tally, count again or accept as honest."""

import datetime as dt

from flask import request

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.pages.languages import gettext
from joindin.http.sessions import require_user
from joindin.operations.feedback.bursts import accept_burst, count_ratings_again, leave_out_burst
from joindin.queries.feedback.bursts import count_left_out, find_bursts, list_talk_titles
from joindin.queries.organiser.history import list_rating_history
from joindin.resources.web.organiser.common import (
    blp,
    manage_path,
    organiser_page,
    perform_and_redirect,
    with_managed_event,
)


@blp.get("/event/<slug>/manage/feedback/")
@with_managed_event
def feedback_page(event):
    bursts = find_bursts(db.session, event.id)
    left_out = count_left_out(db.session, event.id)
    titles = list_talk_titles(db.session, {*left_out, *(burst.talk_id for burst in bursts)})
    history = list_rating_history(db.session, event.id)
    return organiser_page("feedback.html", event, bursts=bursts, left_out=left_out, titles=titles, history=history)


@blp.post("/event/<slug>/manage/feedback/talks/<row_id:talk_id>/leave-out/")
@with_managed_event
def leave_out_burst_action(event, talk_id):
    def operation():
        leave_out_burst(db.session, event.id, talk_id, **_read_burst(), actor=require_user())

    return perform_and_redirect(operation, gettext("The ratings are left out."), manage_path(event, "feedback/"))


@blp.post("/event/<slug>/manage/feedback/talks/<row_id:talk_id>/accept/")
@with_managed_event
def accept_burst_action(event, talk_id):
    def operation():
        accept_burst(db.session, event.id, talk_id, **_read_burst(), actor=require_user())

    return perform_and_redirect(operation, gettext("The ratings are accepted."), manage_path(event, "feedback/"))


@blp.post("/event/<slug>/manage/feedback/talks/<row_id:talk_id>/count/")
@with_managed_event
def count_ratings_action(event, talk_id):
    def operation():
        count_ratings_again(db.session, event.id, talk_id, actor=require_user())

    return perform_and_redirect(operation, gettext("The ratings count again."), manage_path(event, "feedback/"))


def _read_burst():
    try:
        starts_at = dt.datetime.fromisoformat(request.form.get("starts_at", ""))
    except ValueError:
        raise InvalidInput("Choose one of the buttons.") from None
    # A time without an offset is none of ours; it would not compare.
    starts_at = starts_at if starts_at.tzinfo else starts_at.replace(tzinfo=dt.UTC)
    return {"reason": request.form.get("reason", ""), "starts_at": starts_at}
