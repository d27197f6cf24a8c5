"""The page on which a signed-in user submits an event."""

from flask import current_app, redirect, request
from wtforms import BooleanField

from joindin.errors import Conflict, DuplicateEvent, InvalidInput
from joindin.extensions import db, media_storage, reader
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user, session_user, sign_in_required
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.organiser.event_details import submit_detailed_event
from joindin.queries.agenda.places import search_places
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.queries.agenda.tags import search_tags
from joindin.queries.duplicate_events import list_events_of_name
from joindin.queries.events import list_waiting_events
from joindin.resources.web.organiser.common import blp, manage_path
from joindin.resources.web.organiser.event_fields import EventFieldsForm
from joindin.resources.web.public.event_submission import ANONYMOUS_SUBMISSION_PATH
from joindin.resources.web.public.pages import redirect_links
from joindin.utils.datetimes import utc_now
from joindin.utils.timezones import list_timezone_names


class SubmissionForm(EventFieldsForm):
    is_another = BooleanField(lazy_gettext("This is another event"))


@blp.get("/add")
def redirect_to_submission():
    return redirect("/event/submit")


@blp.route("/event/submit", methods=["GET", "POST"])
def submission_page():
    """Show visitors the form without an account, if the site allows it; otherwise they have to sign in."""
    if request.method != "POST" and session_user() is None and load_site_settings(reader())["allow_anon_event"]:
        return redirect(ANONYMOUS_SUBMISSION_PATH)
    return _submission_page()


@sign_in_required
def _submission_page():
    form, similar = SubmissionForm(), []
    if not form.is_submitted() or not form.validate():
        return _page(form, similar)
    details, parts = form.details, form.read_parts()
    if parts is None:
        return _page(form, similar)
    if is_repeated_form() and (
        same := list_events_of_name(db.session, details.name, details.starts_at, require_user().id)
    ):
        return redirect(redirect_links().canonical_event_page(same[-1]), 303)
    if not form.is_another.data:
        similar = list_events_of_name(db.session, details.name, details.starts_at, require_user().id)
    if similar:
        return _page(form, similar, status=409)
    try:
        return _submit(form, details, parts)
    except DuplicateEvent:
        db.session.rollback()
        return _page(form, list_events_of_name(db.session, details.name, details.starts_at, require_user().id), 409)
    except (InvalidInput, Conflict) as error:
        db.session.rollback()
        form.add_error(gettext(str(error)))
        return _page(form, similar)


def _submit(form, details, parts):
    with FlyerStore(media_storage()) as files:
        event = submit_detailed_event(
            db.session,
            details,
            parts,
            submitter=require_user(),
            now=utc_now(),
            files=files,
            max_pending=current_app.config["MAX_PENDING_EVENTS"],
            force=form.is_another.data,
        )
        links, is_waiting = redirect_links(), bool(event.is_pending)
        # The session of the host does not reach another server's page of an event that waits.
        path = manage_path(event, "submission/") if is_waiting and links.website else links.canonical_event_page(event)
        db.session.commit()
    flash_success(
        gettext("The event is submitted. It waits for approval.") if is_waiting else gettext("The event is published.")
    )
    return redirect(path, 303)


def choices_of_fields() -> dict:
    """Return the names that the fields of an event offer: three statements at most."""
    return {
        "timezones": list_timezone_names(),
        "places": [place.name for place in search_places(reader(), None)],
        "tags": [tag.name for tag in search_tags(reader(), None)],
    }


def _page(form, similar, status=None):
    waiting = list_waiting_events(db.session, require_user().id)
    limit = current_app.config["MAX_PENDING_EVENTS"]
    return render_page(
        "web/organiser/submission.html",
        status or (400 if form.errors else 200),
        form=form,
        similar=similar,
        problem=gettext("Is it one of these events?") if similar else None,
        waiting=waiting,
        is_limit_reached=limit is not None and len(waiting) >= limit,
        **choices_of_fields(),
    )
