"""Parameters of the address of a schedule: filters, the view, and the time zone beside that of the event."""

import datetime as dt
from typing import NamedTuple

from flask import request
from werkzeug.datastructures import MultiDict

from joindin.http.pages.languages import preferences
from joindin.models import Event
from joindin.representations.programme.filters import GROUPS, MAX_TEXT_LENGTH, Selection
from joindin.utils.text import strip_control_chars
from joindin.utils.timezones import find_timezone_name

VIEWS = ("list", "grid")
# Values of a filter that are read; the others are ignored.
MAX_VALUES = 20

# One or two places for each offset. Any other name of a zone works in the address.
ZONES = [
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Halifax",
    "America/Sao_Paulo",
    "Atlantic/Azores",
    "UTC",
    "Europe/London",
    "Africa/Lagos",
    "Europe/Berlin",
    "Europe/Paris",
    "Africa/Johannesburg",
    "Europe/Athens",
    "Africa/Nairobi",
    "Europe/Istanbul",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
]


class Look(NamedTuple):
    """How a schedule is shown, a compact one without speakers. ``zone`` is empty if only the zone of the event is shown.

    ``columns`` and ``is_default_view`` are settings of the event. A zone that the visitor has chosen for all schedules, ``is_zone_remembered``, is not in addresses.
    """

    day: dt.date | None
    view: str
    zone: str
    is_zone_remembered: bool = False
    columns: str | None = None
    is_default_view: bool = False
    has_first_lines: bool = False
    is_compact: bool = False

    def query(self) -> list[tuple[str, str]]:
        zone = "" if self.is_zone_remembered else self.zone
        return [
            (name, value)
            for name, value in (
                ("view", "" if self.is_default_view else self.view),
                ("zone", zone),
                ("text", "1" if self.has_first_lines else ""),
                ("compact", "1" if self.is_compact else ""),
            )
            if value
        ]


def read_look(event: Event, day: dt.date | None) -> Look:
    args = _clean_query_args()
    view = args.get("view", "")
    remembered = preferences().zone
    zone = (args.get("zone") or None) if "zone" in request.args else remembered
    # The spelling of the list, which is part of the cache key.
    zone = find_timezone_name(zone)
    if zone is None or zone == (event.timezone or "UTC"):
        zone = ""
    is_remembered, is_default = bool(zone) and zone == remembered, view not in VIEWS
    view = (event.schedule_view or "") if is_default else view
    return Look(
        day,
        view,
        zone,
        is_remembered,
        event.schedule_columns,
        is_default and bool(view),
        has_first_lines=args.get("text") == "1",
        is_compact=args.get("compact") == "1",
    )


def read_selection(*, is_signed_in: bool) -> Selection:
    args = _clean_query_args()
    groups = {name: tuple(dict.fromkeys(args.getlist(name)))[:MAX_VALUES] for name in GROUPS}
    groups = {name: values for name, values in groups.items() if values}
    text = " ".join(args.get("q", "").split())[:MAX_TEXT_LENGTH]
    # ``mine`` is in the addresses to which those of web2 lead.
    return Selection(text, groups, is_signed_in and "1" in (args.get("starred"), args.get("mine")))


def _clean_query_args():
    """Return the parameters of the address, without control characters and empty values."""
    values = ((name, strip_control_chars(value)) for name, value in request.args.items(multi=True))
    return MultiDict((name, value) for name, value in values if value.strip())
