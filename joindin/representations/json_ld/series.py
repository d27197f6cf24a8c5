"""Series of events with their rule (``Schedule``)."""

import datetime as dt
from collections.abc import Sequence

from joindin.representations.json_ld.documents import named_parts, without_empty
from joindin.representations.json_ld.events import MAX_PARTS, local_time, represent_location, represent_organizers
from joindin.representations.links import Links
from joindin.utils.datetimes import get_timezone
from joindin.utils.recurrence.rules import DAILY, MONTHLY, WEEKLY, YEARLY, RecurrenceRule

PERIODS = {DAILY: "D", WEEKLY: "W", MONTHLY: "M", YEARLY: "Y"}


def represent_series(
    parent, rule: RecurrenceRule | None, excluded: Sequence[dt.datetime], dates: Sequence, links: Links
) -> dict | None:
    """Return the series; None without a location. ``excluded`` are starts that are left out, ``dates`` the next dates."""
    address = links.canonical_event_page(parent)
    document = {
        "@type": "EventSeries",
        "@id": address,
        "url": address,
        "name": parent.name,
        "description": parent.description,
        "startDate": local_time(parent.starts_at, parent),
        "location": represent_location(parent, address),
        "organizer": represent_organizers(parent, links),
        "keywords": [tag.name for tag in parent.tags],
        "inLanguage": parent.page_language,
        "eventSchedule": rule and _schedule(parent, rule, excluded),
        "subEvent": named_parts((links.canonical_event_page(date), parent.name) for date in dates if date.slug)[
            :MAX_PARTS
        ],
    }
    return without_empty(document) if document["location"] else None


def _schedule(parent, rule, excluded):
    """Return the rule; None for one with positions (``BYSETPOS``), which schema.org does not have."""
    if rule.by_set_position:
        return None
    zone = get_timezone(parent.timezone)
    start = parent.starts_at.astimezone(zone)
    end = parent.ends_at.astimezone(zone) if parent.is_end_known else None
    return without_empty({
        "@type": "Schedule",
        "startDate": start.date().isoformat(),
        "startTime": start.time().isoformat(),
        "endDate": rule.until and rule.until.astimezone(zone).date().isoformat(),
        "endTime": end and end.time().isoformat(),
        "scheduleTimezone": parent.timezone,
        "repeatFrequency": f"P{rule.interval}{PERIODS[rule.frequency]}",
        "repeatCount": rule.count,
        "byDay": [f"{number or ''}{day}" for number, day in rule.by_day],
        "byMonth": list(rule.by_month),
        "byMonthDay": list(rule.by_month_day),
        "exceptDate": [local_time(each, parent) for each in excluded],
    })  # fmt: skip
