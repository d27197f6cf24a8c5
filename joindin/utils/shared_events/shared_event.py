"""An event as a page or a calendar describes it."""

import datetime as dt
from dataclasses import dataclass, field

from joindin.errors import InvalidInput
from joindin.utils.concurrency_limit import ConcurrencyLimit

MAX_EVENTS = 1_000
MAX_TEXT_LENGTH = 64 * 1024
MAX_TAGS = 50

PARSING = ConcurrencyLimit("imports", max_running=1, max_waiting=2, max_wait_s=5)


@dataclass(frozen=True)
class SharedEvent:
    """Texts are empty where the source has none. Times are aware; the end is None if it is not stated.

    ``description`` is plain text in calendars and HTML in pages that use it. ``media`` are pairs of an address and a text.
    """

    title: str
    description: str = ""
    place_name: str = ""
    place_address: str = ""
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    tags: list[str] = field(default_factory=list)
    media: list[tuple[str, str]] = field(default_factory=list)
    organizer: str | None = None
    status: str | None = None
    uid: str | None = None
    modified_at: dt.datetime | None = None


class UnreadableFile(InvalidInput):
    """The content is not of the format that it should have."""


def to_time(value: dt.date | dt.datetime | None, timezone: dt.tzinfo) -> dt.datetime | None:
    """Return an aware time; days begin at midnight, and times without a zone are in ``timezone``. None if out of range."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if not isinstance(value, dt.datetime):
        return None
    try:
        return (value if value.tzinfo else value.replace(tzinfo=timezone)).astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return None


def to_text(value: object) -> str:
    """Return a text cut to MAX_TEXT_LENGTH; that of a list is its first one that is not empty."""
    if isinstance(value, (list, tuple)):
        return next(filter(None, map(to_text, value)), "")
    return str(value).strip()[:MAX_TEXT_LENGTH] if isinstance(value, str) else ""
