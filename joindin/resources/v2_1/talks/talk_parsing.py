"""Reading what is said about a talk (spec 7.5 and 7.6)."""

import datetime as dt
import re

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.models import Event
from joindin.operations.talks import TalkDetails
from joindin.queries.languages import get_language_by_name, get_talk_type_by_title
from joindin.representations.schema_fields import ObjectSchema, integer, list_of, optional, string
from joindin.resources.v2_1.request_params import Params
from joindin.utils.datetimes import parse_date, utc_now
from joindin.utils.text import to_plain_text

MAX_LENGTHS = {"talk_title": 255, "talk_description": 65_535, "slides_link": 2_000}
MAX_SPEAKERS, MAX_SPEAKER_NAME_LENGTH = 50, 200
MAX_DURATION_MINUTES = 99_999

DEFAULT_TYPE = "Talk"
DEFAULT_LANGUAGE = "English - UK"
DEFAULT_DURATION_MINUTES = 60

NO_TITLE = "The talk title field is required"
NO_DESCRIPTION = "The talk description field is required"
NO_DATE = "Please give the date and time of the talk"
OUTSIDE = "The talk must be held between the start and end date of the event"
NO_NAMES = "Speaker names must be strings"
INVALID_TALK_MESSAGES = (NO_TITLE, NO_DESCRIPTION, "The type 'Nap' is unknown", NO_DATE, OUTSIDE, NO_NAMES)

# What PHP takes for part of an address; the rest is dropped.
NOT_IN_URL = re.compile(r"[^A-Za-z0-9$\-_.+!*'(),{}|\\^~\[\]`<>#%\";/?:@&=]")


class TalkBodySchema(ObjectSchema):
    """What is said about a talk. An edit gives absent optional fields their defaults, but for the speakers."""

    talk_title = string("Tests that tell a story", maxLength=MAX_LENGTHS["talk_title"])
    talk_description = string("How to write tests people like to read.", maxLength=MAX_LENGTHS["talk_description"])
    start_date = string(
        "2026-03-02T10:00", "In many forms; without an offset in the zone of the event. Not before the event's start."
    )
    type = optional(string("Talk", "The title of a talk type.", default=DEFAULT_TYPE))
    language = optional(string("English - UK", "The name of a language.", default=DEFAULT_LANGUAGE))
    duration = optional(
        integer(60, "Minutes.", default=DEFAULT_DURATION_MINUTES, minimum=0, maximum=MAX_DURATION_MINUTES)
    )
    slides_link = optional(string("https://slides.example/42", "A new talk gets a link of it.", maxLength=2_000))
    speakers = optional(
        list_of(
            string("Ada L.", maxLength=MAX_SPEAKER_NAME_LENGTH),
            "All names: an edit removes those that are not among them.",
        )
    )


def parse_talk(given: Params, event: Event) -> TalkDetails:
    """The details, if nothing is wrong with them. Optional fields that are absent get their defaults, in edits too.

    :raises InvalidInput: with the first thing that is wrong, in the contract's order and words.
    """
    return TalkDetails(
        title=_text(given, "talk_title", NO_TITLE),
        description=_text(given, "talk_description", NO_DESCRIPTION),
        type_id=_named(given, "type", DEFAULT_TYPE, get_talk_type_by_title),
        starts_at=_start(given, event),
        language_id=_named(given, "language", DEFAULT_LANGUAGE, get_language_by_name),
        duration=_duration(given),
        slides_url=_slides(given),
        speakers=_speakers(given),
    )


def _text(given, field, required):
    text = to_plain_text(given.text(field))
    if given.is_empty(field) or not text:
        raise InvalidInput(required)
    return _not_too_long(field, text)


def _named(given, field, usual, find):
    name = given.text(field) or usual
    found = find(db.session, name)
    if found is None:
        raise InvalidInput(f"The {field} '{to_plain_text(name)[:100]}' is unknown")
    return found.id


def _start(given, event):
    if given.is_empty("start_date"):
        raise InvalidInput(NO_DATE)
    text = given.text("start_date")
    starts_at = parse_date(text, event.timezone, utc_now())
    if starts_at is None:
        raise InvalidInput(f"Failed to parse time string ({to_plain_text(text)[:100]})")
    if not event.starts_at <= starts_at < event.ends_at + dt.timedelta(days=1):
        raise InvalidInput(OUTSIDE)
    return starts_at


def _duration(given):
    said = given.get("duration")
    # Before its point and exponent become digits among others.
    text = f"{said:.0f}" if isinstance(said, float) else given.text("duration")
    digits = re.sub("[^0-9]", "", text).lstrip("0")
    if len(digits) > len(str(MAX_DURATION_MINUTES)):
        raise InvalidInput(f"The field 'duration' must not be more than {MAX_DURATION_MINUTES} minutes")
    return int(digits or DEFAULT_DURATION_MINUTES)


def _slides(given):
    return _not_too_long("slides_link", NOT_IN_URL.sub("", given.text("slides_link")))


def _speakers(given):
    """The names without empty ones; None if nothing is said about speakers."""
    names = given.get("speakers")
    if names is None or names == "":
        return None
    if isinstance(names, dict):
        # Lists of the web site's may have gaps, and come as objects with numbers for names.
        names = list(names.values())
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInput(NO_NAMES)
    names = [name for name in map(to_plain_text, names) if name]
    if len(names) > MAX_SPEAKERS:
        raise InvalidInput(f"A talk must not have more than {MAX_SPEAKERS} speakers")
    if any(len(name) > MAX_SPEAKER_NAME_LENGTH for name in names):
        raise InvalidInput(f"The name of a speaker must not be longer than {MAX_SPEAKER_NAME_LENGTH} characters")
    return names


def _not_too_long(field, text):
    if len(text) > MAX_LENGTHS[field]:
        raise InvalidInput(f"The field '{field}' must not be longer than {MAX_LENGTHS[field]} characters")
    return text
