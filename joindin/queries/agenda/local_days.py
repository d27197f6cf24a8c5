"""Days of a list of the agenda, each in the time zone of the event. ``e`` is the event in the SQL.

SQLite knows no time zones, and PostgreSQL may know others than Python. The midnights of a day in all zones are therefore
one parameter, a JSON object of UTC times by zone. An event without a zone, or with an unknown one, is in UTC.
"""

import datetime as dt
import json
from functools import lru_cache
from typing import NamedTuple

from joindin.utils.datetimes import EARLIEST, LATEST, UTC
from joindin.utils.timezones import load_timezones

# Bounds of a list: its first day, and the day after its last one.
FIRST, AFTER_LAST = "first", "after_last"

# A name with a quotation mark or a backslash would not be a path.
_MIDNIGHT = {
    "sqlite": r"""coalesce(
        json_extract(:{0}_midnights, '$."' || replace(replace(e.timezone, '"', ''), '\', '') || '"'),
        json_extract(:{0}_midnights, '$.UTC'))""",
    # The subquery parses the parameter once.
    "postgresql": """CAST(coalesce((SELECT CAST(:{0}_midnights AS jsonb)) ->> e.timezone,
        (SELECT CAST(:{0}_midnights AS jsonb)) ->> 'UTC') AS timestamp) AT TIME ZONE 'UTC'""",
}
# Most events are decided without their zone.
_CONDITIONS = {
    FIRST: "(e.starts_at >= :first_latest OR e.ends_at >= {midnight})",
    AFTER_LAST: "(e.starts_at < :after_last_earliest OR e.starts_at < {midnight})",
}


class Midnights(NamedTuple):
    """The start of a day by zone, as JSON, and the earliest and the latest of these starts."""

    by_zone: str
    earliest: dt.datetime
    latest: dt.datetime


@lru_cache(maxsize=64)
def midnights_of(day: dt.date) -> Midnights:
    """Return the starts of a day; those of a day outside the range of stored times are the nearest in it."""
    day = min(max(day, EARLIEST.date()), LATEST.date())
    starts = {
        name: dt.datetime.combine(day, dt.time(), zone).astimezone(UTC) for name, zone in load_timezones().items()
    }
    # As SQLite stores them.
    texts = {name: at.replace(tzinfo=None).isoformat(" ", "microseconds") for name, at in starts.items()}
    return Midnights(json.dumps(texts), min(starts.values()), max(starts.values()))


def midnights_after(day: dt.date) -> Midnights:
    """Return the ends of a day."""
    return midnights_of(min(day, LATEST.date()) + dt.timedelta(days=1))


def days_condition(dialect_name: str, bound: str) -> str:
    """Return SQL of one bound: the event ends on the first day or later, or it starts before the end of the last day."""
    return _CONDITIONS[bound].format(midnight=_MIDNIGHT[dialect_name].format(bound))


def days_params(bound: str, midnights: Midnights) -> dict:
    """Return the parameters of :func:`days_condition` of the same bound."""
    return {
        f"{bound}_midnights": midnights.by_zone,
        f"{bound}_earliest": midnights.earliest,
        f"{bound}_latest": midnights.latest,
    }
