"""Pages for the stored reasons that editors choose from when they reject an event."""

from flask import redirect
from wtforms import TextAreaField

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField, max_length, required
from joindin.http.pages.html_pages import flash_success
from joindin.operations.event_approval import MAX_REASON_LENGTH
from joindin.operations.rejection_reasons import MAX_TITLE_LENGTH, add_reason, delete_reason, edit_reason
from joindin.permissions import can_manage_rejection_reasons
from joindin.queries.rejection_reasons import find_reason, list_reasons
from joindin.resources.web.admin.common import admin_page, blp, current_viewer, perform_and_redirect, require_permission
from joindin.utils.text import to_plain_text

REASONS_PATH = "/desk/reasons/"


class ReasonForm(Form):
    title = PlainTextField(
        "Title",
        [required("Enter a title"), max_length(MAX_TITLE_LENGTH, "The title")],
        description="Shown in the list of reasons.",
    )
    text = TextAreaField(
        "Text",
        [required("Enter the text"), max_length(MAX_REASON_LENGTH, "The text")],
        description=f"Sent to the hosts. At most {MAX_REASON_LENGTH} characters.",
        filters=[lambda text: to_plain_text(text or "")],
        render_kw={"rows": 3},
    )


@blp.get("/reasons/")
@require_permission(can_manage_rejection_reasons)
def reasons_page():
    return _reasons_page(ReasonForm(formdata=None))


@blp.post("/reasons/")
@require_permission(can_manage_rejection_reasons)
def add_reason_action():
    form = ReasonForm()

    def operation(fields):
        add_reason(db.session, **fields, actor=current_viewer().user)

    if _save(form, operation, "The reason is added."):
        return redirect(REASONS_PATH, 303)
    return _reasons_page(form, 400)


@blp.get("/reasons/<row_id:reason_id>/")
@require_permission(can_manage_rejection_reasons)
def reason_page(reason_id):
    reason = find_reason(db.session, reason_id)
    return admin_page("reason.html", reason=reason, form=ReasonForm(formdata=None, obj=reason))


@blp.post("/reasons/<row_id:reason_id>/")
@require_permission(can_manage_rejection_reasons)
def edit_reason_action(reason_id):
    reason = find_reason(db.session, reason_id)
    form = ReasonForm()

    def operation(fields):
        edit_reason(db.session, reason_id, **fields, actor=current_viewer().user)

    if _save(form, operation, "The reason is changed."):
        return redirect(REASONS_PATH, 303)
    return admin_page("reason.html", 400, reason=reason, form=form)


@blp.post("/reasons/<row_id:reason_id>/removal/")
@require_permission(can_manage_rejection_reasons)
def delete_reason_action(reason_id):
    return perform_and_redirect(
        lambda: delete_reason(db.session, reason_id, actor=current_viewer().user),
        "The reason is deleted.",
        REASONS_PATH,
    )


def _save(form, operation, success_message):
    """Call ``operation`` with the fields and commit; return False and add errors to the form if that fails."""
    if not form.validate():
        return False
    try:
        operation({"title": form.title.data, "text": form.text.data})
        db.session.commit()
    except (Conflict, InvalidInput) as error:
        db.session.rollback()
        form.add_error(str(error), form.title)
        return False
    flash_success(success_message)
    return True


def _reasons_page(form, status=200):
    return admin_page("reasons.html", status, reasons=list_reasons(db.session), form=form)
