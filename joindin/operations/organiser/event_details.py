"""Submission and editing of events with all that the web site's form has: place, addresses online, image and state."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from joindin.models import Event
from joindin.operations.agenda.event_fields import FlyerChange
from joindin.operations.agenda.flyers import FlyerStore, change_event_flyer, remove_event_flyer, set_event_flyer
from joindin.operations.agenda.places import PlaceChoice, find_or_create_place, place_text, set_event_place
from joindin.operations.events import EventDetails, edit_event, submit_event
from joindin.operations.organiser.settings import set_kind_and_licence
from joindin.utils.text import fold_case
from joindin.viewer import UserSnapshot

MAX_PLACE_NAME_LENGTH = 255


@dataclass(frozen=True)
class EventParts:
    """The parts of an event for which v2.1 has no fields. ``state`` None keeps the state of the event."""

    address: str
    online_locations: Sequence[str]
    image: FlyerChange
    kind: str
    licence: str | None
    state: str | None = None


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
    stored = replace(details, location=_location(details, parts))
    event = submit_event(session, stored, submitter=submitter, now=now, max_pending=max_pending, force=force)
    _set_parts(session, event, details, parts, now=now, files=files)
    return event


def edit_detailed_event(
    session, event: Event, details: EventDetails, parts: EventParts, *, now: dt.datetime, files: FlyerStore
) -> int:
    """Replace the fields of an event and its parts; return the number of talks outside its dates."""
    talks_outside = edit_event(session, event, replace(details, location=_location(details, parts)))
    _set_parts(session, event, details, parts, now=now, files=files)
    return talks_outside


def _location(details, parts):
    return f"{details.location}, {parts.address}" if parts.address else details.location


def _set_parts(session, event, details, parts, *, now, files):
    if parts.address:
        _set_place(session, event, details, parts.address, now)
    event.online_locations = list(parts.online_locations)
    if parts.state is not None:
        event.state = parts.state
    session.flush()
    set_kind_and_licence(session, event, parts.kind, parts.licence)
    _set_image(session, event, parts.image, files)


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
