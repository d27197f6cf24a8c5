"""The page on which hosts change the fields of their event."""

from dataclasses import replace

from flask import redirect
from wtforms import BooleanField
from wtforms.validators import Optional

from joindin.db.locking import lock_row
from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db, media_storage
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext, ngettext
from joindin.models import Event, Place
from joindin.models.agenda.call_times import CallTimes
from joindin.models.event_settings import CONFERENCE
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.organiser.event_details import edit_detailed_event
from joindin.permissions import is_rejected
from joindin.queries.agenda.flyers import find_flyer
from joindin.queries.event_settings import load_event_settings
from joindin.queries.events import load_events
from joindin.resources.web.organiser.common import blp, manage_path, organiser_page, with_managed_event
from joindin.resources.web.organiser.conflicts import VersionedForm, find_changed_values, fingerprint
from joindin.resources.web.organiser.event_fields import EditedEventForm, to_local
from joindin.resources.web.organiser.fields import WholeNumberField, clean_text
from joindin.resources.web.organiser.submission import choices_of_fields
from joindin.utils.coordinates import format_coordinates
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_line

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


class DetailsForm(VersionedForm, EditedEventForm):
    is_image_removed = BooleanField(lazy_gettext("Remove the image"))
    focal_x = WholeNumberField(
        lazy_gettext("Most important point from the left, in percent"), [Optional()], maximum=100
    )
    focal_y = WholeNumberField(
        lazy_gettext("Most important point from the top, in percent"),
        [Optional()],
        maximum=100,
        description=lazy_gettext("Square pictures are cut around this point."),
    )

    @property
    def focal_point(self) -> tuple[float, float] | None:
        """The point as flyers have it, from -1 to 1; None if one of the fields is empty."""
        percents = (self.focal_x.data, self.focal_y.data)
        return None if None in percents else tuple(percent / 50 - 1 for percent in percents)


@blp.route("/event/<slug>/manage/details/", methods=["GET", "POST"])
@with_managed_event
def details_page(event):
    form = DetailsForm()
    if not form.is_submitted():
        present = present_values(event)
        form.process(data=present | {"version": fingerprint(present)})
        return _page(event, form)
    if not form.validate() or (parts := form.read_parts()) is None:
        return _page(event, form)
    lock_row(db.session, Event, event.id)
    present = present_values(event)
    if changed := find_changed_values(form, present):
        return _page(event, form, 409, changed)
    if form.is_image_removed.data and parts.image.flyer is None:
        parts = replace(parts, image=replace(parts.image, is_removed=True))
    elif (form.focal_x.data, form.focal_y.data) != (present["focal_x"], present["focal_y"]):
        parts = replace(parts, image=replace(parts.image, focal_point=form.focal_point))
    try:
        talks_outside = _save(event, form, present, parts)
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


def present_values(event: Event) -> dict:
    """Return what the fields of the form contain for the event as it is."""
    loaded = load_events(db.session, [event.id])[event.id]
    place = db.session.get(Place, event.place_id) if event.place_id is not None else None
    flyer = find_flyer(db.session, event.id)
    settings = load_event_settings(db.session, event.id)
    zone = event.timezone or "UTC"
    location = event.location or ""
    is_online = location.lower() == "online" and bool(event.online_locations)
    return {
        "name": to_plain_line(event.name),
        **{name: to_local(getattr(event, name), zone) for name in ("starts_at", "ends_at", "cfp_starts_at")},
        "cfp_ends_at": to_local(event.cfp_ends_at, CallTimes.of(event).timezone),
        "is_cfp_anywhere": event.is_cfp_anywhere,
        "timezone": zone,
        "place_name": "" if is_online else to_plain_line(place.name if place else location),
        "place_address": to_plain_line(place.address if place else ""),
        "coordinates": format_coordinates(event.latitude, event.longitude),
        "online_locations": "\n".join(event.online_locations),
        "description": clean_text(event.description),
        "href": event.href or "",
        "tags": ", ".join(tag.name for tag in loaded.tags),
        "cfp_url": event.cfp_url or "",
        "alt_text": flyer.alt_text if flyer else "",
        "focal_x": round(50 * (flyer.focal_x + 1)) if flyer else None,
        "focal_y": round(50 * (flyer.focal_y + 1)) if flyer else None,
        "state": event.state,
        "kind": settings.kind or CONFERENCE,
        "licence": settings.licence or "",
    }


def _save(event, form, present, parts):
    details = form.details
    unchanged = {
        name for name in KEPT if form[FIELD_OF_COLUMN.get(name, name)].data == present[FIELD_OF_COLUMN.get(name, name)]
    }
    if details.timezone != (event.timezone or "UTC"):
        # The entered times are now those of another zone.
        unchanged -= {"starts_at", "ends_at", "cfp_starts_at", "cfp_ends_at"}
    if form.is_cfp_anywhere.data != present["is_cfp_anywhere"]:
        unchanged.discard("cfp_ends_at")
    details = replace(details, **{name: getattr(event, name) for name in unchanged})
    with FlyerStore(media_storage()) as files:
        parts = replace(parts, state=form.state.data)
        talks_outside = edit_detailed_event(db.session, event, details, parts, now=utc_now(), files=files)
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
        **choices_of_fields(),
    )
