"""Shared code of the feedback pages: the talk and its settings, the words of the scale, and parsing of fields."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response, current_app, request

from joindin.errors import DomainError, Forbidden, InvalidInput, RateLimited
from joindin.extensions import reader
from joindin.http.error_dispatch import STATUSES, status_of
from joindin.http.pages.languages import gettext, lazy_gettext, set_default_language, translate_error
from joindin.http.pages.template_formatting import format_duration
from joindin.http.request_log.refusals import report_refusal
from joindin.models import REPORT_REASONS, EventSettings
from joindin.models.event_settings import NO_RATING, TWO_RATINGS
from joindin.operations.feedback.windows import effective_time
from joindin.queries.event_records import get_event_row
from joindin.queries.event_settings import load_event_settings
from joindin.queries.talk_records import find_talk_record_by_stub
from joindin.resources.web.public.pages import printable_or_not_found
from joindin.utils.akismet import ClientOrigin
from joindin.utils.datetimes import utc_now
from joindin.utils.text import strip_control_chars, to_single_line

MAX_KEY_LENGTH, MAX_NOTE_LENGTH = 40, 500
# The field that people do not see and programs fill in.
HONEYPOT_FIELD = "website"
SOURCE = "web"
REASON_NAMES = dict(
    zip(
        REPORT_REASONS,
        (
            lazy_gettext("Spam"),
            lazy_gettext("Insult"),
            lazy_gettext("Private data"),
            lazy_gettext("Off topic"),
            lazy_gettext("Something else"),
        ),
    )
)
LINK_NAMES = {
    "slides_link": lazy_gettext("Slides"),
    "video_link": lazy_gettext("Video"),
    "audio_link": lazy_gettext("Audio"),
    "code_link": lazy_gettext("Code"),
    "joindin_link": "Joind.in",
}
# The errors after which the page of the form comes back with what was typed.
REFUSALS = (Forbidden, InvalidInput, RateLimited)
MSG_SPAM = lazy_gettext("This text was taken for spam. Please write it in other words")


@dataclass(frozen=True)
class RatedTalk:
    """A visible talk with its event and the settings of the event. Talk and event are records or objects of the ORM."""

    talk: object
    event: object
    settings: EventSettings


def find_rated_talk(stub: str) -> RatedTalk:
    """:raises NotFound: if no such talk is visible."""
    talk = find_talk_record_by_stub(reader(), printable_or_not_found(stub))
    settings = load_event_settings(reader(), talk.event_id)
    set_default_language(settings.language)
    return RatedTalk(talk, get_event_row(reader(), talk.event_id), settings)


def scale_words(settings: EventSettings) -> list[tuple[int, str]]:
    """Return the ratings with their words, in the language of the page unless the event has its own words."""
    standard = (
        gettext("Needs more work"),
        gettext("Had potential"),
        gettext("Worth hearing"),
        gettext("Great"),
        gettext("Brilliant"),
    )
    return [(number, own or word) for number, (own, word) in enumerate(zip(settings.rating_words, standard), 1)]


def link_pairs(talk) -> list[tuple[str, str]]:
    """Return types and URLs of the links. Old data have the URL of the slides in a field of the talk."""
    links = [(link.type, link.url) for link in talk.links]
    has_slides = any(type_ == "slides_link" for type_, _ in links)
    return links if has_slides or not talk.slides_url else [("slides_link", talk.slides_url), *links]


def named_links(talk) -> list[tuple[str, str]]:
    """Return names and URLs of the slides, recordings and code of a talk."""
    return [
        (LINK_NAMES[type_], url) for type_, url in link_pairs(talk) if type_ in LINK_NAMES and type_ != "joindin_link"
    ]


def parse_rating(fields: Mapping[str, str], name: str = "rating") -> int | None:
    """Return the rating, or None if it was not sent. :raises InvalidInput: if it is no digit."""
    value = fields.get(name, "")
    if not value:
        return None
    if len(value) != 1 or value not in "12345":
        raise InvalidInput(gettext("Choose a rating from 1 to 5"))
    return int(value)


def parse_ratings(fields: Mapping[str, str], settings: EventSettings) -> tuple[int | None, int | None]:
    """Return the ratings for the criteria of the event; those that it does not ask for are None.

    :raises InvalidInput: if one is no digit.
    """
    has_scale, has_two = settings.feedback_scheme != NO_RATING, settings.feedback_scheme == TWO_RATINGS
    return (
        parse_rating(fields) if has_scale else None,
        parse_rating(fields, "rating_2") if has_two else None,
    )


def parse_text(fields: Mapping[str, str], name: str, max_length: int) -> str:
    """Return a text without control characters. :raises InvalidInput: if it is too long."""
    text = strip_control_chars(fields.get(name, "").replace("\r\n", "\n")).strip()
    if len(text) > max_length:
        raise InvalidInput(gettext("The text is too long: at most %(number)d characters", number=max_length))
    return text


def read_note() -> str:
    """Return the words that go with a claim, or with the decision about it, in one line."""
    return to_single_line(parse_text(request.form, "words", MAX_NOTE_LENGTH))


def idempotency_key() -> str | None:
    """Return the key by which a repeated request is recognised, from the header or the field."""
    key = request.headers.get("Idempotency-Key") or request.form.get("idempotency_key", "")
    key = strip_control_chars(key)
    return key if 0 < len(key) <= MAX_KEY_LENGTH else None


def delayed_since() -> dt.datetime | None:
    """Return when a device that had no network recorded the feedback (field ``written_at``); None if it was sent at once."""
    now = utc_now()
    try:
        at = dt.datetime.fromisoformat(request.form.get("written_at", "")).replace(microsecond=0)
    except ValueError:
        return None
    at = effective_time(at if at.tzinfo else None, now=now)
    return None if at == now else at


def written_at() -> dt.datetime:
    """Return when the feedback was written."""
    return delayed_since() or utc_now()


def is_from_program() -> bool:
    return bool(request.form.get(HONEYPOT_FIELD))


def refusal_page(error: DomainError, make_page: Callable[[int, str], Response]) -> Response:
    """Return ``make_page(status, text)`` with log line, status and ``Retry-After`` of the error page that it replaces."""
    report_refusal(current_app, error)
    is_limit = isinstance(error, RateLimited)
    if is_limit:
        text = gettext("Please wait %(time)s and try again.", time=format_duration(error.retry_after))
    else:
        text = f"{translate_error(error)}."
    page = make_page(status_of(error, STATUSES), text)
    if is_limit:
        page.headers["Retry-After"] = str(error.retry_after)
    return page


def sender_origin() -> ClientOrigin:
    return ClientOrigin(request.remote_addr, request.headers.get("User-Agent"))
