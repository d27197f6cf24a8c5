"""Parsing of events in request bodies (spec 4.4, 4.5)."""

import re

from joindin.errors import InvalidInput
from joindin.models import Event
from joindin.operations.events import UNCHANGED, EventDetails
from joindin.representations.schema_fields import UNSET, ObjectSchema, string
from joindin.resources.v2_1.body_fields import (
    anything,
    date_text,
    optional_date_text,
    optional_list,
    optional_number,
    optional_text,
    required_text,
)
from joindin.resources.v2_1.field_lengths import length_message
from joindin.resources.v2_1.request_params import Params, is_number
from joindin.resources.v2_1.web_addresses import clean_web_address, find_web_address_error
from joindin.utils.date_texts import DATE_FORMS, date_hint, parse_date
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_line, to_plain_text
from joindin.utils.timezones import find_timezone_name

# One comma between digits, in a text without a point.
DECIMAL_COMMA = re.compile(r"\A([^,.]*\d),(\d+[^,.]*)\Z")
MAX_LENGTHS = {"name": 200, "description": 65_535, "location": 2_000, "href": 600, "cfp_url": 600}
MAX_TAGS, MAX_TAG_LENGTH = 50, 100

MSG_FIELD_REQUIRED = {
    "name": "'name' is a required field",
    "description": "'description' is a required field",
    "location": "'location' is a required field (for virtual events, 'online' works)",
}
_CLEANERS = {"name": to_plain_line, "description": to_plain_text, "location": to_plain_line}
MSG_DATES_REQUIRED = "Both 'start_date' and 'end_date' must be supplied in a recognised format"
MSG_START_AFTER_END = "The event start date must be before its end date"
MSG_INVALID_TIMEZONE = "The fields 'tz_continent' and 'tz_place' must be supplied and valid (e.g. Europe and London)"
INVALID_EVENT_MESSAGES = (
    *MSG_FIELD_REQUIRED.values(),
    MSG_DATES_REQUIRED,
    f"The date of 'start_date' is not clear: write it as {DATE_FORMS}",
    MSG_START_AFTER_END,
    MSG_INVALID_TIMEZONE,
    f"The field 'cfp_start_date' must be a date such as {DATE_FORMS}",
    "The field 'href' must be a web address such as https://conf.example",
    "The field 'latitude' must be a number",
    "The field 'latitude' must be between -90 and 90",
    "The items of 'tags' must be texts",
    f"An event must not have more than {MAX_TAGS} tags",
    f"A tag must not be longer than {MAX_TAG_LENGTH} characters",
)


class EventBodySchema(ObjectSchema):
    """The fields of an event. Dates can have many formats; without an offset they are in the event's time zone."""

    name = required_text("SampleConf", zero_is_empty=True, max_length=MAX_LENGTHS["name"])
    description = required_text(
        "Two days of talks about PHP.", zero_is_empty=True, max_length=MAX_LENGTHS["description"]
    )
    location = required_text(
        "Main Hall", "For virtual events, `online` works.", zero_is_empty=True, max_length=MAX_LENGTHS["location"]
    )
    start_date = date_text("2026-03-02T09:00", "A date without a time is midnight.")
    end_date = date_text("2026-03-03T18:00", "Not before the start.")
    tz_continent = string("Europe", "The first part of the name of the time zone.")
    tz_place = string("Amsterdam", "The rest of the name of the time zone.")
    href = optional_text("https://conf.example", "At most 600 characters. `https://` is added to a bare host name.")
    cfp_url = optional_text("https://conf.example/cfp", "As `href`.")
    cfp_start_date = optional_date_text("2025-11-01", "An edit without it clears it.")
    cfp_end_date = optional_date_text("2025-12-31", "An edit without it clears it.")
    latitude = optional_number(52.3731, minimum=-90, maximum=90)
    longitude = optional_number(4.8922, minimum=-180, maximum=180)
    tags = optional_list(
        {"type": ["string", "number"]},
        ["php"],
        f"All tags, at most {MAX_TAGS} of {MAX_TAG_LENGTH} characters: an edit replaces the earlier ones. A text with"
        " commas is accepted too.",
        other_types=("string", "number"),
    )


class NewEventSchema(EventBodySchema):
    force = anything(
        {"type": "boolean"},
        UNSET,
        "Submits an event that the caller has just submitted once more. `1` is accepted too.",
    )
    auto_approve_event = anything({"type": "boolean"}, UNSET, "Skips the approval, on test platforms that allow it.")


class InvalidEvent(InvalidInput):
    """Some fields of an event are invalid. The message joins the errors, in the order of the contract."""

    def __init__(self, errors: list[str]):
        super().__init__(". ".join(errors))


