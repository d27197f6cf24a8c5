"""The approval queue, and the one event that is decided about."""

from flask import current_app
from wtforms import HiddenField, RadioField, TextAreaField

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.forms import Form, at_most, choices
from joindin.models import User
from joindin.operations.event_approval import LONGEST_REASON, approve_event, reject_event
from joindin.permissions import can_decide_about_event
from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.events import load_events
from joindin.queries.rejection_reasons import list_reasons
from joindin.resources.web.admin.common import blp, carry_out, neighbours, only_for, read_paging, show, viewer
from joindin.utils.datetimes import utc_now
from joindin.utils.text import plain_text

QUEUE = "/desk/events/"


class Reasons(RadioField):
    is_group = True


class Approval(Form):
    version = HiddenField()


class Rejection(Form):
    version = HiddenField()
    reason = Reasons("Reason", validate_choice=False)
    words = TextAreaField(
        "In your own words",
        [at_most(LONGEST_REASON, "The reason")],
        description=f"Wins over the choice above. At most {LONGEST_REASON} characters; the hosts get it by mail.",
        filters=[lambda text: plain_text(text or "")],
        render_kw={"rows": 3},
    )


@blp.get("/events/")
@only_for(can_decide_about_event)
def show_queue():
    page = list_events(db.session, EventFilter("pending"), read_paging(), utc_now())
    loaded = load_events(db.session, [key.id for key in page.items])
    events = [loaded[key.id] for key in page.items if key.id in loaded]
    return show("events.html", events=events, page=page, neighbours=neighbours(page))


@blp.get("/events/<row_id:event_id>/")
@only_for(can_decide_about_event)
def show_event(event_id):
    return _show(event_id, Rejection(formdata=None))


@blp.post("/events/<row_id:event_id>/approval/")
@only_for(can_decide_about_event)
def approve(event_id):
    event = _find(event_id)
    form = Approval()

    def work():
        approve_event(db.session, event_id, reviewer=viewer().user, seen_version=_number(form.version.data))

    return carry_out(work, f"{event.name} is approved. Its hosts are told.", QUEUE, otherwise=f"{QUEUE}{event_id}/")


@blp.post("/events/<row_id:event_id>/rejection/")
@only_for(can_decide_about_event)
def reject(event_id):
    event = _find(event_id)
    form = _with_choices(Rejection())
    chosen = {str(reason.id): reason.text for reason in form.known}
    reason = form.words.data or chosen.get(form.reason.data or "")
    is_valid = form.validate()
    if is_valid and not reason:
        form.refuse("Choose a reason, or write one", form.reason if form.known else form.words)
    if form.errors:
        return _show(event_id, form, status=400)

    def work():
        reject_event(
            db.session,
            event_id,
            reviewer=viewer().user,
            reason=reason,
            mail_from=current_app.config["MAIL_FROM"],
            seen_version=_number(form.version.data),
        )

    return carry_out(work, f"{event.name} is rejected. Its hosts are told why.", QUEUE, otherwise=f"{QUEUE}{event_id}/")


def _show(event_id, form, status=200):
    event = _find(event_id)
    _with_choices(form)
    if not form.is_submitted():
        form.version.data = event.version
    reviewer = db.session.get(User, event.reviewer_id) if event.reviewer_id else None
    return show(
        "event.html", status, event=event, form=form, reviewer=reviewer, version=event.version, talks=(), comments=()
    )


def _with_choices(form):
    form.known = list_reasons(db.session) if not hasattr(form, "known") else form.known
    form.reason.choices = choices((str(reason.id), f"{reason.title}: {reason.text}") for reason in form.known)
    return form


def _find(event_id):
    event = load_events(db.session, [event_id]).get(event_id)
    if event is None:
        raise NotFound("Event not found")
    return event


def _number(text):
    """A version that no event has, for what is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else -1
