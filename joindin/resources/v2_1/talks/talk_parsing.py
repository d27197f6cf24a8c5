"""Reading what is said about a talk (spec 7.5 and 7.6)."""

import datetime as dt
import re

from joindin.errors import Invalid
from joindin.extensions import db
from joindin.models import Event
from joindin.operations.talks import TalkDetails
from joindin.queries.languages import language_named, talk_type_titled
from joindin.representations.schema_fields import Shape, many, optional, text, whole
from joindin.resources.v2_1.request_params import Params
from joindin.utils.datetimes import parse_date, utc_now
from joindin.utils.text import plain_text

LONGEST = {"talk_title": 255, "talk_description": 65_535, "slides_link": 2_000}
MOST_SPEAKERS, LONGEST_SPEAKER = 50, 200
LONGEST_DURATION = 99_999

USUAL_TYPE = "Talk"
USUAL_LANGUAGE = "English - UK"
USUAL_DURATION = 60

NO_TITLE = "The talk title field is required"
NO_DESCRIPTION = "The talk description field is required"
NO_DATE = "Please give the date and time of the talk"
OUTSIDE = "The talk must be held between the start and end date of the event"
NO_NAMES = "Speaker names must be strings"
BAD_TALK = (NO_TITLE, NO_DESCRIPTION, "The type 'Nap' is unknown", NO_DATE, OUTSIDE, NO_NAMES)

# What PHP takes for part of an address; the rest is dropped.
NOT_IN_URL = re.compile(r"[^A-Za-z0-9$\-_.+!*'(),{}|\\^~\[\]`<>#%\";/?:@&=]")


class TalkBodySchema(Shape):
    """What is said about a talk. An edit gives absent optional fields their defaults, but for the speakers."""

    talk_title = text("Tests that tell a story", maxLength=LONGEST["talk_title"])
    talk_description = text("How to write tests people like to read.", maxLength=LONGEST["talk_description"])
    start_date = text(
        "2026-03-02T10:00", "In many forms; without an offset in the zone of the event. Not before the event's start."
    )
    type = optional(text("Talk", "The title of a talk type.", default=USUAL_TYPE))
    language = optional(text("English - UK", "The name of a language.", default=USUAL_LANGUAGE))
    duration = optional(whole(60, "Minutes.", default=USUAL_DURATION, minimum=0, maximum=LONGEST_DURATION))
    slides_link = optional(text("https://slides.example/42", "A new talk gets a link of it.", maxLength=2_000))
    speakers = optional(
        many(text("Ada L.", maxLength=LONGEST_SPEAKER), "All names: an edit removes those that are not among them.")
    )


def read_talk(given: Params, event: Event) -> TalkDetails:
    """The details, if nothing is wrong with them. Optional fields that are absent get their defaults, in edits too.

    :raises Invalid: with the first thing that is wrong, in the contract's order and words.
    """
    return TalkDetails(
        title=_text(given, "talk_title", NO_TITLE),
        description=_text(given, "talk_description", NO_DESCRIPTION),
        type_id=_named(given, "type", USUAL_TYPE, talk_type_titled),
        starts_at=_start(given, event),
        language_id=_named(given, "language", USUAL_LANGUAGE, language_named),
        duration=_duration(given),
        slides_url=_slides(given),
        speakers=_speakers(given),
    )


def _text(given, field, required):
    text = plain_text(given.text(field))
    if given.is_empty(field) or not text:
        raise Invalid(required)
    return _not_too_long(field, text)


def _named(given, field, usual, find):
    name = given.text(field) or usual
    found = find(db.session, name)
    if found is None:
        raise Invalid(f"The {field} '{plain_text(name)[:100]}' is unknown")
    return found.id


def _start(given, event):
    if given.is_empty("start_date"):
        raise Invalid(NO_DATE)
    text = given.text("start_date")
    starts_at = parse_date(text, event.timezone, utc_now())
    if starts_at is None:
        raise Invalid(f"Failed to parse time string ({plain_text(text)[:100]})")
    if not event.starts_at <= starts_at < event.ends_at + dt.timedelta(days=1):
        raise Invalid(OUTSIDE)
    return starts_at


def _duration(given):
    said = given.get("duration")
    # Before its point and exponent become digits among others.
    text = f"{said:.0f}" if isinstance(said, float) else given.text("duration")
    digits = re.sub("[^0-9]", "", text).lstrip("0")
    if len(digits) > len(str(LONGEST_DURATION)):
        raise Invalid(f"The field 'duration' must not be more than {LONGEST_DURATION} minutes")
    return int(digits or USUAL_DURATION)


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
        raise Invalid(NO_NAMES)
    names = [name for name in map(plain_text, names) if name]
    if len(names) > MOST_SPEAKERS:
        raise Invalid(f"A talk must not have more than {MOST_SPEAKERS} speakers")
    if any(len(name) > LONGEST_SPEAKER for name in names):
        raise Invalid(f"The name of a speaker must not be longer than {LONGEST_SPEAKER} characters")
    return names


def _not_too_long(field, text):
    if len(text) > LONGEST[field]:
        raise Invalid(f"The field '{field}' must not be longer than {LONGEST[field]} characters")
    return text
