"""Dates and times of pages, in the order and the names of a language (CLDR, by Babel)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import (
    format_date,
    format_interval,
    format_skeleton,
    format_timedelta,
    get_day_names,
    get_timezone_location,
)
from babel.numbers import format_decimal

from joindin.utils.datetimes import get_timezone, is_start_of_day

# The locale of a language. Its order of day and month, and its weeks, are those of most readers.
LOCALES = {"en": "en_GB", "de": "de_DE"}
DAY = "yMMMEd"
# The pattern of days with all names in full, where it is not CLDR's.
LONG_DAYS = {"en": "EEEE d MMMM y"}


@dataclass(frozen=True)
class LocalizedDates:
    """Formats in a language, a time zone, and for a clock of 24 or 12 hours."""

    language: str
    timezone: str
    clock: str = "24"

    def day(self, at: dt.datetime | dt.date) -> str:
        """Return, for example, ``Fri, 9 Jul 2027``."""
        return _format_day(self._date(at), self._locale)

    def long_day(self, at: dt.datetime | dt.date) -> str:
        """Return, for example, ``Friday 9 July 2027``."""
        return _format_date(self._date(at), LONG_DAYS.get(self.language, "full"), self._locale)

    def day_of(self, text: str) -> str:
        """Return the day of an ISO date or time. Other texts, which imports may contain, stay as they are."""
        try:
            is_date = len(text) == len("2027-07-09")
            return self.day(dt.date.fromisoformat(text) if is_date else dt.datetime.fromisoformat(text))
        except (OverflowError, TypeError, ValueError):
            return text

    def date(self, on: dt.date) -> str:
        """Return, for example, ``9 July 2027``."""
        return _format_date(on, "long", self._locale)

    def month(self, on: dt.date) -> str:
        return _format_date(on, "MMMM y", self._locale)

    def month_name(self, on: dt.date) -> str:
        return _format_date(on, "MMMM", self._locale)

    def weekday_name(self, number: int) -> str:
        """Return the name of a weekday; Monday is 0."""
        return get_day_names(locale=self._locale)[number]

    def short_weekday_name(self, number: int) -> str:
        return get_day_names("abbreviated", locale=self._locale)[number]

    @property
    def first_weekday(self) -> int:
        """Return the day on which a week begins; Monday is 0."""
        return Locale.parse(self._locale).first_week_day

    @property
    def has_week_numbers(self) -> bool:
        """Return whether weeks are counted as in ISO 8601, where their numbers are usual."""
        return Locale.parse(self._locale).min_week_days == 4

    def time(self, at: dt.datetime) -> str:
        """Return, for example, ``17:00``, or ``5:00 pm`` on a clock of 12 hours."""
        return self.time_of_day(self.local(at).time())

    def time_of_day(self, time: dt.time) -> str:
        return f"{time:%H:%M}" if self.clock == "24" else _format_12_hours(time.hour, time.minute, self._locale)

    def is_midnight(self, at: dt.datetime) -> bool:
        return is_start_of_day(self.local(at).replace(second=0, microsecond=0))

    def day_and_time(self, at: dt.datetime) -> str:
        return f"{self.day(at)}, {self.time(at)}"

    def times(self, starts_at: dt.datetime, ends_at: dt.datetime) -> str:
        """Return the day and the times; both days if they differ: ``Fri, 9 Jul 2027, 10:00–12:00``."""
        if self.local(starts_at).date() == self.local(ends_at).date():
            return f"{self.day(starts_at)}, {self.time(starts_at)}–{self.time(ends_at)}"
        return f"{self.day_and_time(starts_at)} – {self.day_and_time(ends_at)}"

    def days(self, starts_at: dt.datetime, ends_at: dt.datetime) -> str:
        """Return the days: ``Fri, 9 Jul 2027`` or ``Fri, 9 Jul – Sun, 11 Jul 2027``."""
        return self.days_between(self.local(starts_at).date(), self.local(ends_at).date())

    def days_between(self, first: dt.date, last: dt.date) -> str:
        return self.day(first) if first == last else _format_days(first, last, self._locale)

    def until(self, at: dt.datetime, now: dt.datetime) -> str:
        """Return the time left until an instant, for example ``in 20 minutes``. Pages that are cached do not show it."""
        return format_timedelta(at - now, add_direction=True, locale=self._locale)

    @property
    def place(self) -> str:
        """Return the city that the time zone is named after; empty for one without, such as UTC."""
        return _city(self.timezone, self._locale)

    def offset(self, at: dt.datetime) -> str:
        """Return the distance from UTC, for example ``UTC+5:30``."""
        minutes = int(self.local(at).utcoffset().total_seconds()) // 60
        hours, rest = divmod(abs(minutes), 60)
        return f"UTC{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"

    def hours(self, hours: Decimal) -> str:
        """Return a number of hours with at most two decimals."""
        return format_decimal(hours, "#,##0.##", locale=self._locale)

    def local(self, at: dt.datetime) -> dt.datetime:
        return at.astimezone(get_timezone(self.timezone))

    def _date(self, at):
        return self.local(at).date() if isinstance(at, dt.datetime) else at

    @property
    def _locale(self):
        return LOCALES.get(self.language, self.language)


# Pages show the same days again and again, and Babel takes longer for one than the database for the whole event.


@lru_cache(maxsize=4096)
def _format_day(day, locale):
    return format_skeleton(DAY, dt.datetime.combine(day, dt.time()), locale=locale)


@lru_cache(maxsize=4096)
def _format_days(first, last, locale):
    return format_interval(first, last, "yMMMEd", locale=locale)


@lru_cache(maxsize=4096)
def _format_date(day, pattern, locale):
    return format_date(day, pattern, locale=locale)


@lru_cache(maxsize=4096)
def _format_12_hours(hour, minute, locale):
    return format_skeleton("hm", dt.datetime(2000, 1, 1, hour, minute), locale=locale)


@lru_cache(maxsize=1024)
def _city(timezone, locale):
    city = get_timezone_location(get_timezone(timezone), locale=locale, return_city=True)
    return "" if city.startswith(("UTC", "GMT")) else city
