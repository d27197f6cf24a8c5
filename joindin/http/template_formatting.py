"""How pages put dates, texts and people."""

import datetime as dt
from itertools import groupby

from joindin.models import Talk, TalkSpeaker, User
from joindin.utils.datetimes import get_timezone

# What stands in a browser's name for itself: the first that fits is it.
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
    """Such as Monday 2 March 2026."""
    return f"{at:%A} {at.day} {at:%B} {at.year}"


def time_of_day(at: dt.datetime) -> str:
    return f"{at:%H:%M}"


def group_talks_by_day(talks: list[Talk], zone_name: str | None) -> list[tuple[dt.date, list[Talk]]]:
    """The talks, which are in order already, under the days on which they start at the place."""
    by_day = groupby(talks, key=lambda talk: to_local(talk.starts_at, zone_name).date())
    return [(on, list(those)) for on, those in by_day]


def display_name(user: User) -> str:
    return user.full_name or user.username


def speaker_name(speaker: TalkSpeaker) -> str:
    return (speaker.user.full_name if speaker.user else None) or speaker.name


def split_paragraphs(text: str | None) -> list[list[str]]:
    """The lines of each paragraph; blank lines part paragraphs."""
    lines = (text or "").splitlines()
    filled = groupby(lines, key=lambda line: bool(line.strip()))
    return [list(those) for is_filled, those in filled if is_filled]


def pluralise(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def format_duration(seconds: int) -> str:
    """How long to wait, rounded up to what people count in."""
    if seconds <= 90:
        return pluralise(seconds, "second")
    if seconds <= 90 * 60:
        return pluralise(-(-seconds // 60), "minute")
    return pluralise(-(-seconds // 3600), "hour")


def browser_name(user_agent: str | None) -> str:
    """Such as Firefox on Linux; roughly, for browsers pretend to be each other."""
    said = user_agent or ""
    browser = next((name for mark, name in BROWSERS if mark in said), None)
    system = next((name for mark, name in SYSTEMS if mark in said), None)
    if browser is None:
        return said.split("/")[0][:40].strip() or "Unknown browser"
    return f"{browser} on {system}" if system else browser


def format_audit_value(value: object) -> str:
    """A value of the audit log."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "yes", False: "no"}[value]
    return str(value)
