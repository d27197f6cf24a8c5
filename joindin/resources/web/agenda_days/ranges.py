"""Ranges of days of the agenda: how addresses name them, and the neighbours of a range."""

import datetime as dt
import re
from typing import NamedTuple

from flask import request

from joindin.errors import NotFound

DAYS, MONTH, DAY = "days", "month", "day"
PATH = "/agenda"
DEFAULT_DAYS, MAX_DAYS, MAX_YEARS = 28, 62, 10
_DIGITS = re.compile(r"\d{1,4}", re.ASCII)
_ONE_DAY = dt.timedelta(days=1)


class Range(NamedTuple):
    """Days from ``first`` to ``last``, both included; ``kind`` says whether they are a day, a month or other days."""

    kind: str
    first: dt.date
    last: dt.date

    @classmethod
    def of_month(cls, day: dt.date) -> "Range":
        first = day.replace(day=1)
        return cls(MONTH, first, (first + dt.timedelta(days=31)).replace(day=1) - _ONE_DAY)

    @property
    def path(self) -> str:
        if self.kind == DAYS:
            return PATH
        return f"{PATH}/{self.first:%Y/%m}" if self.kind == MONTH else f"{PATH}/{self.first:%Y/%m/%d}"

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters of the address."""
        if self.kind != DAYS:
            return {}
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}

    def previous(self) -> "Range":
        if self.kind == MONTH:
            return Range.of_month(self.first - _ONE_DAY)
        return Range(self.kind, self.first - self._length, self.first - _ONE_DAY)

    def next(self) -> "Range":
        if self.kind == MONTH:
            return Range.of_month(self.last + _ONE_DAY)
        return Range(self.kind, self.last + _ONE_DAY, self.last + self._length)

    def is_near(self, today: dt.date) -> bool:
        """Return whether the range has an address: it is less than ten years away."""
        return abs(self.first.year - today.year) <= MAX_YEARS

    @property
    def _length(self):
        return self.last - self.first + _ONE_DAY


def quick_ranges(today: dt.date) -> dict[str, Range]:
    """Return the ranges that every page links to, by name. A week begins on Monday."""
    sunday = today + dt.timedelta(days=6 - today.weekday())
    tomorrow = today + _ONE_DAY
    return {
        "today": Range(DAY, today, today),
        "tomorrow": Range(DAY, tomorrow, tomorrow),
        "weekend": Range(DAYS, max(today, sunday - _ONE_DAY), sunday),
        "week": Range(DAYS, today, sunday),
        "month": Range.of_month(today),
        "next_month": Range.of_month(today).next(),
    }


def read_range(today: dt.date) -> Range:
    """Return the days of the parameters ``from`` and ``to``, at most ``MAX_DAYS``; by default the next ones.

    :raises NotFound: if they are too far away.
    """
    first, last = (_read_date(name) for name in ("from", "to"))
    first = first or (min(today, last) if last else today)
    if abs(first.year - today.year) > MAX_YEARS:
        raise NotFound("There is no such page.")
    last = last or first + dt.timedelta(days=DEFAULT_DAYS - 1)
    return Range(DAYS, first, min(max(first, last), first + dt.timedelta(days=MAX_DAYS - 1)))


def read_day(year: str, month: str, day: str, today: dt.date) -> dt.date:
    """Return the day of the parts of an address; :raises NotFound: if there is none, or it is too far away."""
    try:
        if not all(_DIGITS.fullmatch(part) for part in (year, month, day)):
            raise ValueError
        found = dt.date(int(year), int(month), int(day))
    except ValueError:
        raise NotFound("There is no such day.") from None
    if abs(found.year - today.year) > MAX_YEARS:
        raise NotFound("There is no such day.")
    return found


def _read_date(name):
    try:
        return dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
