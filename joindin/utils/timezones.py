"""Names of time zones: looked up without regard to case, and across renamed and removed zones.

The rules of a zone come from :mod:`zoneinfo`, because the tables of pytz end in 2037. pytz provides the list of names.
"""

import datetime as dt
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import pytz

# Names that tzdata has removed, with the targets of the links in its former "backward" and "systemv" files. The names that
# it only renamed are links in today's data.
REMOVED_NAMES = {
    "US/Pacific-New": "America/Los_Angeles",
    "Canada/East-Saskatchewan": "America/Regina",
    "SystemV/AST4": "America/Puerto_Rico",
    "SystemV/AST4ADT": "America/Halifax",
    "SystemV/EST5": "America/Panama",
    "SystemV/EST5EDT": "America/New_York",
    "SystemV/CST6": "America/Regina",
    "SystemV/CST6CDT": "America/Chicago",
    "SystemV/MST7": "America/Phoenix",
    "SystemV/MST7MDT": "America/Denver",
    "SystemV/PST8": "Pacific/Pitcairn",
    "SystemV/PST8PDT": "America/Los_Angeles",
    "SystemV/YST9": "Pacific/Gambier",
    "SystemV/YST9YDT": "America/Anchorage",
    "SystemV/HST10": "Pacific/Honolulu",
    "Asia/Riyadh87": "Asia/Riyadh",
    "Asia/Riyadh88": "Asia/Riyadh",
    "Asia/Riyadh89": "Asia/Riyadh",
    "Mideast/Riyadh87": "Asia/Riyadh",
    "Mideast/Riyadh88": "Asia/Riyadh",
    "Mideast/Riyadh89": "Asia/Riyadh",
}


@cache
def _names():
    """Return the names of tzdata by their folded form."""
    known = {_fold(name): name for name in pytz.all_timezones}
    return known | {_fold(name): target for name, target in REMOVED_NAMES.items() if _fold(name) not in known}


def _fold(name):
    return name.strip().lower().replace(" ", "_")


def find_timezone_name(name: str | None) -> str | None:
    """Return the name as tzdata spells it, the present name of a removed zone, or None for an unknown zone."""
    return _names().get(_fold(name)) if name else None


@lru_cache(maxsize=1024)
def find_timezone(name: str | None) -> dt.tzinfo | None:
    """Return the rules of the zone, or None for an unknown zone."""
    known = find_timezone_name(name)
    return ZoneInfo(known) if known else None


@cache
def load_timezones() -> dict[str, dt.tzinfo]:
    """Return the rules of all zones by name, removed names included."""
    return {name: ZoneInfo(known) for name, known in REMOVED_NAMES.items()} | {
        name: ZoneInfo(name) for name in pytz.all_timezones
    }


def list_timezone_names() -> list[str]:
    """Return the names that are in common use, in their order."""
    return list(pytz.common_timezones)
