"""Submission and editing of events with all that the web site's form has: place, addresses online, images and state."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from joindin.models import Event, EventFlyer, EventSettings, EventVenuePlan, Tag, event_tags
from joindin.operations.agenda.event_fields import FlyerChange
from joindin.operations.agenda.flyers import FlyerStore, change_event_flyer, remove_event_flyer, set_event_flyer
from joindin.operations.agenda.places import PlaceChoice, find_or_create_place, place_text, set_event_place
from joindin.operations.agenda.venue_plans import VenuePlanChange, change_venue_plan
from joindin.operations.audit import log_action
from joindin.operations.events import EventDetails, edit_event, submit_event
from joindin.operations.organiser.logged_values import find_changes
from joindin.operations.organiser.settings import set_event_settings
from joindin.utils.text import fold_case
from joindin.viewer import UserSnapshot

MAX_PLACE_NAME_LENGTH = 255
# Columns whose changes the audit log has.
LOGGED_COLUMNS = (
    "name", "description", "location", "latitude", "longitude", "starts_at", "ends_at", "timezone", "online_locations", "href",
    "cfp_url", "cfp_starts_at", "cfp_ends_at", "is_cfp_anywhere", "state",
)  # fmt: skip
LOGGED_SETTINGS = ("kind", "licence", "capacity", "contact_address", "spoken_language")


@dataclass(frozen=True)
class EventParts:
    """The parts of an event for which v2.1 has no fields. ``state`` None keeps the state of the event.

    ``settings`` are columns of the settings that describe the event; those that are left out are kept.
    """

    address: str
    online_locations: Sequence[str]
    image: FlyerChange
    settings: Mapping[str, object]
    state: str | None = None
    venue_plan: VenuePlanChange | None = None


def submit_detailed_event(
    session,
    details: EventDetails,
    parts: EventParts,
    *,
    submitter: UserSnapshot,
    now: dt.datetime,
    files: FlyerStore,
    max_pending: int,
    force: bool = False,
) -> Event:
    """Store a new event with its parts; :raises InvalidInput, DuplicateEvent: as :func:`submit_event`."""
    stored = replace(details, location=stored_location(details, parts))
    event = submit_event(session, stored, submitter=submitter, now=now, max_pending=max_pending, force=force)
    _set_parts(session, event, details, parts, now=now, files=files)
    return event


def edit_detailed_event(
    session,
    event: Event,
    details: EventDetails,
    parts: EventParts,
    *,
    actor: UserSnapshot,
    now: dt.datetime,
    files: FlyerStore,
) -> int:
    """Replace the fields of an event and its parts; return the number of talks outside its dates."""
    before = _load_logged_values(session, event)
    talks_outside = edit_event(session, event, replace(details, location=stored_location(details, parts)))
    _set_parts(session, event, details, parts, now=now, files=files)
    after = _load_logged_values(session, event)
    if changes := find_changes(before, after):
        log_action(session, "event.edit", event, actor=actor, changes=changes)
    return talks_outside


def stored_location(details: EventDetails, parts: EventParts) -> str:
    """Return the text that stands for the place: its name and address."""
    return f"{details.location}, {parts.address}" if parts.address else details.location


def _set_parts(session, event, details, parts, *, now, files):
    if parts.address:
        _set_place(session, event, details, parts.address, now)
    event.online_locations = list(parts.online_locations)
    if parts.state is not None:
        event.state = parts.state
    session.flush()
    set_event_settings(session, event, parts.settings)
    _set_image(session, event, parts.image, files)
    if parts.venue_plan is not None:
        change_venue_plan(session, event, parts.venue_plan, files)


def _set_place(session, event, details, address, now):
    """Connect the event with the place of that name and address. A place of another address keeps it, and stays apart."""
    if len(details.location) > MAX_PLACE_NAME_LENGTH:
        return
    choice = PlaceChoice(name=details.location, address=address, latitude=details.latitude, longitude=details.longitude)
    place = find_or_create_place(session, choice, now=now)
    if fold_case(place_text(place)) == fold_case(event.location):
        latitude, longitude = event.latitude, event.longitude
        set_event_place(event, place)
        if latitude is not None:
            event.latitude, event.longitude = latitude, longitude


def _set_image(session, event, change, files):
    if change.flyer is not None:
        set_event_flyer(session, event, change.flyer, alt_text=change.alt_text or "", files=files)
    elif change.is_removed:
        remove_event_flyer(session, event, files)
    elif change.alt_text is not None:
        change_event_flyer(session, event, alt_text=change.alt_text, focal_point=change.focal_point, files=files)


def _load_logged_values(session, event):
    """Return the values whose changes the audit log has."""
    settings, flyer, plan = (
        session.get(model, event.id, populate_existing=True) for model in (EventSettings, EventFlyer, EventVenuePlan)
    )
    tags = select(Tag.name).join(event_tags).where(event_tags.c.event_id == event.id).order_by(event_tags.c.id)
    values = {name: getattr(event, name) for name in LOGGED_COLUMNS}
    values |= {name: settings and getattr(settings, name) for name in LOGGED_SETTINGS}
    values |= {"tags": session.scalars(tags).all()}
    for name, image in (("image", flyer), ("venue_plan", plan)):
        values |= {name: image and image.file, f"{name}_text": image and image.alt_text}
    return values
