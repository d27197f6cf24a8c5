"""The page on which hosts change the fields of their event, after a preview if they want one."""

from dataclasses import replace

from flask import redirect, request

from joindin.db.locking import lock_row
from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db, media_storage
from joindin.http.form_bodies import accepts_two_images
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, ngettext
from joindin.http.sessions import require_user
from joindin.models import Event
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.organiser.event_details import edit_detailed_event
from joindin.permissions import is_rejected
from joindin.queries.agenda.flyers import find_flyer
from joindin.queries.agenda.venue_plans import find_venue_plan
from joindin.resources.web.organiser.common import blp, manage_path, organiser_page, with_managed_event
from joindin.resources.web.organiser.conflicts import find_changed_values, fingerprint
from joindin.resources.web.organiser.details_form import DetailsForm, load_present_values
from joindin.resources.web.organiser.details_preview import details_preview
from joindin.resources.web.organiser.submission import choices_of_fields
from joindin.utils.datetimes import utc_now

# Fields whose form differs from the column: the column is kept if the form was not changed.
KEPT = (
    "name",
    "description",
    "href",
    "cfp_url",
    "starts_at",
    "ends_at",
    "cfp_starts_at",
    "cfp_ends_at",
    "latitude",
    "longitude",
)
FIELD_OF_COLUMN = {"latitude": "coordinates", "longitude": "coordinates"}
# Buttons: the form is shown as a page of the event, and from there again as a form. Others save.
PREVIEW, CHANGE = "preview", "change"


@blp.route("/event/<slug>/manage/details/", methods=["GET", "POST"])
@accepts_two_images
@with_managed_event
def details_page(event):
    form, action = DetailsForm(), request.form.get("action")
    if not form.is_submitted():
        present = load_present_values(event)
        form.process(data=present | {"version": fingerprint(present)})
        return _page(event, form)
    form.has_venue_plan = find_venue_plan(db.session, event.id) is not None
    if action == CHANGE:
        return _page(event, form)
    if not form.validate() or (parts := form.read_parts()) is None:
        return _page(event, form)
    if action != PREVIEW:
        lock_row(db.session, Event, event.id)
    present = load_present_values(event)
    if changed := find_changed_values(form, present):
        return _page(event, form, 409, changed)
    details = _read_details(form, event, present)
    if action == PREVIEW:
        return details_preview(event, form, details, parts)
    if form.is_image_removed.data and parts.image.flyer is None:
        parts = replace(parts, image=replace(parts.image, is_removed=True))
    elif (form.focal_x.data, form.focal_y.data) != (present["focal_x"], present["focal_y"]):
        parts = replace(parts, image=replace(parts.image, focal_point=form.focal_point))
    try:
        talks_outside = _save(event, details, parts)
    except (InvalidInput, Conflict) as error:
        db.session.rollback()
        form.add_error(gettext(str(error)))
        return _page(event, form)
    flash_success(gettext("The event is changed."))
    if talks_outside:
        flash_success(
            ngettext(
                "%(num)d talk is outside its new dates.", "%(num)d talks are outside its new dates.", talks_outside
            )
        )
    return redirect(manage_path(event, "submission/" if is_rejected(event) else "details/"), 303)


def _read_details(form, event, present):
    """Return the fields of the form; of those that were not changed, the columns."""
    details = form.details
    unchanged = {
        name for name in KEPT if form[FIELD_OF_COLUMN.get(name, name)].data == present[FIELD_OF_COLUMN.get(name, name)]
    }
    if details.timezone != (event.timezone or "UTC"):
        # The entered times are now those of another zone.
        unchanged -= {"starts_at", "ends_at", "cfp_starts_at", "cfp_ends_at"}
    if form.is_cfp_anywhere.data != present["is_cfp_anywhere"]:
        unchanged.discard("cfp_ends_at")
    return replace(details, **{name: getattr(event, name) for name in unchanged})


def _save(event, details, parts):
    with FlyerStore(media_storage()) as files:
        talks_outside = edit_detailed_event(
            db.session, event, details, parts, actor=require_user(), now=utc_now(), files=files
        )
        db.session.commit()
    return talks_outside


def _page(event, form, status=None, changed=()):
    return organiser_page(
        "details.html",
        event,
        status or (400 if form.errors else 200),
        form=form,
        changed=changed,
        flyer=find_flyer(db.session, event.id),
        plan=find_venue_plan(db.session, event.id),
        **choices_of_fields(),
    )
