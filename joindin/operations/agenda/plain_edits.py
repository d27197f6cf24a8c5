"""Consequences of writes through API v2.1, which knows neither places nor HTML, for the fields of the agenda."""

import datetime as dt

from joindin.models import Event, EventSeries
from joindin.operations.agenda.places import get_place_by_location
from joindin.operations.agenda.series import set_recurrence
from joindin.utils.text import to_plain_line

# Longer events are shown on more than one date.
ONE_DAY = dt.timedelta(days=1)


def adapt_agenda_fields(session, event: Event, *, name, description, location, starts_at, ends_at) -> str:
    """Adapt the event before its new fields are set, and return the name to set.

    A value that the API shows in a plain form, and gets back unchanged, keeps its full form: the name with its markup, the
    HTML of the description, the place of the location, and an end that is not known.
    """
    if description != event.description:
        event.description_html = None
    if location != event.location:
        event.place_id = find_place_id(session, location)
    if (starts_at, ends_at) != (event.starts_at, event.ends_at):
        event.is_multidate = lasts_longer_than_a_day(starts_at, ends_at)
        event.is_end_known = event.is_end_known or starts_at != ends_at
    return event.name if name == to_plain_line(event.name) else name


def find_place_id(session, location: str) -> int | None:
    """Return the id of the place whose text is this location; None if there is none."""
    place = get_place_by_location(session, location)
    return place and place.id


def lasts_longer_than_a_day(starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
    return ends_at - starts_at > ONE_DAY


def update_rule(session, parent: Event) -> None:
    """Count the rule of a series from the present start of its parent, after that has changed."""
    set_recurrence(session, parent, session.get_one(EventSeries, parent.id).recurrence)
