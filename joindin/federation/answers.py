"""Answers of other instances, checked: the membership, shared events, and profiles of users.

The functions return checked values and raise ValueError for anything else.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from joindin.utils.datetimes import UTC
from joindin.utils.email_addresses import is_email
from joindin.utils.text import is_web_url, to_plain_line, to_plain_text

MAX_NAME_LENGTH, MAX_EMAIL_LENGTH, MAX_TOKEN_LENGTH, MAX_HOST_NAME_LENGTH = 254, 254, 255, 255
MAX_DESCRIPTION_LENGTH, MAX_URL_LENGTH = 10_000, 2_000
MAX_QUALIFICATIONS = 1_000
YEARS = range(1900, 2969)


@dataclass(frozen=True)
class Membership:
    """The answer of a host to a redeemed invite code."""

    access_token: str
    host_name: str


@dataclass(frozen=True)
class ExternalEvent:
    """An event that a host shares. Events without shifts have no times."""

    title: str
    description: str
    location: str
    type_title: str
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    signup_url: str


@dataclass(frozen=True)
class Profile:
    """A user of a guest. ``qualifications`` are pairs of a UUID and the UUIDs that it includes."""

    email: str
    display_name: str
    date_of_birth: dt.date | None
    qualifications: Sequence[tuple[str, Sequence[str]]]


def read_membership(value: object) -> Membership:
    values = _object(value)
    token, name = values.get("access_token"), to_plain_line(_text(values.get("host_name")))
    if not isinstance(token, str) or not (0 < len(token) <= MAX_TOKEN_LENGTH and token.isascii() and token.isalnum()):
        raise ValueError("the answer has no access token")
    return Membership(token, name[:MAX_HOST_NAME_LENGTH])


def read_event(value: object, host_url: str) -> ExternalEvent | None:
    """Return the event, or None if it is not valid or its link leads away from the host."""
    try:
        values = _object(value)
        url = _text(values.get("signup_url"))
        if len(url) > MAX_URL_LENGTH or not is_web_url(url) or _origin(url) != _origin(host_url):
            raise ValueError("the link leads elsewhere")
        return ExternalEvent(
            title=to_plain_line(_text(values.get("title")))[:MAX_NAME_LENGTH] or "–",
            description=to_plain_text(_text(values.get("description") or ""))[:MAX_DESCRIPTION_LENGTH],
            location=to_plain_line(_text(values.get("location") or ""))[:MAX_NAME_LENGTH],
            type_title=to_plain_line(_text(_object(values.get("type")).get("title")))[:MAX_NAME_LENGTH],
            starts_at=_time(values.get("start_time")),
            ends_at=_time(values.get("end_time")),
            signup_url=url,
        )
    except (ValueError, OverflowError):
        return None


def read_profile(value: object) -> Profile:
    values = _object(value)
    email = _text(values.get("email")).strip()
    if not is_email(email) or len(email) > MAX_EMAIL_LENGTH:
        raise ValueError("the profile has no e-mail address")
    birth = values.get("date_of_birth")
    qualifications = values.get("qualifications")
    return Profile(
        email=email,
        display_name=to_plain_line(_text(values.get("display_name")))[:MAX_NAME_LENGTH] or email,
        date_of_birth=None if birth is None else dt.date.fromisoformat(_text(birth)),
        qualifications=[_qualification(each) for each in _list(qualifications)[:MAX_QUALIFICATIONS]],
    )


def _qualification(value):
    values = _object(value)
    included = _list(values.get("includes") or [])[:MAX_QUALIFICATIONS]
    return _text(values.get("uuid")).lower(), [_text(each).lower() for each in included]


def _object(value):
    if not isinstance(value, dict):
        raise ValueError("the answer is not a JSON object")
    return value


def _list(value):
    if not isinstance(value, list):
        raise ValueError("the answer has no list")
    return value


def _text(value):
    if not isinstance(value, str):
        raise ValueError("the answer has no text")
    # A single half of a surrogate pair cannot be stored: this raises a ValueError.
    value.encode()
    return value.replace("\0", "")


def _time(value):
    if value is None:
        return None
    time = dt.datetime.fromisoformat(_text(value))
    # Times at the ends of the calendar do not exist in every time zone.
    if time.year not in YEARS:
        raise ValueError("no one means this year")
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def _origin(url):
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
