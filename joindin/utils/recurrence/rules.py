"""A recurrence rule and the dates that it gives.

A rule counts from a start in a time zone. The clock time of the start is that of every date, over every change of clocks. As the
RFC demands, a date that does not exist (30 February, or a time that the clock skips) is left out and not counted. The start itself
is always the first date.

The work is bounded for every rule of ``parsing.py``: a few thousand days are looked at. dateutil's ``rrule``, with which the tests
compare this module, searches a rule without dates up to the year 9999 even if an end is given, which takes seconds.
"""

import datetime as dt
from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, islice

from joindin.utils.datetimes import LATEST, UTC

DAILY, WEEKLY, MONTHLY, YEARLY = "DAILY", "WEEKLY", "MONTHLY", "YEARLY"
FREQUENCIES = (DAILY, WEEKLY, MONTHLY, YEARLY)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

MAX_OCCURRENCES = 1000
MAX_ORDINAL = dt.date.max.toordinal() + 1
# The next date is looked for so far ahead: two dates of 29 February are up to eight years apart.
SEARCH_WINDOW = dt.timedelta(days=9 * 366)
# A rule with COUNT ends after this time, because its dates are counted from the first one.
MAX_COUNTED_SPAN = dt.timedelta(days=30 * 366)


@dataclass(frozen=True)
class RecurrenceRule:
    """A rule; ``str()`` is its text without the prefix ``RRULE:``. ``until`` is in UTC.

    ``by_day`` holds pairs of an ordinal number (0: every) and the name of a weekday.
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: dt.datetime | None = None
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, str], ...] = ()
    by_set_position: tuple[int, ...] = ()
    week_start: str = "MO"

    def ending(self, until: dt.datetime | None) -> "RecurrenceRule":
        """Return the rule with that end, which takes the place of a number of dates."""
        return replace(self, until=until, count=None) if until else self

    def __str__(self):
        parts = {
            "FREQ": self.frequency,
            "INTERVAL": self.interval if self.interval > 1 else "",
            "COUNT": self.count or "",
            "UNTIL": f"{self.until:%Y%m%dT%H%M%SZ}" if self.until else "",
            "BYMONTH": ",".join(map(str, self.by_month)),
            "BYMONTHDAY": ",".join(map(str, self.by_month_day)),
            "BYDAY": ",".join(f"{number or ''}{day}" for number, day in self.by_day),
            "BYSETPOS": ",".join(map(str, self.by_set_position)),
            "WKST": self.week_start if self.week_start != "MO" else "",
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value != "")


def list_dates(
    rule: RecurrenceRule, start: dt.datetime, zone: dt.tzinfo, *, after: dt.datetime, before: dt.datetime
) -> Iterator[dt.datetime]:
    """Yield the dates from ``after`` until ``before``, both included, in UTC.

    At most ``MAX_OCCURRENCES``, and not later than ``SEARCH_WINDOW`` after ``after``.
    """
    return islice(_dates(rule, start, zone, after, before), MAX_OCCURRENCES)


def _dates(rule, start, zone, after, before):
    limits = before, add_duration(after, SEARCH_WINDOW), rule.until, _end_of_counting(rule, start)
    last = min(filter(None, limits))
    for number, at in enumerate(_every_date(rule, start, zone, after, last), 1):
        if at > last or (rule.count and number > rule.count):
            return
        if at >= after:
            yield at


def find_next_date(
    rule: RecurrenceRule, start: dt.datetime, zone: dt.tzinfo, *, after: dt.datetime
) -> dt.datetime | None:
    """Return the first date from ``after`` on, or None if there is none within ``SEARCH_WINDOW``."""
    after = max(after, start)
    return next(list_dates(rule, start, zone, after=after, before=LATEST), None)


def count_dates(rule: RecurrenceRule, start: dt.datetime, zone: dt.tzinfo, *, before: dt.datetime) -> int:
    """Return how many dates of a rule with COUNT are before that time."""
    earlier = _every_date(rule, start, zone, start, min(before, _end_of_counting(rule, start)))
    return min(sum(at < before for at in earlier), rule.count)


def is_in_rule(rule: RecurrenceRule, start: dt.datetime, zone: dt.tzinfo) -> bool:
    """Return whether the start is one of the dates that the rule gives by itself."""
    day = to_local(start, zone).date()
    return next(_days(rule, day, 0, day), None) == day


def _end_of_counting(rule, start):
    return add_duration(start, MAX_COUNTED_SPAN) if rule.count else None


def add_duration(at: dt.datetime, duration: dt.timedelta) -> dt.datetime:
    """Return the later time, at most the latest that is supported."""
    return at + min(duration, LATEST - at)


def to_local(at: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Return the time that a clock in the zone shows, without an offset."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _every_date(rule, start, zone, after, last):
    """Yield the start and the dates that follow it. Without COUNT, dates long before ``after`` are skipped."""
    yield start
    local, last_day = to_local(start, zone), to_local(last, zone).date()
    skipped = 0 if rule.count else _skip_periods(rule, local, to_local(max(after, start), zone))
    for day in _days(rule, local.date(), skipped, last_day):
        local_date = dt.datetime.combine(day, local.time())
        at = local_date.replace(tzinfo=zone).astimezone(UTC)
        # A time that the clock skips does not come back as it was.
        if at > start and to_local(at, zone) == local_date:
            yield at


def _skip_periods(rule, start, after):
    """Return a number of intervals after which the rule has not reached ``after`` yet."""
    if rule.frequency in (DAILY, WEEKLY):
        passed = (after - start).days // (7 if rule.frequency == WEEKLY else 1)
    else:
        passed = (after.year - start.year) * 12 + after.month - start.month
        passed //= 12 if rule.frequency == YEARLY else 1
    return max(0, passed // rule.interval - 1)


def _days(rule, start, skipped, last):
    """Yield the days from ``start`` to ``last``: of each period those that match, or some of these by their position."""
    matches = _match(rule, start)
    for days in _periods(rule, start, skipped, last):
        matching = [day for day in days if matches(day)]
        if rule.by_set_position:
            number = len(matching)
            positions = {position - 1 if position > 0 else number + position for position in rule.by_set_position}
            matching = [matching[position] for position in sorted(positions) if 0 <= position < number]
        yield from (day for day in matching if start <= day <= last)


def _periods(rule, start, skipped, last):
    """Yield the days of every period that counts: a day, a week, a month or a year."""
    for number in count(skipped):
        if rule.frequency == DAILY:
            first, length = start.toordinal() + number * rule.interval, 1
        elif rule.frequency == WEEKLY:
            week = start.toordinal() - (start.weekday() - WEEKDAYS.index(rule.week_start)) % 7
            first, length = week + 7 * number * rule.interval, 7
            # As dateutil, and with it most readers of calendars: the first week begins with the first date.
            if number == 0:
                first, length = start.toordinal(), week + 7 - start.toordinal()
        else:
            month = start.year * 12 + (
                start.month - 1 + number * rule.interval if rule.frequency == MONTHLY else number * rule.interval * 12
            )
            year, month = divmod(month, 12)
            if year > last.year:
                return
            first = dt.date(year, month + 1, 1).toordinal()
            length = (monthrange(year, month + 1)[1]) if rule.frequency == MONTHLY else 365 + isleap(year)
        if first > last.toordinal():
            return
        yield map(dt.date.fromordinal, range(first, min(first + length, MAX_ORDINAL)))


def _match(rule, start):
    """Return a predicate of days. The rule's open parts are those of the start."""
    months, month_days, days = rule.by_month, rule.by_month_day, rule.by_day
    if not month_days and not days:
        if rule.frequency == YEARLY:
            months, month_days = months or (start.month,), (start.day,)
        elif rule.frequency == MONTHLY:
            month_days = (start.day,)
        elif rule.frequency == WEEKLY:
            days = ((0, WEEKDAYS[start.weekday()]),)
    days = {(number, WEEKDAYS.index(name)) for number, name in days}
    is_by_month = rule.frequency == MONTHLY or bool(months)

    def matches(day):
        if months and day.month not in months:
            return False
        if month_days and day.day not in month_days and day.day - 1 - _month_length(day) not in month_days:
            return False
        return not days or any((number, day.weekday()) in days for number in (0, *_weekday_numbers(day, is_by_month)))

    return matches


def _weekday_numbers(day, is_by_month):
    """Return which of its weekday the day is in its month or year, from the beginning and from the end."""
    number = day.day if is_by_month else day.timetuple().tm_yday
    length = _month_length(day) if is_by_month else 365 + isleap(day.year)
    return (number - 1) // 7 + 1, -((length - number) // 7) - 1


def _month_length(day):
    return monthrange(day.year, day.month)[1]
