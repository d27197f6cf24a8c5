"""Gancio's form of a recurrence: ``frequency`` and ``type`` (contract, section 6.7)."""

import datetime as dt
from collections.abc import Mapping

from joindin.utils.recurrence.rules import MONTHLY, WEEKDAYS, WEEKLY, YEARLY, RecurrenceRule

WEEKLY_INTERVALS = {"1w": 1, "2w": 2}
LONGER_FREQUENCIES = {"1m": MONTHLY, "1y": YEARLY}
# Which weekday of the month, by ``type``; "ordinal" is the day of the month.
WEEKDAY_NUMBERS = {"1": 1, "2": 2, "3": 3, "4": 4, "-1": -1}


def rule_from_gancio(recurrence: Mapping, start: dt.datetime) -> RecurrenceRule | None:
    """Return the rule of a recurrence that begins at ``start``, in local time; None if the frequency is missing or unknown.

    Weekdays and days come from the start, never from ``days``. A yearly recurrence stays in the month of its start.
    """
    frequency, kind = recurrence.get("frequency"), str(recurrence.get("type") or "ordinal")
    if frequency in WEEKLY_INTERVALS:
        return RecurrenceRule(WEEKLY, interval=WEEKLY_INTERVALS[frequency])
    if frequency not in LONGER_FREQUENCIES:
        return None
    if kind in WEEKDAY_NUMBERS:
        day = WEEKDAY_NUMBERS[kind], WEEKDAYS[start.weekday()]
        months = (start.month,) if frequency == "1y" else ()
        return RecurrenceRule(LONGER_FREQUENCIES[frequency], by_month=months, by_day=(day,))
    return RecurrenceRule(LONGER_FREQUENCIES[frequency]) if kind == "ordinal" else None
