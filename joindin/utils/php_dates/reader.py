"""Reader of date texts: finds the tokens and collects what they name."""

import datetime as dt
import re

from joindin.utils.php_dates.errors import UnreadableDate
from joindin.utils.php_dates.parts import DateParts, MonthEnd, Token, WeekdayRule
from joindin.utils.php_dates.patterns import (
    DIRECTION_WORDS,
    MONTHS,
    NUMBER_WORDS,
    TOKENS,
    UNITS,
    WEEKDAYS,
    WORKING_DAY_NAMES,
)
from joindin.utils.php_dates.zones import find_zone

END = "\0"


def read_parts(text: str) -> DateParts:
    """Return the parts that the text names.

    :raises UnreadableDate: at a character that begins no token, at a second date or time, and for an unknown zone.
    """
    # PHP takes no-break spaces for spaces.
    text = re.sub("[\u00a0\u202f]", " ", text) + END
    reader, position = _Reader(), 0
    while position < len(text):
        kind, match = _longest_token(text, position)
        if kind != "separator":
            reader.read(kind, match)
        position = match.end()
    return reader.parts


def _longest_token(text, position):
    best = None
    for kind, pattern in TOKENS:
        match = pattern.match(text, position)
        if match and (best is None or match.end() > best[1].end()):
            best = kind, match
    if best is None:
        raise UnreadableDate
    return best


