"""Pages for the approval of events: the queue, and one event with the decision."""

from flask import current_app
from markupsafe import Markup
from wtforms import HiddenField, TextAreaField

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.pages.forms import Form, RadioChoice, choices, max_length
from joindin.models import AnonymousSubmission, User
from joindin.operations.event_approval import MAX_REASON_LENGTH, approve_event, reject_event
from joindin.permissions import can_review_event
from joindin.queries.agenda.agenda_events import load_agenda_event_records
from joindin.queries.duplicate_events import find_likely_duplicates
from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.event_records import get_event_record
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
from joindin.utils.html import sanitize_html
from joindin.utils.text import to_plain_text

QUEUE_PATH = "/desk/events/"


class ApprovalForm(Form):
    version = HiddenField()


class RejectionForm(Form):
    version = HiddenField()
    reason = RadioChoice("Reason", validate_choice=False)
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
        f"{event.name} is approved.{_mail_note(event)}",
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
        f"{event.name} is rejected.{_mail_note(event)}",
        QUEUE_PATH,
        error_path=f"{QUEUE_PATH}{event_id}/",
    )


def _mail_note(event):
    return " Its hosts get a mail." if event.hosts else ""


def _event_page(event_id, form, status=200):
    event = get_event_record(db.session, event_id)
    _with_choices(form)
    if not form.is_submitted():
        form.version.data = event.version
    record = load_agenda_event_records(db.session, [event_id])[event_id]
    reviewer = db.session.get(User, event.reviewer_id) if event.reviewer_id else None
    return admin_page(
        "event.html",
        status,
        event=event,
        form=form,
        reviewer=reviewer,
        duplicates=find_likely_duplicates(db.session, [event.id]).get(event.id),
        record=record,
        # Stored HTML is sanitised. This is a page of privileged users, and does not rely on it.
        description_html=Markup(sanitize_html(record.description_html or "")),  # noqa: S704
        submission=db.session.get(AnonymousSubmission, event.id),
        version=event.version,
        talk_count=0,
        comment_count=0,
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
