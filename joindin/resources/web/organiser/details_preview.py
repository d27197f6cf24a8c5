"""The page of an event as it will be with the details of a form. Nothing is stored."""

from types import SimpleNamespace

from flask import Response

from joindin.extensions import db, reader
from joindin.models import Event
from joindin.models.agenda.call_times import CallTimes, find_former_end
from joindin.operations.events import EventDetails
from joindin.operations.organiser.event_details import EventParts, stored_location
from joindin.queries.agenda.flyers import find_flyer
from joindin.queries.event_records import get_event_record
from joindin.representations.links import event_path
from joindin.resources.web.organiser.common import manage_path
from joindin.resources.web.organiser.details_form import DetailsForm
from joindin.resources.web.public.events import event_page_response
from joindin.utils.text import fold_case


def details_preview(event: Event, form: DetailsForm, details: EventDetails, parts: EventParts) -> Response:
    """Show the page of the event with the details, and above it the values of the form in hidden fields.

    Pictures that are uploaded with the form are not shown. Those that it removes are not shown either.
    """
    record = get_event_record(reader(), event.id)
    _set_details(record, details, parts)
    flyer = find_flyer(db.session, event.id)
    if form.is_image_removed.data:
        flyer, record.images = None, ()
    elif flyer is not None:
        flyer = SimpleNamespace(**flyer._asdict() | {"alt_text": form.alt_text.data})
    if form.is_venue_plan_removed.data:
        record.plan_file = None
    record.plan_alt_text = form.venue_plan_text.data
    return event_page_response(
        record,
        event_path(event),
        template="web/organiser/details_preview.html",
        flyer=flyer,
        is_public=False,
        form=form,
        action=manage_path(event, "details/"),
    )


def _set_details(record, details, parts):
    """Set the attributes of the record as ``edit_detailed_event`` sets the columns."""
    location = stored_location(details, parts)
    if fold_case(location) != fold_case(record.location or ""):
        record.place_id = None
    if details.description != record.description:
        record.description_html = None
    if (details.starts_at, details.ends_at) != (record.starts_at, record.ends_at):
        record.is_end_known = record.is_end_known or details.starts_at != details.ends_at
    names = {fold_case(name): name for name in reversed(details.tags)}
    values = details.fields() | parts.settings | {"location": location, "state": parts.state}
    values |= {"tags": [SimpleNamespace(name=name) for name in reversed(names.values())]}
    former_call = CallTimes.of(record)
    vars(record).update(values, online_locations=list(parts.online_locations))
    if record.is_visible:
        record.cfp_former_ends_at = find_former_end(record.cfp_former_ends_at, former_call, CallTimes.of(record))
