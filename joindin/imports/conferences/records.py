"""Parser of one entry of the conference data. Invalid optional fields are dropped with a reason."""

import datetime as dt
import re
from dataclasses import dataclass, fields, replace

from joindin.utils.text import complete_web_url, is_web_url, to_plain_line

MAX_LENGTHS = {"name": 200, "city": 100, "country": 100, "url": 600}
# Longer texts are not parsed: cleaning is slow, and the files are not trusted.
MAX_RAW_LENGTH = 2000
MAX_DURATION = dt.timedelta(days=366)
EARLIEST, LATEST = dt.date(1970, 1, 2), dt.date(2200, 1, 1)

DAY_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
# A word in angle brackets that is part of a title ("c't <webdev>"), not markup.
BRACKETED_PATTERN = re.compile(r"<([^\W\d][\w /-]*)>")
TWITTER_PATTERN = re.compile(r"\w{1,50}\Z", re.ASCII)
MASTODON_PATTERN = re.compile(r"[\w.-]{1,50}@[\w.-]{1,100}\Z", re.ASCII)
BLUESKY_PATTERN = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63}){1,4}\Z", re.ASCII)
LANGUAGE_PATTERN = re.compile(r"[A-Z]{2,3}\Z")


class InvalidRecord(ValueError):
    """The entry cannot become an event; the message gives the reason."""


@dataclass(frozen=True)
class ConferenceRecord:
    name: str
    starts_on: dt.date
    ends_on: dt.date
    online: bool = False
    city: str | None = None
    country: str | None = None
    url: str | None = None
    cfp_url: str | None = None
    cfp_ends_on: dt.date | None = None
    code_of_conduct_url: str | None = None
    languages: tuple[str, ...] = ()
    has_captions: bool = False
    twitter: str | None = None
    mastodon: str | None = None
    bluesky: str | None = None


def parse_record(raw) -> tuple[ConferenceRecord, list[str]]:
    """Return the record and the reasons of dropped fields.

    :raises InvalidRecord: if name or dates are missing or invalid.
    """
    if not isinstance(raw, dict):
        raise InvalidRecord("is not a listing")
    dropped = []
    starts_on, ends_on = _dates(raw, dropped)
    record = ConferenceRecord(
        name=_name(raw),
        starts_on=starts_on,
        ends_on=ends_on,
        online=raw.get("online") is True,
        city=_limited_text(raw, "city", dropped),
        country=_limited_text(raw, "country", dropped),
        url=_url(raw, "url", dropped),
        cfp_url=_url(raw, "cfpUrl", dropped),
        cfp_ends_on=_cfp_end(raw, ends_on, dropped),
        code_of_conduct_url=_url(raw, "cocUrl", dropped),
        languages=_languages(raw, dropped),
        has_captions=raw.get("offersSignLanguageOrCC") is True,
        twitter=_handle(raw, "twitter", TWITTER_PATTERN, dropped),
        mastodon=_handle(raw, "mastodon", MASTODON_PATTERN, dropped),
        bluesky=_handle(raw, "bluesky", BLUESKY_PATTERN, dropped),
    )
    return record, dropped


def merge_records(record: ConferenceRecord, other: ConferenceRecord) -> ConferenceRecord:
    """Return ``record`` with its missing fields filled from ``other``."""
    return replace(
        record,
        **{
            field.name: getattr(other, field.name)
            for field in fields(record)
            if not getattr(record, field.name) and getattr(other, field.name)
        },
    )


def _name(raw):
    text = raw.get("name")
    if not isinstance(text, str):
        raise InvalidRecord("has no name")
    if len(text) <= MAX_RAW_LENGTH:
        text = _one_line(text if "</" in text else BRACKETED_PATTERN.sub(r"\1", text))
    if not text:
        raise InvalidRecord("has no name")
    if len(text) > MAX_LENGTHS["name"]:
        raise InvalidRecord(f"has a name longer than {MAX_LENGTHS['name']} characters")
    return text


def _dates(raw, dropped):
    starts_on = _day(raw.get("startDate"))
    if starts_on is None:
        raise InvalidRecord("has no valid start date")
    if raw.get("endDate") is None:
        dropped.append("endDate is missing: ends on the day it starts")
        return starts_on, starts_on
    ends_on = _day(raw["endDate"])
    if ends_on is None:
        raise InvalidRecord("has no valid end date")
    if ends_on < starts_on:
        raise InvalidRecord("ends before it starts")
    if ends_on - starts_on > MAX_DURATION:
        raise InvalidRecord("lasts longer than a year")
    return starts_on, ends_on


def _cfp_end(raw, ends_on, dropped):
    if raw.get("cfpEndDate") is None:
        return None
    day = _day(raw["cfpEndDate"])
    if day is None:
        dropped.append("cfpEndDate is not a date")
    elif day > ends_on:
        dropped.append("cfpEndDate is after the end")
        day = None
    return day


def _day(text):
    if not isinstance(text, str) or not DAY_PATTERN.match(text):
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _limited_text(raw, key, dropped):
    text = _text(raw, key, dropped)
    if text and len(text) > MAX_LENGTHS[key]:
        dropped.append(f"{key} is too long")
        return None
    return text


def _url(raw, key, dropped):
    text = complete_web_url((_text(raw, key, dropped) or "").replace(" ", "%20")) or None
    if text and not (len(text) <= MAX_LENGTHS["url"] and is_web_url(text)):
        dropped.append(f"{key} is not a web address")
        return None
    return text


def _handle(raw, key, pattern, dropped):
    text = _text(raw, key, dropped)
    if text and not pattern.match(text.lstrip("@")):
        dropped.append(f"{key} is not an account name")
        return None
    return text and text.lstrip("@")


def _languages(raw, dropped):
    text = _text(raw, "locales", dropped) or ""
    codes = [code.strip().upper() for code in text.split(",") if code.strip()]
    if len(codes) > 20 or not all(LANGUAGE_PATTERN.match(code) for code in codes):
        dropped.append("locales are not language codes")
        return ()
    return tuple(dict.fromkeys(codes))


def _text(raw, key, dropped):
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        dropped.append(f"{key} is not text")
        return None
    if len(value) > MAX_RAW_LENGTH:
        dropped.append(f"{key} is too long")
        return None
    return _one_line(value) or None


def _one_line(text):
    return " ".join(to_plain_line(text).split())