def parse_event(params: Params, event: Event | None = None) -> EventDetails:
    """Return the details of a new event, or those that replace the ones of ``event``.

    An absent optional field is empty in a new event and unchanged in an edit, except for the dates of the call for
    papers: an edit without them clears them.

    :raises InvalidEvent: if fields are missing or invalid.
    :raises InvalidInput: for a field that is not text.
    """
    errors = []
    # Other APIs allow longer names than the original, and edits send them back.
    max_lengths = MAX_LENGTHS | {"name": max(MAX_LENGTHS["name"], len(event.name) if event else 0)}
    texts = {field: _parse_text(params, field, max_lengths[field], errors) for field in MSG_FIELD_REQUIRED}
    zone_name = _parse_zone(params)
    dates = _parse_dates(params, zone_name, errors)
    latitude = _parse_degrees(params, "latitude", 90, errors)
    longitude = _parse_degrees(params, "longitude", 180, errors)
    urls = {field: _parse_url(params, field, event is None, errors) for field in ("href", "cfp_url")}
    cfp_dates = [_parse_cfp_date(params, field, zone_name, errors) for field in ("cfp_start_date", "cfp_end_date")]
    tags = _parse_tags(params, errors)
    if errors:
        raise InvalidEvent(errors)
    return EventDetails(
        **texts,
        **dates,
        **urls,
        latitude=latitude,
        longitude=longitude,
        timezone=zone_name,
        tags=tags,
        cfp_starts_at=cfp_dates[0],
        cfp_ends_at=cfp_dates[1],
    )


def _parse_text(params, field, max_length, errors):
    text = _CLEANERS[field](params.text(field))
    if params.is_empty(field) or not text:
        errors.append(MSG_FIELD_REQUIRED[field])
    elif len(text) > max_length:
        errors.append(length_message(field, max_length))
    return text


def _parse_zone(params):
    """Return the name of the zone as tzdata spells it, or None if the two parts name none."""
    continent, place = (to_plain_text(params.text(part)) for part in ("tz_continent", "tz_place"))
    return find_timezone_name(f"{continent}/{place}") if continent and place else None


def _parse_dates(params, zone_name, errors):
    fields = ("start_date", "end_date")
    starts_at, ends_at = (_parse_date(params, field, zone_name) for field in fields)
    if starts_at is None or ends_at is None:
        errors.append(MSG_DATES_REQUIRED)
        unclear = [field for field, at in zip(fields, (starts_at, ends_at), strict=True) if at is None]
        errors += filter(None, (date_hint(field, params.text(field)) for field in unclear))
    elif starts_at > ends_at:
        errors.append(MSG_START_AFTER_END)
    elif zone_name is None:
        errors.append(MSG_INVALID_TIMEZONE)
    return {"starts_at": starts_at, "ends_at": ends_at}


def _parse_date(params, field, zone_name):
    return None if params.is_empty(field) else parse_date(params.text(field), zone_name, utc_now())


def _parse_cfp_date(params, field, zone_name, errors):
    at = _parse_date(params, field, zone_name)
    if at is None and not params.is_empty(field):
        errors.append(f"The field '{field}' must be a date such as {DATE_FORMS}")
    return at


def _parse_url(params, field, is_new, errors):
    if field not in params:
        return UNCHANGED
    url = clean_web_address(params.text(field))
    if not url:
        return UNCHANGED if is_new else ""
    if error := find_web_address_error(field, url, MAX_LENGTHS[field]):
        errors.append(error)
    return url


def _parse_degrees(params, field, max_degrees, errors):
    """Return the number; None if it is empty or null, ``UNCHANGED`` if it is absent.

    Around a number, characters other than digits, signs and points are ignored (spec 4.4). One comma between digits is
    a decimal point.
    """
    if field not in params:
        return UNCHANGED
    text = DECIMAL_COMMA.sub(r"\1.\2", params.text(field).strip())
    if not text:
        return None
    try:
        degrees = float(text if is_number(text) else "".join(c for c in text if c in "0123456789+-.")[:40])
    except ValueError:
        errors.append(f"The field '{field}' must be a number")
        return None
    if not -max_degrees <= degrees <= max_degrees:
        errors.append(f"The field '{field}' must be between -{max_degrees} and {max_degrees}")
    return degrees or None


def _parse_tags(params, errors):
    """Return the names in a list or in a text with commas; ``UNCHANGED`` without any value."""
    if params.get("tags") is None:
        return UNCHANGED
    names = params.texts("tags")
    if names is None:
        names = params.text("tags").split(",")
    names = list(dict.fromkeys(name for name in (to_plain_line(name).lower() for name in names) if name))
    if len(names) > MAX_TAGS:
        errors.append(f"An event must not have more than {MAX_TAGS} tags")
    if any(len(name) > MAX_TAG_LENGTH for name in names):
        errors.append(f"A tag must not be longer than {MAX_TAG_LENGTH} characters")
    return names
