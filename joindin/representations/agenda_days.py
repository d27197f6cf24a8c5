"""Days and months of the agenda: which events are on a day, and the weeks of a month."""

import calendar
import datetime as dt
from collections.abc import Iterable
from types import SimpleNamespace

from joindin.representations.programme.days import event_days
from joindin.utils.datetimes import get_timezone


class DayList:
    """Events in the order of their starts, by day from ``first`` to ``last``. An event has ``timezone``, ``starts_at`` and ``ends_at``.

    ``by_day`` has the events that begin on each day that has any, ``still_on`` those that began before the first day.
    """

    def __init__(self, events: Iterable, first: dt.date, last: dt.date):
        self.by_day, self.still_on, self._numbers = {}, [], {}
        for event in sorted(events, key=lambda event: (event.starts_at, event.id)):
            begins_on, ends_on = local_days(event)
            if ends_on < first or begins_on > last:
                continue
            if begins_on < first:
                self.still_on.append(event)
            else:
                self.by_day.setdefault(begins_on, []).append(event)
            for number in range((min(ends_on, last) - max(begins_on, first)).days + 1):
                day = max(begins_on, first) + dt.timedelta(days=number)
                self._numbers.setdefault(day, []).append(event)
        self.by_day = dict(sorted(self.by_day.items()))

    def __bool__(self):
        return bool(self.by_day or self.still_on)

    def on(self, day: dt.date) -> list:
        """Return the events that take place on a day."""
        return self._numbers.get(day, [])


def local_days(event) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of an event, in its time zone. An event that ends at night belongs to the evening."""
    begins_on = event.starts_at.astimezone(get_timezone(event.timezone)).date()
    return begins_on, max(begins_on, event_days(event)[1])


def date_of_series(parent, starts_at: dt.datetime, slug: str | None) -> SimpleNamespace:
    """Return a date of a series as an event; its address is that of the series if there is no event yet."""
    ends_at = starts_at + (parent.ends_at - parent.starts_at)
    return SimpleNamespace(**vars(parent) | {"starts_at": starts_at, "ends_at": ends_at, "slug": slug or parent.slug})


def weeks_of_month(month: dt.date, first_weekday: int) -> list[list[dt.date]]:
    """Return the weeks that have a day of the month, with all their days. Monday is 0."""
    return calendar.Calendar(first_weekday).monthdatescalendar(month.year, month.month)
