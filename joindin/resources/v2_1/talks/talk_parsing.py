"""Parsing of talks in request bodies (spec 7.5, 7.6)."""

import re

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.models import Event, Talk
from joindin.operations.talks import MAX_DURATION_MINUTES, MSG_OUTSIDE_EVENT, TalkDetails, check_talk_time
from joindin.queries.languages import get_language_by_name, get_talk_type_by_title
from joindin.representations.schema_fields import ObjectSchema, optional, string
from joindin.resources.v2_1.body_fields import date_text, optional_list, optional_number, optional_text, required_text
from joindin.resources.v2_1.field_lengths import check_length
from joindin.resources.v2_1.request_params import Params
from joindin.resources.v2_1.web_addresses import check_web_address
from joindin.utils.date_texts import DATE_FORMS, date_hint, parse_date
from joindin.utils.datetimes import utc_now
from joindin.utils.text import complete_web_url, to_plain_line, to_plain_text

MAX_LENGTHS = {"talk_title": 255, "talk_description": 65_535, "slides_link": 2_000}
MAX_SPEAKERS, MAX_SPEAKER_NAME_LENGTH = 50, 200

DEFAULT_TYPE = "Talk"
DEFAULT_LANGUAGE = "English - UK"
DEFAULT_DURATION_MINUTES = 60

MSG_TITLE_REQUIRED = "The talk title field is required"
MSG_DESCRIPTION_REQUIRED = "The talk description field is required"
MSG_START_REQUIRED = "Please give the date and time of the talk"
MSG_INVALID_SPEAKERS = "Speaker names must be strings"
INVALID_TALK_MESSAGES = (
    MSG_TITLE_REQUIRED,
    MSG_DESCRIPTION_REQUIRED,
    "The type 'Nap' is unknown",
    MSG_START_REQUIRED,
    "Failed to parse time string (soon)",
    f"The date of 'start_date' is not clear: write it as {DATE_FORMS}",
    MSG_OUTSIDE_EVENT,
    "The language 'Klingon' is unknown",
    "The field 'duration' must be a number of minutes",
    "The field 'slides_link' must be a web address such as https://conf.example",
    f"The field 'duration' must not be more than {MAX_DURATION_MINUTES} minutes",
    MSG_INVALID_SPEAKERS,
    f"A talk must not have more than {MAX_SPEAKERS} speakers",
    f"The name of a speaker must not be longer than {MAX_SPEAKER_NAME_LENGTH} characters",
)

# One number with words around it ("45 min"). The original joins the digits of "1.5" and "1h30".
DURATION_PATTERN = re.compile(r"[^0-9-]*([0-9]+)[^0-9]*")

# Characters that PHP's FILTER_SANITIZE_URL removes.
NON_URL_CHARACTERS = re.compile(r"[^A-Za-z0-9$\-_.+!*'(),{}|\\^~\[\]`<>#%\";/?:@&=]")


class TalkBodySchema(ObjectSchema):
    """The fields of a talk. An edit sets absent optional fields to their defaults, except for the speakers."""

    talk_title = required_text("Tests that tell a story", zero_is_empty=True, max_length=MAX_LENGTHS["talk_title"])
    talk_description = required_text(
        "How to write tests people like to read.", zero_is_empty=True, max_length=MAX_LENGTHS["talk_description"]
    )
    start_date = date_text(
        "2026-03-02T10:00",
        "In many formats; without an offset in the time zone of the event. Not before the start of the event.",
    )
    type = optional(string("Talk", "The title of a talk type.", nullable=True, default=DEFAULT_TYPE))
    language = optional(string("English - UK", "The name of a language.", nullable=True, default=DEFAULT_LANGUAGE))
    duration = optional_number(
        60,
        "Minutes. The digits of the value count.",
        default=DEFAULT_DURATION_MINUTES,
        minimum=-MAX_DURATION_MINUTES,
        maximum=MAX_DURATION_MINUTES,
    )
    slides_link = optional_text("https://slides.example/42", "Becomes a link of a new talk.", max_length=2_000)
    speakers = optional_list(
        {"type": "string"},
        ["Ada L."],
        f"All names, at most {MAX_SPEAKERS} of {MAX_SPEAKER_NAME_LENGTH} characters: an edit removes speakers that are not listed. One name may be a text instead"
        " of a list.",
        other_types=("string",),
    )


