"""Fields of an event as agendas write them, and their way into the columns that every API shares."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joindin.errors import InvalidInput
from joindin.models import Event
from joindin.operations.agenda.flyers import CENTRE, change_event_flyer, remove_event_flyer, set_event_flyer
from joindin.operations.agenda.places import PlaceChoice, find_or_create_place, set_event_place
from joindin.operations.agenda.series import set_recurrence
from joindin.operations.events import UNCHANGED, tag_event
from joindin.utils.html import html_to_text, sanitize_html
from joindin.utils.text import to_plain_text

if TYPE_CHECKING:
    from joindin.operations.agenda.flyers import FlyerStore
    from joindin.utils.images.flyers import ProcessedFlyer

MSG_START_AFTER_END = "start datetime is greater than end datetime"


@dataclass(frozen=True)
class FlyerChange:
    """A new flyer, or None to keep the present one; ``is_removed`` removes it. None keeps text and focal point."""

    flyer: "ProcessedFlyer | None" = None
    is_removed: bool = False
    alt_text: str | None = None
    focal_point: tuple[float, float] | None = None


@dataclass(frozen=True)
class AgendaFields:
    """The fields that a request sends; ``UNCHANGED`` keeps a field as it is (new events: empty).

    ``ends_at`` is None for an event without a known end. ``recurrence`` is Gancio's object, or None for an event that
    is not repeated.
    """

    name: str | object = UNCHANGED
    starts_at: dt.datetime | object = UNCHANGED
    ends_at: dt.datetime | object | None = UNCHANGED
    place: PlaceChoice | object = UNCHANGED
    description_html: str | object = UNCHANGED
    is_multidate: bool | object = UNCHANGED
    online_locations: Sequence[str] | object = UNCHANGED
    tags: Sequence[str] | object = UNCHANGED
    recurrence: dict | object | None = UNCHANGED
    flyer: FlyerChange = FlyerChange()


def set_columns(session, event: Event, fields: AgendaFields, *, now: dt.datetime) -> None:
    """Set the columns of the event's own row, and create the place if it is new.

    :raises InvalidInput: if the event would end before it starts, or if its place does not exist.
    """
    for name in ("name", "is_multidate", "online_locations"):
        if (value := getattr(fields, name)) is not UNCHANGED:
            setattr(event, name, value)
    if fields.description_html is not UNCHANGED:
        event.description_html = sanitize_html(fields.description_html)
        event.description = to_plain_text(html_to_text(event.description_html))
    _set_dates(event, fields)
    if fields.place is not UNCHANGED:
        set_event_place(event, find_or_create_place(session, fields.place, now=now))


def set_parts(session, event: Event, fields: AgendaFields, *, files: "FlyerStore") -> None:
    """Set what other tables hold of a stored event: tags, flyer and series."""
    if fields.tags is not UNCHANGED:
        tag_event(session, event, fields.tags)
    _set_flyer(session, event, fields.flyer, files)
    if fields.recurrence is not UNCHANGED:
        set_recurrence(session, event, fields.recurrence)


def _set_flyer(session, event, change, files):
    if change.flyer is not None:
        set_event_flyer(
            session,
            event,
            change.flyer,
            alt_text=change.alt_text or "",
            focal_point=change.focal_point or CENTRE,
            files=files,
        )
    elif change.is_removed:
        remove_event_flyer(session, event, files)
    elif change.alt_text is not None or change.focal_point is not None:
        change_event_flyer(session, event, alt_text=change.alt_text, focal_point=change.focal_point, files=files)


def _set_dates(event, fields):
    starts_at = event.starts_at if fields.starts_at is UNCHANGED else fields.starts_at
    ends_at = fields.ends_at
    if ends_at is UNCHANGED:
        ends_at = event.ends_at if event.is_end_known else None
    if ends_at is not None and starts_at > ends_at:
        raise InvalidInput(MSG_START_AFTER_END)
    event.starts_at, event.ends_at, event.is_end_known = starts_at, ends_at or starts_at, ends_at is not None
