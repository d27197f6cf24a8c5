"""Places of events: found by id or name, or created with the first event that names them."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import begin_write, lock_row, retry_on_lock_timeout
from joindin.db.upserts import insert_or_ignore
from joindin.errors import InvalidInput, NotFound
from joindin.models import Event, Place, User
from joindin.operations.audit import log_action
from joindin.utils.text import fold_case, fold_case_accents, to_plain_line
from joindin.viewer import UserSnapshot

MSG_PLACE_NOT_FOUND = "Place not found"
MSG_PLACE_IN_USE = "The place is in use at the moment. Please try again"
# More names are not looked for in a location text.
MAX_NAMES_IN_LOCATION = 10


@dataclass(frozen=True)
class PlaceChoice:
    """A place by its id or, without one, by its name. The rest is stored only if no place has that name yet."""

    id: int | None = None
    name: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None


def check_place(session, choice: PlaceChoice, *, sees_all: bool = True) -> None:
    """Check the id of the choice. Without ``sees_all`` the place needs a visible event, as in :func:`find_place`.

    :raises InvalidInput: if the choice is an id that no such place has.
    """
    if choice.id is None:
        return
    found = select(Place.id).where(Place.id == choice.id)
    if not sees_all:
        found = found.where(exists().where(Event.place_id == Place.id, Event.is_visible))
    if session.scalar(found) is None:
        raise InvalidInput(MSG_PLACE_NOT_FOUND)


def find_or_create_place(session, choice: PlaceChoice, *, now: dt.datetime) -> Place:
    """Return the place; two simultaneous submissions of a new name create it once.

    It does not change until the transaction ends: an event copies what it shows of the place.

    :raises InvalidInput: if the choice is an id that no place has.
    """
    begin_write(session)
    locked = select(Place).with_for_update(read=True).execution_options(populate_existing=True)
    if choice.id is not None:
        place = session.scalar(locked.where(Place.id == choice.id))
        if place is None:
            raise InvalidInput(MSG_PLACE_NOT_FOUND)
        return place
    named = locked.where(Place.lookup_key == fold_case(choice.name))
    place = session.scalar(named)
    if place is None:
        insert_or_ignore(
            session,
            Place,
            name=choice.name,
            lookup_key=fold_case(choice.name),
            name_key=fold_case_accents(choice.name),
            address=choice.address,
            latitude=choice.latitude,
            longitude=choice.longitude,
            created_at=now,
            updated_at=now,
        )
        place = session.scalars(named).one()
    return place


def edit_place(session, place_id: int, fields: dict, *, actor: User | UserSnapshot | None, now: dt.datetime) -> Place:
    """Change the given columns of a place and the copies in its events.

    A place takes its new name also if another one has it. Submissions of that name then mean the other one.

    :raises NotFound: if there is no such place.
    :raises Conflict: if the events of the place are in use by too many requests.
    """

    def work():
        place = lock_row(session, Place, place_id)
        if place is None:
            raise NotFound("Not Found")
        changes = {name: [getattr(place, name), value] for name, value in fields.items()}
        changes = {name: change for name, change in changes.items() if change[0] != change[1]}
        if not changes:
            return place
        if "name" in changes:
            place.lookup_key = None
            _set_lookup_key(session, place, fields["name"])
        for name, value in fields.items():
            setattr(place, name, value)
        place.updated_at = now
        session.flush()
        _copy_to_events(session, place)
        log_action(session, "place.edit", place, actor=actor, changes=changes)
        return place

    return retry_on_lock_timeout(session, work, message=MSG_PLACE_IN_USE)


def _set_lookup_key(session, place, name):
    """Let submissions of the name mean this place, unless they mean another one."""
    try:
        with session.begin_nested():
            place.lookup_key = fold_case(name)
            session.flush()
    except IntegrityError:
        place.lookup_key = None


def _copy_to_events(session, place):
    copies = {"location": place_text(place), "latitude": place.latitude, "longitude": place.longitude}
    session.execute(
        update(Event).where(Event.place_id == place.id).values(copies).execution_options(synchronize_session=False)
    )


def set_event_place(event: Event, place: Place) -> None:
    """Copy the place into the columns of the event that every API shows."""
    event.place_id = place.id
    event.location = place_text(place)
    event.latitude, event.longitude = place.latitude, place.longitude


def place_text(place: Place) -> str:
    """Return name and address as the location of an event, in plain text."""
    name, address = to_plain_line(place.name), to_plain_line(place.address)
    return name if not address or fold_case(address) == fold_case(name) else f"{name}, {address}"


def get_place_by_location(session, location: str) -> Place | None:
    """Return the place whose name, or name and address, is this location text; None if there is none."""
    parts = location.split(", ", MAX_NAMES_IN_LOCATION)
    names = {fold_case(", ".join(parts[:length])) for length in range(1, len(parts) + 1)}
    places = session.scalars(select(Place).where(Place.lookup_key.in_(names)).order_by(Place.id))
    text = fold_case(location)
    return next((place for place in places if text in (place.lookup_key, fold_case(place_text(place)))), None)