def parse_talk(params: Params, event: Event, edited: Talk | None = None) -> TalkDetails:
    """Return the details of a talk of the event; absent optional fields have their defaults, in edits too.

    An edit may keep the time of the ``edited`` talk, although the event was moved since.

    :raises InvalidInput: for the first error in the order of the contract. It checks the type before the date, the date
        against the event, and then the language.
    """
    return TalkDetails(
        title=_parse_text(params, "talk_title", MSG_TITLE_REQUIRED, to_plain_line),
        description=_parse_text(params, "talk_description", MSG_DESCRIPTION_REQUIRED, to_plain_text),
        type_id=_find_id(params, "type", DEFAULT_TYPE, get_talk_type_by_title),
        starts_at=_parse_start(params, event, edited),
        language_id=_find_id(params, "language", DEFAULT_LANGUAGE, get_language_by_name),
        duration=_parse_duration(params),
        slides_url=_parse_slides_url(params),
        speakers=_parse_speakers(params),
    )


def _parse_text(params, field, required_message, clean):
    text = clean(params.text(field))
    if params.is_empty(field) or not text:
        raise InvalidInput(required_message)
    check_length(field, text, MAX_LENGTHS[field])
    return text


def _find_id(params, field, default_name, get_by_name):
    name = params.text(field) or default_name
    row = get_by_name(db.session, name)
    if row is None:
        raise InvalidInput(f"The {field} '{to_plain_text(name)[:100]}' is unknown")
    return row.id


def _parse_start(params, event, edited):
    if params.is_empty("start_date"):
        raise InvalidInput(MSG_START_REQUIRED)
    text = params.text("start_date")
    starts_at = parse_date(text, event.timezone, utc_now())
    if starts_at is None:
        errors = [f"Failed to parse time string ({to_plain_text(text)[:100]})", date_hint("start_date", text)]
        raise InvalidInput(". ".join(filter(None, errors)))
    if edited is None or starts_at != edited.starts_at:
        check_talk_time(event, starts_at)
    return starts_at


def _parse_duration(params):
    value = params.get("duration")
    text = (f"{value:.0f}" if isinstance(value, float) else params.text("duration")).strip()
    if not text:
        return DEFAULT_DURATION_MINUTES
    match = DURATION_PATTERN.fullmatch(text)
    if match is None:
        raise InvalidInput("The field 'duration' must be a number of minutes")
    digits = match[1].lstrip("0")
    if len(digits) > len(str(MAX_DURATION_MINUTES)):
        raise InvalidInput(f"The field 'duration' must not be more than {MAX_DURATION_MINUTES} minutes")
    return int(digits or DEFAULT_DURATION_MINUTES)


def _parse_slides_url(params):
    url = complete_web_url(NON_URL_CHARACTERS.sub("", params.text("slides_link")))
    if url:
        check_web_address("slides_link", url, MAX_LENGTHS["slides_link"])
    return url


def _parse_speakers(params):
    """Return the names without empty ones; None if the field is absent or empty."""
    names = params.get("speakers")
    if names is None or names == "":
        return None
    if isinstance(names, str):
        names = [names]
    if isinstance(names, dict):
        # PHP encodes a list with gaps as an object.
        names = list(names.values())
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInput(MSG_INVALID_SPEAKERS)
    names = [name for name in map(to_plain_line, names) if name]
    if len(names) > MAX_SPEAKERS:
        raise InvalidInput(f"A talk must not have more than {MAX_SPEAKERS} speakers")
    if any(len(name) > MAX_SPEAKER_NAME_LENGTH for name in names):
        raise InvalidInput(f"The name of a speaker must not be longer than {MAX_SPEAKER_NAME_LENGTH} characters")
    return names
