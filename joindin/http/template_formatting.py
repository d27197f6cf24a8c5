"""Formatting of dates, texts and names in templates."""

import datetime as dt
from itertools import groupby

from joindin.models import Talk, TalkSpeaker, User
from joindin.utils.datetimes import get_timezone

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


def to_local(at: dt.datetime, zone_name: str | None) -> dt.datetime:
    return at.astimezone(get_timezone(zone_name))


def long_date(at: dt.datetime) -> str:
    """Return, for example, ``Monday 2 March 2026``."""
    return f"{at:%A} {at.day} {at:%B} {at.year}"


def time_of_day(at: dt.datetime) -> str:
    return f"{at:%H:%M}"


def group_talks_by_day(talks: list[Talk], zone_name: str | None) -> list[tuple[dt.date, list[Talk]]]:
    """Group talks, which are ordered by start, by the local day on which they start."""
    by_day = groupby(talks, key=lambda talk: to_local(talk.starts_at, zone_name).date())
    return [(on, list(those)) for on, those in by_day]


def display_name(user: User) -> str:
    return user.full_name or user.username


def speaker_name(speaker: TalkSpeaker) -> str:
    return (speaker.user.full_name if speaker.user else None) or speaker.name


def split_paragraphs(text: str | None) -> list[list[str]]:
    """Return the lines of each paragraph; blank lines separate paragraphs."""
    lines = (text or "").splitlines()
    groups = groupby(lines, key=lambda line: bool(line.strip()))
    return [list(those) for has_text, those in groups if has_text]


def pluralise(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def format_duration(seconds: int) -> str:
    """Return a waiting time, rounded up to seconds, minutes or hours."""
    if seconds <= 90:
        return pluralise(seconds, "second")
    if seconds <= 90 * 60:
        return pluralise(-(-seconds // 60), "minute")
    return pluralise(-(-seconds // 3600), "hour")


def browser_name(user_agent: str | None) -> str:
    """Return, for example, ``Firefox on Linux``; an approximation, because browsers imitate each other."""
    text = user_agent or ""
    browser = next((name for mark, name in BROWSERS if mark in text), None)
    system = next((name for mark, name in SYSTEMS if mark in text), None)
    if browser is None:
        return text.split("/")[0][:40].strip() or "Unknown browser"
    return f"{browser} on {system}" if system else browser


def format_audit_value(value: object) -> str:
    """Return a value of the audit log as text."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "yes", False: "no"}[value]
    return str(value)
