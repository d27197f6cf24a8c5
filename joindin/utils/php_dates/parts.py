"""Parts of a date that a text names, before the current time fills its gaps."""

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


class Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class WeekdayRule(Enum):
    """How a weekday moves the day. The values are PHP's."""

    AFTER_TODAY = 0
    FROM_TODAY = 1
    IN_THIS_WEEK = 2


class MonthEnd(Enum):
    FIRST_DAY = "first"
    LAST_DAY = "last"


@dataclass
class Offset:
    """A move of the date. Years to days move the calendar, hours and less are elapsed time."""

    years: int = 0
    months: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0
    microseconds: int = 0

    def add(self, part: str, amount: int):
        setattr(self, part, getattr(self, part) + amount)

    def negate(self):
        for part, amount in vars(self).items():
            setattr(self, part, -amount)


@dataclass
class DateParts:
    """Parts in the order of their tokens. None means that the text does not name the part."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    zone: dt.tzinfo | None = None

    has_date: bool = False
    # Clock times in the text. A second group of four digits after a time is a year, a third is an error.
    times: int = 0
    zones: int = 0
    tokens: list[Token] = field(default_factory=list)

    offset: Offset = field(default_factory=Offset)
    weekday: int | None = None
    weekday_rule: WeekdayRule = WeekdayRule.AFTER_TODAY
    working_days: int | None = None
    month_end: MonthEnd | None = None
    # "second friday of" counts from the first day of the month, "last friday of" back from its end.
    weekday_of_month: MonthEnd | None = None

    def clear_time(self):
        self.hour = self.minute = self.second = self.times = 0

    def depends_on_now(self) -> bool:
        """Return whether the current time fills a gap."""
        has_time = self.hour is not None or self.has_date
        return None in (self.year, self.month, self.day) or not has_time
