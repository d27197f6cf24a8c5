"""The page on which the sender of an event without an account changes it until it is decided on."""

from urllib.parse import quote

from flask import redirect

from joindin.extensions import db, media_storage
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, set_page_language
from joindin.operations.agenda.anonymous_submissions import find_anonymous_event, lock_anonymous_event
from joindin.operations.agenda.editing import edit_agenda_event
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.events import UNCHANGED
from joindin.resources.web.account.mailed_links import MailedTokenForm
from joindin.resources.web.public.event_forms import AgendaEventForm, changed_fields, present_values
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now


class AnonymousEventForm(AgendaEventForm, MailedTokenForm):
    """The form with the secret of the link."""


@blp.route("/event/edit/", methods=["GET", "POST"])
def anonymous_event_page():
    set_page_language()
    form = AnonymousEventForm()
    if form.is_submitted():
        return _save(form)
    event = find_anonymous_event(db.session, form.token.data or "")
    form.process(data=present_values(event) | {"token": form.token.data})
    return _page(form, event)


def _save(form):
    event = lock_anonymous_event(db.session, form.token.data or "")
    if form.validate():
        fields = changed_fields(form, event)
        if fields.starts_at is not UNCHANGED and fields.starts_at < utc_now():
            form.add_error(gettext("The start must not be in the past"), form.starts_at)
    if form.errors:
        db.session.rollback()
        return _page(form, event, status=400)
    with FlyerStore(media_storage()) as files:
        edit_agenda_event(db.session, event.id, fields, files=files, now=utc_now())
        db.session.commit()
    flash_success(gettext("The event is changed. It still waits for a decision."))
    return redirect(f"/event/edit/?token={quote(form.token.data)}", 303)


def _page(form, event, status=200):
    return render_page("web/event_edit.html", status, form=form, event=event)
