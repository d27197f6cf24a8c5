"""The reasons that rejections are chosen from."""

from flask import redirect
from wtforms import TextAreaField

from joindin.errors import Conflict, Invalid
from joindin.extensions import db
from joindin.http.forms import Form, Text, at_most, filled
from joindin.http.html_pages import notify
from joindin.operations.event_approval import LONGEST_REASON
from joindin.operations.rejection_reasons import LONGEST_TITLE, add_reason, delete_reason, edit_reason
from joindin.permissions import can_keep_reasons
from joindin.queries.rejection_reasons import find_reason, list_reasons
from joindin.resources.web.admin.common import blp, carry_out, only_for, show, viewer
from joindin.utils.text import plain_text

REASONS = "/desk/reasons/"


class Reason(Form):
    title = Text("Title", [filled("Enter a title"), at_most(LONGEST_TITLE, "The title")], description="To choose by.")
    text = TextAreaField(
        "Text",
        [filled("Enter the text"), at_most(LONGEST_REASON, "The text")],
        description=f"For the hosts to read. At most {LONGEST_REASON} characters.",
        filters=[lambda text: plain_text(text or "")],
        render_kw={"rows": 3},
    )


@blp.get("/reasons/")
@only_for(can_keep_reasons)
def show_reasons():
    return _show_all(Reason(formdata=None))


@blp.post("/reasons/")
@only_for(can_keep_reasons)
def write_reason():
    form = Reason()
    if _has_written(form, lambda words: add_reason(db.session, **words, actor=viewer().user), "The reason is there."):
        return redirect(REASONS, 303)
    return _show_all(form, 400)


@blp.get("/reasons/<row_id:reason_id>/")
@only_for(can_keep_reasons)
def show_reason(reason_id):
    reason = find_reason(db.session, reason_id)
    return show("reason.html", reason=reason, form=Reason(formdata=None, obj=reason))


@blp.post("/reasons/<row_id:reason_id>/")
@only_for(can_keep_reasons)
def change_reason(reason_id):
    reason = find_reason(db.session, reason_id)
    form = Reason()

    def write(words):
        edit_reason(db.session, reason_id, **words, actor=viewer().user)

    if _has_written(form, write, "The reason is changed."):
        return redirect(REASONS, 303)
    return show("reason.html", 400, reason=reason, form=form)


@blp.post("/reasons/<row_id:reason_id>/removal/")
@only_for(can_keep_reasons)
def remove_reason(reason_id):
    return carry_out(lambda: delete_reason(db.session, reason_id, actor=viewer().user), "The reason is gone.", REASONS)


def _has_written(form, write, done):
    if not form.validate():
        return False
    try:
        write({"title": form.title.data, "text": form.text.data})
        db.session.commit()
    except (Conflict, Invalid) as refused:
        db.session.rollback()
        form.refuse(str(refused), form.title)
        return False
    notify(done)
    return True


def _show_all(form, status=200):
    return show("reasons.html", status, reasons=list_reasons(db.session), form=form)
