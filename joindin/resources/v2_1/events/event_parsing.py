"""Reading what a host says about an event (spec 4.4 and 4.5)."""

from joindin.errors import InvalidInput
from joindin.operations.events import UNCHANGED, EventDetails
from joindin.representations.schema_fields import ObjectSchema, boolean, list_of, number, optional, string
from joindin.resources.v2_1.request_params import Params
from joindin.utils.datetimes import is_timezone, parse_date, utc_now
from joindin.utils.text import is_web_url, to_plain_text

MAX_LENGTHS = {"name": 200, "description": 65_535, "location": 2_000, "href": 600, "cfp_url": 600}
MAX_TAGS, MAX_TAG_LENGTH = 50, 100

MSG_FIELD_REQUIRED = {
    "name": "'name' is a required field",
    "description": "'description' is a required field",
    "location": "'location' is a required field (for virtual events, 'online' works)",
}
MSG_DATES_REQUIRED = "Both 'start_date' and 'end_date' must be supplied in a recognised format"
MSG_START_AFTER_END = "The event start date must be before its end date"
MSG_INVALID_TIMEZONE = "The fields 'tz_continent' and 'tz_place' must be supplied and valid (e.g. Europe and London)"


class EventBodySchema(ObjectSchema):
    """What is said about an event. Dates may be written in many ways; without an offset they are in its zone."""

    name = string("SampleConf", maxLength=MAX_LENGTHS["name"])
    description = string("Two days of talks about PHP.", maxLength=MAX_LENGTHS["description"])
    location = string("Main Hall", "For virtual events, `online` works.", maxLength=MAX_LENGTHS["location"])
    start_date = string("2026-03-02T09:00", "Only a day means its midnight.")
    end_date = string("2026-03-03T18:00", "Not before the start.")
    tz_continent = string("Europe", "The first part of a zone's name.")
    tz_place = string("Amsterdam", "The rest of the zone's name.")
    href = optional(string("https://conf.example", "Dropped if it is no web address.", nullable=True, maxLength=600))
    cfp_url = optional(string("https://conf.example/cfp", "As `href`.", nullable=True, maxLength=600))
    cfp_start_date = optional(string("2025-11-01", "An edit without it clears it.", nullable=True))
    cfp_end_date = optional(string("2025-12-31", "An edit without it clears it.", nullable=True))
    latitude = optional(number(52.3731, nullable=True, minimum=-90, maximum=90))
    longitude = optional(number(4.8922, nullable=True, minimum=-180, maximum=180))
    tags = optional(list_of(string("php", maxLength=MAX_TAG_LENGTH), "All of them: an edit replaces what was there."))


class NewEventSchema(EventBodySchema):
    auto_approve_event = optional(boolean(description="Skips the approval, on test platforms that allow it."))


def parse_event(given: Params, *, is_new: bool, more_problems=lambda: []) -> EventDetails:
    """The details, if nothing is wrong with them; else all that is wrong, as one sentence.

    ``more_problems`` is asked last, for what the caller has to add. In a new event an absent field
    is empty; in an edit it stays, but for the dates of the call for papers, which are cleared.

    :raises InvalidInput: with the contract's sentences, joined in its order.
    """
    problems = []
    texts = {field: _text(given, field, problems, MSG_FIELD_REQUIRED[field]) for field in MSG_FIELD_REQUIRED}
    zone_name = "/".join(to_plain_text(given.text(part)) for part in ("tz_continent", "tz_place"))
    dates = _dates(given, zone_name, problems)
    place = {axis: _degrees(given, axis, most, problems) for axis, most in (("latitude", 90), ("longitude", 180))}
    urls = {field: _url(given, field, is_new, problems) for field in ("href", "cfp_url")}
    tags = _tags(given, problems)
    problems += more_problems()
    if problems:
        raise InvalidInput(". ".join(problems))
    return EventDetails(
        **texts,
        **dates,
        **place,
        **urls,
        timezone=zone_name,
        tags=tags,
        cfp_starts_at=_optional_date(given, "cfp_start_date", zone_name),
        cfp_ends_at=_optional_date(given, "cfp_end_date", zone_name),
    )


def _text(given, field, problems, required):
    text = to_plain_text(given.text(field))
    if given.is_empty(field) or not text:
        problems.append(required)
    elif len(text) > MAX_LENGTHS[field]:
        problems.append(_too_long(field))
    return text


def _dates(given, zone_name, problems):
    known_zone = zone_name if is_timezone(zone_name) and "/" in zone_name else None
    starts_at, ends_at = (_optional_date(given, field, known_zone) for field in ("start_date", "end_date"))
    if starts_at is None or ends_at is None:
        problems.append(MSG_DATES_REQUIRED)
    elif starts_at > ends_at:
        problems.append(MSG_START_AFTER_END)
    elif known_zone is None:
        problems.append(MSG_INVALID_TIMEZONE)
    return {"starts_at": starts_at, "ends_at": ends_at}


def _optional_date(given, field, zone_name):
    return None if given.is_empty(field) else parse_date(given.text(field), zone_name, utc_now())


def _url(given, field, is_new, problems):
    if field not in given:
        return UNCHANGED
    url = to_plain_text(given.text(field))
    if not is_web_url(url):
        # An edit that names no proper address clears what was there; a submission just has none.
        return UNCHANGED if is_new else ""
    if len(url) > MAX_LENGTHS[field]:
        problems.append(_too_long(field))
    return url


def _degrees(given, axis, most, problems):
    """Digits, sign and point are kept; empty and null clear, an absent key changes nothing."""
    if axis not in given:
        return UNCHANGED
    kept = "".join(c for c in given.text(axis) if c in "0123456789+-.")[:40]
    try:
        degrees = float(kept)
    except ValueError:
        return None
    if not -most <= degrees <= most:
        problems.append(f"The field '{axis}' must be between -{most} and {most}")
    return degrees or None


def _tags(given, problems):
    names = given.texts("tags")
    if names is None:
        return UNCHANGED
    names = [name for name in (to_plain_text(name).lower() for name in names) if name]
    if len(names) > MAX_TAGS:
        problems.append(f"An event must not have more than {MAX_TAGS} tags")
    if any(len(name) > MAX_TAG_LENGTH for name in names):
        problems.append(f"A tag must not be longer than {MAX_TAG_LENGTH} characters")
    return names


def _too_long(field):
    return f"The field '{field}' must not be longer than {MAX_LENGTHS[field]} characters"
