"""Events in request bodies, with the checks and error texts of the contract in its order (sections 6.3, 6.4)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import orjson

from joindin.errors import InvalidInput
from joindin.models import Event
from joindin.models.agenda.places import ONLINE
from joindin.models.events import MAX_EVENT_NAME_LENGTH
from joindin.operations.agenda.event_fields import MSG_START_AFTER_END, AgendaFields
from joindin.operations.agenda.places import PlaceChoice
from joindin.operations.agenda.series_editing import SCOPES, THIS
from joindin.operations.events import UNCHANGED
from joindin.resources.gancio.body_values import (
    is_missing,
    member,
    read_body,
    to_bool,
    to_id,
    to_number,
    to_text,
    to_texts,
    unwrap,
)
from joindin.utils.datetimes import UTC
from joindin.utils.email_addresses import is_email
from joindin.utils.text import complete_web_url, fold_case, is_web_url, to_plain_line, to_single_line

# The year 2969, and as long before 1970.
LATEST_EPOCH = 31_536_000_000
MAX_PLACE_LENGTH, MAX_ADDRESS_LENGTH, MAX_DESCRIPTION_LENGTH = 255, 500, 100_000
MAX_TAGS, MAX_TAG_LENGTH = 50, 200
MAX_ONLINE_LOCATIONS, MAX_URL_LENGTH = 20, 2_000
MAX_EMAIL_LENGTH = 200

MSG_PLACE_REQUIRED = "place_id or place_name and place_address are required"
MSG_ARE_YOU_SURE = "are you sure?"


def read_event_body() -> Mapping:
    """Return the fields of the request's body; :raises InvalidInput: if a JSON body is no object."""
    return read_body(lists=frozenset({"tags", "online_locations"}), objects=frozenset({"recurrent"}))


def parse_new_event(body: Mapping, *, is_anonymous: bool, now: dt.datetime) -> AgendaFields:
    """Return title, times and place of a new event.

    :raises InvalidInput: with the text of the first error. The other fields are :func:`add_other_fields`.
    """
    title = _parse_title(body)
    if is_missing(member(body, "start_datetime")):
        raise InvalidInput("start_datetime required")
    times = _parse_times(body, MSG_ARE_YOU_SURE, MSG_ARE_YOU_SURE)
    if is_anonymous and times["starts_at"] < now:
        raise InvalidInput("Anonymous user cannot create past events")
    place = _parse_place(body)
    if place is UNCHANGED:
        raise InvalidInput(MSG_PLACE_REQUIRED)
    return AgendaFields(name=title, **times, place=place)


def parse_changed_event(body: Mapping, event: Event) -> AgendaFields:
    """Return title, times and place as far as a change sends them. Absent ones stay; see the table in section 6.4.

    :raises InvalidInput: with the text of the first error. The other fields are :func:`add_other_fields`.
    """
    title = UNCHANGED if is_missing(member(body, "title")) else _parse_title(body)
    times = _parse_times(
        body,
        "end_datetime is too much in the future",
        "start_datetime is too much in the future",
        start=event.starts_at.timestamp(),
        end=event.ends_at.timestamp() if event.is_end_known else None,
    )
    return AgendaFields(name=title, **times, place=_parse_place(body))


def add_other_fields(fields: AgendaFields, body: Mapping) -> AgendaFields:
    """Add the fields that Gancio looks at last, without the flyer; :raises InvalidInput: with the text of the first error."""
    others = {}
    if body.get("description") is not None:
        others["description_html"] = to_text("description", body["description"], MAX_DESCRIPTION_LENGTH)
    if "multidate" in body:
        others["is_multidate"] = to_bool(body["multidate"])
    if "tags" in body:
        texts = to_texts("tags", body["tags"], MAX_TAG_LENGTH, MAX_TAGS)
        others["tags"] = list(filter(None, map(to_plain_line, texts)))
    if "online_locations" in body:
        others["online_locations"] = _parse_online_locations(body["online_locations"])
    if "recurrent" in body:
        others["recurrence"] = _parse_recurrence(body["recurrent"])
    return replace(fields, **others)


