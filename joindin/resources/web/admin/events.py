"""The approval queue, and the one event that is decided about."""

from flask import current_app
from wtforms import HiddenField, RadioField, TextAreaField

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.forms import Form, choices, max_length
from joindin.models import User
from joindin.operations.event_approval import MAX_REASON_LENGTH, approve_event, reject_event
from joindin.permissions import can_review_event
from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.events import load_events
from joindin.queries.rejection_reasons import list_reasons
from joindin.resources.web.admin.common import (
    admin_page,
    blp,
    current_viewer,
    page_links,
    perform_and_redirect,
    read_paging,
    require_permission,
)
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text

QUEUE_PATH = "/desk/events/"


class ReasonField(RadioField):
    is_group = True


class ApprovalForm(Form):
    version = HiddenField()


class RejectionForm(Form):
    version = HiddenField()
    reason = ReasonField("Reason", validate_choice=False)
    words = TextAreaField(
        "In your own words",
        [max_length(MAX_REASON_LENGTH, "The reason")],
        description=f"Wins over the choice above. At most {MAX_REASON_LENGTH} characters; the hosts get it by mail.",
        filters=[lambda text: to_plain_text(text or "")],
        render_kw={"rows": 3},
    )


@blp.get("/events/")
@require_permission(can_review_event)
def queue_page():
    page = list_events(db.session, EventFilter("pending"), read_paging(), utc_now())
    loaded = load_events(db.session, [key.id for key in page.items])
    events = [loaded[key.id] for key in page.items if key.id in loaded]
    return admin_page("events.html", events=events, page=page, neighbours=page_links(page))


@blp.get("/events/<row_id:event_id>/")
@require_permission(can_review_event)
def event_page(event_id):
    return _event_page(event_id, RejectionForm(formdata=None))


@blp.post("/events/<row_id:event_id>/approval/")
@require_permission(can_review_event)
def approve_event_action(event_id):
    event = _find_event(event_id)
    form = ApprovalForm()

    def work():
        approve_event(
            db.session, event_id, reviewer=current_viewer().user, seen_version=_parse_version(form.version.data)
        )

    return perform_and_redirect(
        work, f"{event.name} is approved. Its hosts are told.", QUEUE_PATH, otherwise=f"{QUEUE_PATH}{event_id}/"
    )


@blp.post("/events/<row_id:event_id>/rejection/")
@require_permission(can_review_event)
def reject_event_action(event_id):
    event = _find_event(event_id)
    form = _with_choices(RejectionForm())
    chosen = {str(reason.id): reason.text for reason in form.known}
    reason = form.words.data or chosen.get(form.reason.data or "")
    is_valid = form.validate()
    if is_valid and not reason:
        form.add_error("Choose a reason, or write one", form.reason if form.known else form.words)
    if form.errors:
        return _event_page(event_id, form, status=400)

    def work():
        reject_event(
            db.session,
            event_id,
            reviewer=current_viewer().user,
            reason=reason,
            mail_from=current_app.config["MAIL_FROM"],
            seen_version=_parse_version(form.version.data),
        )

    return perform_and_redirect(
        work, f"{event.name} is rejected. Its hosts are told why.", QUEUE_PATH, otherwise=f"{QUEUE_PATH}{event_id}/"
    )


def _event_page(event_id, form, status=200):
    event = _find_event(event_id)
    _with_choices(form)
    if not form.is_submitted():
        form.version.data = event.version
    reviewer = db.session.get(User, event.reviewer_id) if event.reviewer_id else None
    return admin_page(
        "event.html", status, event=event, form=form, reviewer=reviewer, version=event.version, talks=(), comments=()
    )


def _with_choices(form):
    form.known = list_reasons(db.session) if not hasattr(form, "known") else form.known
    form.reason.choices = choices((str(reason.id), f"{reason.title}: {reason.text}") for reason in form.known)
    return form


def _find_event(event_id):
    event = load_events(db.session, [event_id]).get(event_id)
    if event is None:
        raise NotFound("Event not found")
    return event


def _parse_version(text):
    """A version that no event has, for what is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else -1
