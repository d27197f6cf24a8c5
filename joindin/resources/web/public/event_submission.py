"""The page on which visitors submit an event of the agenda without an account, if the site allows it.

The event waits in the approval queue, as those that Gancio's API submits without an account. The sender is shown the
secret address on which it can be changed; with an e-mail address they get it and the decision by mail.
"""

from urllib.parse import quote

from flask import redirect
from wtforms import StringField

from joindin.errors import DuplicateEvent, InvalidInput
from joindin.extensions import db, media_storage, reader
from joindin.http.pages.forms import EmailField, max_length, valid_email
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, set_page_language
from joindin.http.sessions import session_user
from joindin.operations.agenda.anonymous_submissions import check_submitted_once
from joindin.operations.agenda.event_fields import AgendaFields
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.agenda.places import PlaceChoice
from joindin.operations.agenda.plain_edits import lasts_longer_than_a_day
from joindin.operations.agenda.submission import submit_agenda_event
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.resources.web.public.event_forms import AgendaEventForm, to_utc
from joindin.resources.web.public.pages import blp, on_canonical_host
from joindin.utils.datetimes import utc_now
from joindin.utils.html import text_to_html

ANONYMOUS_SUBMISSION_PATH = "/event/submit/anonymous/"


class AnonymousSubmissionForm(AgendaEventForm):
    email = EmailField(
        lazy_gettext("E-mail address"),
        [max_length(200, lazy_gettext("The e-mail address"))],
        description=lazy_gettext(
            "For the decision, and for the address on which you can change the event. It is not published."
        ),
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    # Hidden from people. A program that fills in every field gives itself away.
    homepage = StringField(lazy_gettext("Leave this field empty"), render_kw={"tabindex": "-1", "autocomplete": "off"})

    def validate_email(self, field):
        if field.data:
            valid_email(self, field)


@blp.route(ANONYMOUS_SUBMISSION_PATH, methods=["GET", "POST"])
@on_canonical_host
def anonymous_submission_page():
    set_page_language()
    settings = load_site_settings(reader())
    if session_user() is not None or not settings["allow_anon_event"]:
        return redirect("/event/submit")
    form, now = AnonymousSubmissionForm(), utc_now()
    if not form.validate_on_submit():
        return _page(form, settings, 400 if form.errors else 200)
    if form.homepage.data:
        return redirect("/event", 303)
    fields = _read_fields(form, settings["instance_timezone"])
    if fields.starts_at < now:
        form.add_error(gettext("The start must not be in the past"), form.starts_at)
        return _page(form, settings, 400)
    try:
        secret = _submit(form, fields, settings, now)
    except DuplicateEvent as error:
        db.session.rollback()
        form.add_error(gettext(str(error)))
        return _page(form, settings, 409)
    except InvalidInput as error:
        db.session.rollback()
        form.add_error(gettext(str(error)))
        return _page(form, settings, 400)
    flash_success(
        gettext("The event is submitted. Keep the address of this page: only with it you can change the event.")
    )
    return redirect(f"/event/edit/?token={quote(secret)}", 303)


def _submit(form, fields, settings, now):
    """Store the event and return the secret of its sender."""
    with FlyerStore(media_storage()) as files:
        check_submitted_once(db.session, name=fields.name, starts_at=fields.starts_at, now=now)
        submission = submit_agenda_event(
            db.session,
            fields,
            submitter=None,
            settings=settings,
            files=files,
            now=now,
            email=form.email.data or None,
        )
        db.session.commit()
    return submission.secret


def _read_fields(form, timezone) -> AgendaFields:
    starts_at = to_utc(form.starts_at.data, timezone)
    ends_at = to_utc(form.ends_at.data, timezone) if form.ends_at.data else None
    return AgendaFields(
        name=form.name.data,
        starts_at=starts_at,
        ends_at=ends_at,
        place=PlaceChoice(name=form.place_name.data, address=form.place_address.data),
        description_html=text_to_html(form.description.data),
        is_multidate=lasts_longer_than_a_day(starts_at, ends_at or starts_at),
        online_locations=form.urls,
        tags=form.tag_names,
    )


def _page(form, settings, status):
    return render_page("web/event_submission.html", status, form=form, timezone=settings["instance_timezone"])
