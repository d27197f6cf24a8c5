"""Preferences of a visitor that change a page: the language, the colour scheme, the time zone and the clock.

They are normalised, so that they can be part of a cache key. Requests with cookies of preferences, and no other ones, are those of a visitor.
"""

from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from joindin.utils.timezones import find_timezone_name
from joindin.utils.translations import LANGUAGES

LANGUAGE_COOKIE, THEME_COOKIE, ZONE_COOKIE, CLOCK_COOKIE = "lang", "theme", "zone", "clock"
PREFERENCE_COOKIES = {LANGUAGE_COOKIE, THEME_COOKIE, ZONE_COOKIE, CLOCK_COOKIE}
THEMES = ("auto", "light", "dark")
# Hours of a clock. Our languages use 24.
CLOCKS = ("24", "12")


class Preferences(NamedTuple):
    """``language`` is None if the visitor asks for none that exists, ``zone`` if they have chosen none."""

    language: str | None
    theme: str
    zone: str | None = None
    clock: str = CLOCKS[0]


def read_preferences(environ: dict) -> Preferences:
    cookies = _parse_cookies(environ.get("HTTP_COOKIE", ""))
    language, theme, clock = (cookies.get(name) for name in (LANGUAGE_COOKIE, THEME_COOKIE, CLOCK_COOKIE))
    return Preferences(
        language if language in LANGUAGES else accepted_language(environ.get("HTTP_ACCEPT_LANGUAGE", "")),
        theme if theme in THEMES else THEMES[0],
        find_timezone_name(cookies.get(ZONE_COOKIE)),
        clock if clock in CLOCKS else CLOCKS[0],
    )


def has_other_cookies(environ: dict) -> bool:
    """Return whether the request has a cookie that is no preference."""
    return "HTTP_COOKIE" in environ and not _parse_cookies(environ["HTTP_COOKIE"]).keys() <= PREFERENCE_COOKIES


@lru_cache(maxsize=1024)
def accepted_language(header: str) -> str | None:
    """Return the first language of ``Accept-Language`` that exists, by quality; ``de-AT`` is German."""
    for tag, quality in parse_accept_header(header, LanguageAccept):
        if quality > 0 and (primary := tag.lower().partition("-")[0]) in LANGUAGES:
            return primary
    return None


@lru_cache(maxsize=1024)
def _parse_cookies(header):
    """Return the cookies by name. A header that cannot be read has a cookie without name, which is no preference."""
    try:
        cookies = {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {"": header}
    # The parser stops at what it cannot read.
    return cookies if len(cookies) == len([part for part in header.split(";") if part.strip()]) else {"": header}
