"""One listing of the conference data, cleaned: what is kept of it, what is dropped and why."""

import datetime as dt
import re
from dataclasses import dataclass, fields, replace

from joindin.utils.text import is_web_url, to_plain_text

LONGEST = {"name": 200, "city": 100, "country": 100, "url": 600}
# Nothing longer is even looked at: cleaning takes its time, and these files are anybody's.
LONGEST_TEXT = 2000
LONGEST_EVENT = dt.timedelta(days=366)
EARLIEST, LATEST = dt.date(1970, 1, 2), dt.date(2200, 1, 1)

DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
# A word in angle brackets that is part of a title ("c't <webdev>"), not markup.
BRACKETED = re.compile(r"<([^\W\d][\w /-]*)>")
TWITTER = re.compile(r"\w{1,50}\Z", re.ASCII)
MASTODON = re.compile(r"[\w.-]{1,50}@[\w.-]{1,100}\Z", re.ASCII)
BLUESKY = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63}){1,4}\Z", re.ASCII)
LANGUAGE = re.compile(r"[A-Z]{2,3}\Z")


class InvalidRecord(ValueError):
    """A listing of which no event can be made; the text says why."""


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
    """The record, and what was dropped from it.

    :raises Unusable: if it has no name or no dates that make sense.
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
        city=_words(raw, "city", dropped),
        country=_words(raw, "country", dropped),
        url=_url(raw, "url", dropped),
        cfp_url=_url(raw, "cfpUrl", dropped),
        cfp_ends_on=_cfp_end(raw, ends_on, dropped),
        code_of_conduct_url=_url(raw, "cocUrl", dropped),
        languages=_languages(raw, dropped),
        has_captions=raw.get("offersSignLanguageOrCC") is True,
        twitter=_handle(raw, "twitter", TWITTER, dropped),
        mastodon=_handle(raw, "mastodon", MASTODON, dropped),
        bluesky=_handle(raw, "bluesky", BLUESKY, dropped),
    )
    return record, dropped


def merge_records(record: ConferenceRecord, other: ConferenceRecord) -> ConferenceRecord:
    """``record`` with what only ``other`` knows; where both know something, ``record`` is right."""
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
    if len(text) <= LONGEST_TEXT:
        text = _one_line(text if "</" in text else BRACKETED.sub(r"\1", text))
    if not text:
        raise InvalidRecord("has no name")
    if len(text) > LONGEST["name"]:
        raise InvalidRecord(f"has a name longer than {LONGEST['name']} characters")
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
    if ends_on - starts_on > LONGEST_EVENT:
        raise InvalidRecord("lasts longer than a year")
    return starts_on, ends_on


def _cfp_end(raw, ends_on, dropped):
    if raw.get("cfpEndDate") is None:
        return None
    day = _day(raw["cfpEndDate"])
    if day is None:
        dropped.append("cfpEndDate is no date")
    elif day > ends_on:
        dropped.append("cfpEndDate is after the end")
        day = None
    return day


def _day(text):
    if not isinstance(text, str) or not DAY.match(text):
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _words(raw, key, dropped):
    text = _text(raw, key, dropped)
    if text and len(text) > LONGEST[key]:
        dropped.append(f"{key} is too long")
        return None
    return text


def _url(raw, key, dropped):
    text = (_text(raw, key, dropped) or "").replace(" ", "%20") or None
    if text and not (len(text) <= LONGEST["url"] and is_web_url(text)):
        dropped.append(f"{key} is no web address")
        return None
    return text


def _handle(raw, key, shape, dropped):
    text = _text(raw, key, dropped)
    if text and not shape.match(text.lstrip("@")):
        dropped.append(f"{key} is no account name")
        return None
    return text and text.lstrip("@")


def _languages(raw, dropped):
    text = _text(raw, "locales", dropped) or ""
    codes = [code.strip().upper() for code in text.split(",") if code.strip()]
    if len(codes) > 20 or not all(LANGUAGE.match(code) for code in codes):
        dropped.append("locales are no language codes")
        return ()
    return tuple(dict.fromkeys(codes))


def _text(raw, key, dropped):
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        dropped.append(f"{key} is no text")
        return None
    if len(value) > LONGEST_TEXT:
        dropped.append(f"{key} is too long")
        return None
    return _one_line(value) or None


def _one_line(text):
    return " ".join(to_plain_text(text).split())