class _Reader:
    """One method for each kind of token."""

    def __init__(self):
        self.parts = DateParts()

    def read(self, kind, match):
        self.parts.tokens.append(Token(kind, match[0], match.start(), match.end()))
        getattr(self, f"_read_{kind}")(**match.groupdict())

    def _read_keyword(self, word):
        parts = self.parts
        if word.lower() == "now":
            return
        parts.clear_time()
        if word.lower() == "noon":
            parts.hour, parts.times = 12, 1
        elif word.lower() in ("tomorrow", "yesterday"):
            parts.offset.days = 1 if word.lower() == "tomorrow" else -1

    def _read_timestamp(self, timestamp):
        parts = self.parts
        if parts.zones:
            raise UnreadableDate
        parts.clear_time()
        parts.year, parts.month, parts.day, parts.has_date = 1970, 1, 1, False
        parts.zone, parts.zones = dt.UTC, 1
        parts.offset.add("seconds", int(timestamp))

    def _read_month_end(self, end):
        self.parts.month_end = MonthEnd(end.lower())

    def _read_quarter_hour(self, side, hour, meridian):
        hour, minute = (int(hour), 15) if side.lower() == "back" else (int(hour) - 1, 45)
        self.parts.clear_time()
        self._set_time(hour + _meridian_shift(meridian, hour), minute)

    def _read_weekday_of_month(self, count, unit):
        amount, rule = _counted_by_word(count)
        if amount > 0:
            self.parts.weekday_of_month, rule = MonthEnd.FIRST_DAY, WeekdayRule.FROM_TODAY
        else:
            self.parts.weekday_of_month = MonthEnd.LAST_DAY
        self.parts.clear_time()
        self._move_to_weekday(unit.lower(), amount, rule)

    def _read_date_and_time(self, hour=None, minute="0", second="0", meridian=None, zone=None, **date):
        if date:
            self._set_date(**date)
        if hour is not None:
            self._set_time(int(hour) + _meridian_shift(meridian, int(hour)), int(minute), int(second))
        if zone:
            self._set_zone(zone)

    def _read_compact_clock(self, hour, minute):
        parts = self.parts
        if parts.times == 0:
            self._set_time(int(hour), int(minute))
        elif parts.times == 1:
            parts.year = int(hour + minute)
            parts.times = 2
        else:
            raise UnreadableDate

    def _read_month(self, **date):
        self._set_date(day="1", **date)

    def _read_day_of_year(self, year, day):
        self._set_date(year=year, month="1", day=day)

    def _read_week(self, year, week, weekday="1"):
        self._set_date(year=year, month="1", day="1")
        new_year = dt.date(int(year), 1, 1).isoweekday() % 7
        monday_of_week_1 = 1 - (new_year - 7 if new_year > 4 else new_year)
        self.parts.offset.days = monday_of_week_1 - 1 + 7 * (int(week) - 1) + int(weekday)

    def _read_year(self, year):
        self.parts.year = int(year)

    def _read_ago(self):
        parts = self.parts
        parts.offset.negate()
        if parts.weekday is not None:
            parts.weekday = -parts.weekday or -7
        if parts.working_days is not None:
            parts.working_days = -parts.working_days

    def _read_weekday(self, unit):
        parts = self.parts
        parts.clear_time()
        # PHP gives "weekday" without a number the weekday 1: Monday.
        parts.weekday = WEEKDAYS.get(unit.lower(), 1)
        if parts.weekday_rule is not WeekdayRule.IN_THIS_WEEK:
            parts.weekday_rule = WeekdayRule.FROM_TODAY

    def _read_week_word(self, count, unit):
        parts = self.parts
        self._read_counted_word(count, unit)
        parts.weekday_rule = WeekdayRule.IN_THIS_WEEK
        if parts.weekday is None:
            parts.weekday = 1

    def _read_counted_word(self, count, unit):
        amount, rule = _counted_by_word(count)
        if unit.lower() not in UNITS:
            self.parts.clear_time()
        self._move(unit.lower(), amount, rule)

    def _read_counted(self, count, unit):
        digits = count.lstrip("+- \t")
        sign = -1 if count.startswith("-") else 1
        self._move(unit.lower(), sign * int(digits), WeekdayRule.FROM_TODAY)

    def _read_zone(self, zone):
        parts = self.parts
        if parts.zones == 0:
            self._set_zone(zone)
        elif parts.zones == 1:
            # PHP warns of a second zone, and ignores it.
            parts.zones = 2
        else:
            raise UnreadableDate

    def _set_date(self, year=None, month=None, month_name=None, day=None):
        parts = self.parts
        if parts.has_date:
            raise UnreadableDate
        parts.has_date = True
        parts.month = MONTHS[month_name.lower()] if month_name else int(month)
        if year is not None:
            parts.year = _full_year(year)
        if day is not None:
            parts.day = int(day)

    def _set_time(self, hour, minute=0, second=0):
        if self.parts.times:
            raise UnreadableDate
        self.parts.hour, self.parts.minute, self.parts.second, self.parts.times = hour, minute, second, 1

    def _set_zone(self, zone):
        self.parts.zone = find_zone(zone)
        self.parts.zones += 1
        if self.parts.zone is None:
            raise UnreadableDate

    def _move(self, unit, amount, rule):
        if unit in UNITS:
            part, size = UNITS[unit]
            self.parts.offset.add(part, amount * size)
        elif unit in WORKING_DAY_NAMES:
            self.parts.working_days = amount
        else:
            self._move_to_weekday(unit, amount, rule)

    def _move_to_weekday(self, unit, amount, rule):
        self.parts.offset.add("days", 7 * (amount - 1 if amount > 0 else amount))
        self.parts.weekday, self.parts.weekday_rule = WEEKDAYS[unit], rule


def _counted_by_word(word):
    word = word.lower()
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word], WeekdayRule.AFTER_TODAY
    return DIRECTION_WORDS[word], WeekdayRule.FROM_TODAY if word == "this" else WeekdayRule.AFTER_TODAY


def _meridian_shift(meridian, hour):
    if meridian is None:
        return 0
    if meridian in "aA":
        return -12 if hour == 12 else 0
    return 0 if hour == 12 else 12


def _full_year(year):
    """Return the year; one or two digits are between 1970 and 2069."""
    number = int(year)
    if len(year) >= 4 or number >= 100:
        return number
    return number + (2000 if number < 70 else 1900)
