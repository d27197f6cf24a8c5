"""Formatting of dates, texts and names in templates."""

import datetime as dt
import re
from functools import lru_cache
from itertools import groupby

from babel import Locale
from babel.numbers import format_decimal

from joindin.http.pages.languages import event_dates, gettext, ngettext, page_language
from joindin.http.pages.talk_levels import level_name  # noqa: F401 - used by templates
from joindin.models import User
from joindin.models.talks import speaker_name  # noqa: F401 - used by templates
from joindin.representations.calls import represent_call  # noqa: F401 - used by templates
from joindin.representations.programme.days import (  # noqa: F401 - used by templates
    day_shift,
    ends_at,
    group_by_day,
    programme_day,
    published_place,
)
from joindin.utils.datetimes import get_timezone
from joindin.utils.text import fold_case_accents, is_web_url

# Marks of browsers in the user agent; the first match wins, because browsers imitate each other.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)

# With one group, so that a text is split into addresses and what is between them.
ADDRESS = re.compile(r"""(https?://[^\s<>"']*[^\s<>"'.,;:!?)\]}])""")

# Of the first line of a description in a list.
MAX_LINE_LENGTH = 160


def to_local(at: dt.datetime, zone_name: str | None) -> dt.datetime:
    return at.astimezone(get_timezone(zone_name))


def long_date(at: dt.datetime) -> str:
    """Return the day in the time zone of ``at`` and in the language of the page, for example ``Monday 2 March 2026``."""
    return event_dates(None).long_day(at.date())


def time_of_day(at: dt.datetime) -> str:
    """Return the time in the time zone of ``at``, on the clock of the page."""
    return event_dates(None).time_of_day(at.time())


def describe_zone(zone_name: str | None, first: dt.datetime, last: dt.datetime | None = None) -> str:
    """Return the sentence that names the time zone of a page: its city, and its offset from UTC at the first and the last time."""
    dates = event_dates(zone_name)
    offset, last_offset = dates.offset(first), dates.offset(last or first)
    if last_offset != offset:
        offset = gettext("%(first)s, then %(last)s", first=offset, last=last_offset)
    if not dates.place:
        return gettext("Times are in %(offset)s", offset=offset)
    return gettext("Times are %(place)s time (%(offset)s)", place=dates.place, offset=offset)


def display_name(user: User) -> str:
    return user.full_name or user.username


def is_twitter_name(text: str) -> bool:
    return re.fullmatch(r"\w{1,50}", text, re.ASCII) is not None


def split_paragraphs(text: str | None) -> list[list[str]]:
    """Return the lines of each paragraph; blank lines separate paragraphs."""
    lines = (text or "").splitlines()
    groups = groupby(lines, key=lambda line: bool(line.strip()))
    return [list(those) for has_text, those in groups if has_text]


def split_addresses(line: str) -> list[tuple[str, bool]]:
    """Split a line into pieces, and whether each is a web address. Punctuation after an address is not part of it."""
    pieces = []
    for text in ADDRESS.split(line):
        pieces += [(text, is_web_url(text))] if text else []
    return pieces


def first_line(text: str | None) -> str:
    """Return the first line of a text that is not empty, shortened between words."""
    line = next((line.strip() for line in (text or "").splitlines() if line.strip()), "")
    if len(line) <= MAX_LINE_LENGTH:
        return line
    words = line[: MAX_LINE_LENGTH - 1]
    return f"{words.rpartition(' ')[0].rstrip() or words[:-1]} …"


def country_name(code: str) -> str:
    """Return the name of the country with the two-letter code in the language of the page."""
    return Locale.parse(page_language()).territories.get(code.upper(), code.upper())


def language_name(code: str) -> str:
    """Return the name of the language with the code in the language of the page."""
    return Locale.parse(page_language()).languages.get(code, code)


def mean_rating(total: int, count: int) -> str:
    """Return the mean with one decimal, in the notation of the page's language."""
    return _format_tenths(round(total / count, 1), page_language())


@lru_cache
def _format_tenths(number, language):
    return format_decimal(number, format="0.0", locale=language)


def pluralise(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def format_duration(seconds: int) -> str:
    """Return a waiting time, rounded up to seconds, minutes or hours."""
    if seconds <= 90:
        return ngettext("%(num)d second", "%(num)d seconds", seconds)
    if seconds <= 90 * 60:
        return ngettext("%(num)d minute", "%(num)d minutes", -(-seconds // 60))
    return ngettext("%(num)d hour", "%(num)d hours", -(-seconds // 3600))


def format_minutes(minutes: int) -> str:
    """Return, for example, ``30 min`` or ``2 h 15 min``."""
    hours, rest = divmod(minutes, 60)
    parts = (hours, gettext("%(num)d h", num=hours)), (rest, gettext("%(num)d min", num=rest))
    return " ".join(text for number, text in parts if number)


def format_countdown(now: dt.datetime, at: dt.datetime) -> str:
    """Return the time until an instant, rounded up, for example ``in 3 days``; within two days in hours and minutes."""
    minutes = -(-int((at - now).total_seconds()) // 60)
    if minutes < 48 * 60:
        return gettext("in %(time)s", time=format_minutes(minutes))
    return ngettext("in %(num)d day", "in %(num)d days", -(-minutes // (24 * 60)))


def browser_name(user_agent: str | None) -> str:
    """Return, for example, ``Firefox on Linux``; an approximation, because browsers imitate each other."""
    text = user_agent or ""
    browser = next((name for mark, name in BROWSERS if mark in text), None)
    system = next((name for mark, name in SYSTEMS if mark in text), None)
    if browser is None:
        return text.split("/")[0][:40].strip() or gettext("Unknown browser")
    return gettext("%(browser)s on %(system)s", browser=browser, system=system) if system else browser


def format_audit_value(value: object) -> str:
    """Return a value of the audit log as text."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "yes", False: "no"}[value]
    return str(value)


def split_matches(text: str, part: str) -> list[tuple[str, bool]]:
    """Split a text where ``part`` occurs, without regard to case and accents, into pieces and whether they match."""
    folded = [fold_case_accents(character) for character in text]
    # For each character of the folded text, which of the text it comes from.
    sources = [number for number, characters in enumerate(folded) for _ in characters]
    pieces, end, whole, part = [], 0, "".join(folded), fold_case_accents(part)
    for match in re.finditer(re.escape(part), whole) if part else ():
        first, last = sources[match.start()], sources[match.end() - 1] + 1
        if first >= end:
            pieces += [(text[end:first], False), (text[first:last], True)]
            end = last
    return [(piece, is_match) for piece, is_match in [*pieces, (text[end:], False)] if piece]
