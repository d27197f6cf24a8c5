"""One row of the original's tables (spec 17.2), and what its values mean.

Rows come out of a database or out of JSON, so a number may be a number or its digits, and a moment
a datetime or text. What cannot be makes the row ``Broken``; what can be mended is, and said.
"""

import datetime as dt
import html
import math
import re
from decimal import Decimal

from joindin.utils.datetimes import EARLIEST, LATEST, UTC
from joindin.utils.text import strip_control_chars

# Ids leave room for what comes after them: the columns that hold them end at 2**31.
MAX_ID = 2_000_000_000
MAX_INTEGER = 2**31 - 1

INTEGER = re.compile(r"[+-]?[0-9]{1,19}(\.0*)?", re.ASCII)
# Without its semicolon an entity may as well be part of an address (``?a=1&copy=2``).
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
NO_DATE = "0000-00-00"


class InvalidRow(Exception):
    """The row cannot be made sense of; ``str()`` says why."""


class ExcludedRow(Exception):
    """The row is sound but nothing of ours; ``str()`` says what it is."""


def parse_row_id(values: dict) -> int:
    """The id under which the original knows the row.

    :raises Broken: if that is none.
    """
    raw = values.get("ID", values.get("id"))
    number = parse_integer("id", raw)
    if number is None or not 0 < number <= MAX_ID:
        raise InvalidRow(f"its id cannot be: {_shown(raw)}")
    return number


class LegacyRow:
    """Values by name of column; ``mended`` collects what had to be put right."""

    __slots__ = ("_values", "repairs")

    def __init__(self, values: dict):
        self._values = values
        self.repairs: list[str] = []

    def has(self, name: str) -> bool:
        return name in self._values

    def number(self, name: str, default: int | None = None, least: int = -MAX_INTEGER) -> int | None:
        """A whole number; one below ``least`` is mended to the default."""
        number = parse_integer(name, self._values.get(name))
        if number is None:
            return default
        if abs(number) > MAX_INTEGER:
            raise InvalidRow(f"{name} cannot be: {_shown(number)}")
        if number < least:
            self.repairs.append(f"{name} cannot be: {number}")
            return default
        return number

    def rating(self, default: int | None) -> int | None:
        """1 to 5, or 0 for none that counts, as which also others go."""
        rating = self.number("rating", default)
        if rating is not None and not 0 <= rating <= 5:
            self.repairs.append(f"rating cannot be: {rating}")
            return 0
        return rating

    def boolean(self, name: str) -> bool:
        return bool(self.number(name, 0))

    def coordinate(self, name: str, most: int) -> float | None:
        """A coordinate; what lies on no map is mended to none."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        try:
            degrees = float(value)
        except (TypeError, ValueError):
            raise InvalidRow(f"{name} is no number: {_shown(value)}") from None
        if math.isfinite(degrees) and abs(degrees) <= most:
            return degrees
        self.repairs.append(f"{name} cannot be: {_shown(value)}")
        return None

    def foreign_key(self, name: str) -> int | None:
        """The id of another row; 0 is the original's word for nobody."""
        number = self.number(name, 0)
        return number if number > 0 else None

    def unix_time(self, name: str) -> dt.datetime | None:
        """A moment kept as Unix seconds, of which 0 means none (spec 2.6)."""
        seconds = parse_integer(name, self._values.get(name))
        if not seconds:
            return None
        if not EARLIEST.timestamp() < seconds < LATEST.timestamp():
            raise InvalidRow(f"{name} cannot be: {_shown(seconds)}")
        return dt.datetime.fromtimestamp(seconds, UTC)

    def utc_datetime(self, name: str) -> dt.datetime | None:
        """A moment kept as UTC date and time, of which zeros mean none."""
        value = self._values.get(name)
        if value is None or value == "" or str(value).startswith(NO_DATE):
            return None
        try:
            moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
        except ValueError:
            raise InvalidRow(f"{name} is no date: {_shown(value)}") from None
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)
        if not EARLIEST.replace(tzinfo=None) < moment.replace(tzinfo=None) < LATEST.replace(tzinfo=None):
            raise InvalidRow(f"{name} cannot be: {_shown(value)}")
        return moment.astimezone(UTC)

    def raw_text(self, name: str, longest: int | None = None) -> str | None:
        """A text as its author wrote it, save for what no database takes.

        :raises Broken: if there is no room for it here.
        """
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        return self._fitting(name, strip_control_chars(value if isinstance(value, str) else str(value)), longest)

    def decoded_text(self, name: str, longest: int | None = None) -> str | None:
        """A text that the original escaped in some epochs: entities are decoded, once (spec 17.3)."""
        words = self.raw_text(name)
        if words is None or "&" not in words:
            return self._fitting(name, words, longest)
        return self._fitting(
            name, strip_control_chars(ENTITY.sub(lambda entity: html.unescape(entity[0]), words)), longest
        )

    def _fitting(self, name, words, longest):
        if longest is not None and words is not None and len(words) > longest:
            raise InvalidRow(f"{name} is longer than {longest} characters")
        return words


def parse_integer(name: str, value) -> int | None:
    """The whole number that ``value`` is or spells; None where there is nothing.

    :raises Broken: if it is something else.
    """
    if value is None or value == "":
        return None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and (digits := INTEGER.fullmatch(value.strip())):
        return int(digits[0].partition(".")[0])
    if isinstance(value, (Decimal, float)) and math.isfinite(value) and value == int(value):
        return int(value)
    raise InvalidRow(f"{name} is no number: {_shown(value)}")


def _shown(value):
    shown = repr(value) if isinstance(value, str) else str(value)
    return strip_control_chars(shown if len(shown) <= 40 else f"{shown[:37]}...")
