"""Pages for the approval of events: the queue, and one event with the decision."""

from flask import current_app
from wtforms import HiddenField, RadioField, TextAreaField

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.forms import Form, choices, max_length
from joindin.models import User
from joindin.operations.event_approval import MAX_REASON_LENGTH, approve_event, reject_event
from joindin.permissions import can_review_event
from joindin.queries.duplicate_events import find_likely_duplicates
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
    custom_reason = TextAreaField(
        "In your own words",
        [max_length(MAX_REASON_LENGTH, "The reason")],
        description=f"Replaces the choice above. At most {MAX_REASON_LENGTH} characters. The hosts get it by mail.",
        filters=[lambda text: to_plain_text(text or "")],
        render_kw={"rows": 3},
    )


@blp.get("/events/")
@require_permission(can_review_event)
def queue_page():
    page = list_events(db.session, EventFilter("pending"), read_paging(), utc_now())
    loaded = load_events(db.session, [key.id for key in page.items])
    events = [loaded[key.id] for key in page.items if key.id in loaded]
    duplicates = find_likely_duplicates(db.session, [event.id for event in events])
    return admin_page("events.html", events=events, duplicates=duplicates, page=page, page_links=page_links(page))


@blp.get("/events/<row_id:event_id>/")
@require_permission(can_review_event)
def event_page(event_id):
    return _event_page(event_id, RejectionForm(formdata=None))


@blp.post("/events/<row_id:event_id>/approval/")
@require_permission(can_review_event)
def approve_event_action(event_id):
    event = _find_event(event_id)
    form = ApprovalForm()

    def operation():
        approve_event(
            db.session, event_id, reviewer=current_viewer().user, seen_version=_parse_version(form.version.data)
        )

    return perform_and_redirect(
        operation,
        f"{event.name} is approved. Its hosts get a mail.",
        QUEUE_PATH,
        error_path=f"{QUEUE_PATH}{event_id}/",
    )


@blp.post("/events/<row_id:event_id>/rejection/")
@require_permission(can_review_event)
def reject_event_action(event_id):
    event = _find_event(event_id)
    form = _with_choices(RejectionForm())
    texts = {str(reason.id): reason.text for reason in form.stored_reasons}
    reason = form.custom_reason.data or texts.get(form.reason.data or "")
    is_valid = form.validate()
    if is_valid and not reason:
        form.add_error("Choose a reason, or write one", form.reason if form.stored_reasons else form.custom_reason)
    if form.errors:
        return _event_page(event_id, form, status=400)

    def operation():
        reject_event(
            db.session,
            event_id,
            reviewer=current_viewer().user,
            reason=reason,
            mail_from=current_app.config["MAIL_FROM"],
            seen_version=_parse_version(form.version.data),
        )

    return perform_and_redirect(
        operation,
        f"{event.name} is rejected. Its hosts get a mail with the reason.",
        QUEUE_PATH,
        error_path=f"{QUEUE_PATH}{event_id}/",
    )


def _event_page(event_id, form, status=200):
    event = _find_event(event_id)
    _with_choices(form)
    if not form.is_submitted():
        form.version.data = event.version
    reviewer = db.session.get(User, event.reviewer_id) if event.reviewer_id else None
    return admin_page(
        "event.html",
        status,
        event=event,
        form=form,
        reviewer=reviewer,
        duplicates=find_likely_duplicates(db.session, [event.id]).get(event.id),
        version=event.version,
        talks=(),
        comments=(),
    )


def _with_choices(form):
    if not hasattr(form, "stored_reasons"):
        form.stored_reasons = list_reasons(db.session)
    form.reason.choices = choices((str(reason.id), f"{reason.title}: {reason.text}") for reason in form.stored_reasons)
    return form


def _find_event(event_id):
    event = load_events(db.session, [event_id]).get(event_id)
    if event is None:
        raise NotFound("Event not found")
    return event


def _parse_version(text):
    """Return the version, or -1, which no event has, if the text is not a number."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else -1