def parse_scope(body: Mapping) -> str:
    """Return which dates of a series a change is for, an addition to Gancio's API; without it this event alone."""
    scope = body.get("scope")
    if scope is not None and scope not in SCOPES:
        raise InvalidInput(f"scope must be one of {', '.join(SCOPES)}")
    return scope or THIS


def parse_submitter_email(body: Mapping) -> str | None:
    """Return the address for news about an event without account, an addition to Gancio's API."""
    email = to_text("submitter_email", body.get("submitter_email"), MAX_EMAIL_LENGTH)
    if email and not is_email(email):
        raise InvalidInput("submitter_email must be an e-mail address")
    return email or None


def _parse_title(body):
    title = to_single_line(to_text("title", body.get("title"), MAX_EVENT_NAME_LENGTH)).strip()
    if not to_plain_line(title):
        raise InvalidInput("title required")
    return title


def _parse_times(body, late_end, late_start, *, start=None, end=None):
    """Return the times that the body has, in Gancio's order of errors. ``start`` and ``end`` are the present ones.

    An empty end removes the end; an empty start keeps the start.
    """
    sent_start, sent_end = member(body, "start_datetime"), member(body, "end_datetime")
    has_start, has_end = not is_missing(sent_start), not is_missing(sent_end)
    start = to_number(sent_start) if has_start else start
    end = to_number(sent_end) if has_end else None if "end_datetime" in body else end
    if start is not None and end is not None and start > end:
        raise InvalidInput(MSG_START_AFTER_END)
    if has_end and end is not None and end > LATEST_EPOCH:
        raise InvalidInput(late_end)
    if has_start and (not start or start < -LATEST_EPOCH):
        raise InvalidInput("Wrong format for start datetime")
    if has_end and (not end or end < -LATEST_EPOCH):
        raise InvalidInput("Wrong format for end datetime")
    if has_start and start > LATEST_EPOCH:
        raise InvalidInput(late_start)
    times = {"starts_at": _to_datetime(start)} if has_start else {}
    return times | ({"ends_at": _to_datetime(end) if has_end else None} if "end_datetime" in body else {})


def _to_datetime(epoch):
    return dt.datetime.fromtimestamp(int(epoch), UTC)


def _parse_place(body):
    """Return the place that the body names; ``UNCHANGED`` if it names none."""
    if not is_missing(member(body, "place_id")):
        return PlaceChoice(id=to_id(body["place_id"]))
    name = _line(body, "place_name", MAX_PLACE_LENGTH)
    address = _line(body, "place_address", MAX_ADDRESS_LENGTH)
    if not name:
        if address or not is_missing(member(body, "place_name")):
            raise InvalidInput(MSG_PLACE_REQUIRED)
        return UNCHANGED
    if not address and fold_case(name) != ONLINE:
        raise InvalidInput(MSG_PLACE_REQUIRED)
    latitude = _parse_degrees(body, "place_latitude", 90)
    longitude = _parse_degrees(body, "place_longitude", 180)
    if not (latitude and longitude):
        latitude = longitude = None
    return PlaceChoice(name=name, address=address, latitude=latitude, longitude=longitude)


def _line(body, name, max_length):
    return to_single_line(to_text(name, body.get(name), max_length)).strip()


def _parse_degrees(body, name, maximum):
    if is_missing(value := member(body, name)):
        return None
    degrees = to_number(value)
    if degrees is None or abs(degrees) > maximum:
        raise InvalidInput(f"{name} must be a number from -{maximum} to {maximum}")
    return degrees


def _parse_online_locations(value):
    texts = to_texts("online_locations", value, MAX_URL_LENGTH, MAX_ONLINE_LOCATIONS)
    urls = [complete_web_url(text) for text in texts]
    if not all(map(is_web_url, urls)):
        # Anything else, such as a script, would be a link on every page that shows the event.
        raise InvalidInput("online_locations must be web addresses")
    return urls


def _parse_recurrence(value):
    """Return the object, also from JSON text, as forms send it; None if the event is not repeated."""
    value = unwrap(value)
    if isinstance(value, str) and value.strip():
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise InvalidInput("recurrent must be a JSON object") from None
    if is_missing(value):
        return None
    if not isinstance(value, dict):
        raise InvalidInput("recurrent must be a JSON object")
    return value
