"""Typed access to the values of one row of a foreign database; the rules are those of Joind.in's (spec 17.2).

Rows come from a database or from JSON: a number may be a number or its digits, and a time a datetime or text. An unusable value
raises ``InvalidRow``. A repairable value is repaired and recorded in ``LegacyRow.repairs``.
"""

import datetime as dt
import html
import math
import re
from decimal import Decimal

from joindin.utils.datetimes import EARLIEST, LATEST, UTC
from joindin.utils.invisible_characters import has_invisible_characters
from joindin.utils.text import complete_web_url, is_web_url, strip_control_chars, to_single_line

# Below the limit of the id columns (2**31), so that later rows have room.
MAX_ID = 2_000_000_000
MAX_INTEGER = 2**31 - 1

INTEGER_PATTERN = re.compile(r"[+-]?[0-9]{1,19}(\.0*)?", re.ASCII)
# The semicolon is required: without it the text may be part of a URL (``?a=1&copy=2``).
ENTITY_PATTERN = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
ZERO_DATE = "0000-00-00"


class InvalidRow(Exception):
    """The row cannot be imported; the message gives the reason."""


class ExcludedRow(Exception):
    """The row is valid, but this application does not import its kind; the message names the kind."""


def parse_row_id(values: dict) -> int:
    """Return the row's id in the source.

    :raises InvalidRow: if it is not a valid id.
    """
    raw = values.get("ID", values.get("id"))
    number = parse_integer("id", raw)
    if number is None or not 0 < number <= MAX_ID:
        raise InvalidRow(f"its id is invalid: {_quote(raw)}")
    return number


class LegacyRow:
    """Values by column name. ``repairs`` collects the repaired values."""

    __slots__ = ("_values", "repairs")

    def __init__(self, values: dict):
        self._values = values
        self.repairs: list[str] = []

    def has(self, name: str) -> bool:
        return name in self._values

    def number(
        self, name: str, default: int | None = None, minimum: int = -MAX_INTEGER, maximum: int = MAX_INTEGER
    ) -> int | None:
        """Return a whole number. A number below ``minimum`` or above ``maximum`` is repaired to the default."""
        number = parse_integer(name, self._values.get(name))
        if number is None:
            return default
        if abs(number) > MAX_INTEGER:
            raise InvalidRow(f"{name} is invalid: {_quote(number)}")
        if not minimum <= number <= maximum:
            self.repairs.append(f"{name} is invalid: {number}")
            return default
        return number

    def rating(self, default: int | None) -> int | None:
        """Return a rating of 1 to 5, or 0 for no rating. Other values are repaired to 0."""
        rating = self.number("rating", default)
        if rating is not None and not 0 <= rating <= 5:
            self.repairs.append(f"rating is invalid: {rating}")
            return 0
        return rating

    def boolean(self, name: str) -> bool:
        return bool(self.number(name, 0))

    def coordinate(self, name: str, limit: int) -> float | None:
        """Return a coordinate. A value beyond ``limit`` is repaired to None."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        try:
            degrees = float(value)
        except (TypeError, ValueError):
            raise InvalidRow(f"{name} is not a number: {_quote(value)}") from None
        if math.isfinite(degrees) and abs(degrees) <= limit:
            return degrees
        self.repairs.append(f"{name} is invalid: {_quote(value)}")
        return None

    def foreign_key(self, name: str) -> int | None:
        """Return the id of another row. Joind.in stores 0 for no row."""
        number = self.number(name, 0)
        return number if number > 0 else None

    def unix_time(self, name: str) -> dt.datetime | None:
        """Return a time from Unix seconds; 0 means none (spec 2.6)."""
        seconds = parse_integer(name, self._values.get(name))
        if not seconds:
            return None
        if not EARLIEST.timestamp() < seconds < LATEST.timestamp():
            raise InvalidRow(f"{name} is invalid: {_quote(seconds)}")
        return dt.datetime.fromtimestamp(seconds, UTC)

    def utc_datetime(self, name: str) -> dt.datetime | None:
        """Return a time from UTC date and time; zeros mean none."""
        value = self._values.get(name)
        if value is None or value == "" or str(value).startswith(ZERO_DATE):
            return None
        try:
            parsed = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
        except ValueError:
            raise InvalidRow(f"{name} is not a date: {_quote(value)}") from None
        parsed = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).replace(microsecond=0)
        if not EARLIEST.replace(tzinfo=None) < parsed.replace(tzinfo=None) < LATEST.replace(tzinfo=None):
            raise InvalidRow(f"{name} is invalid: {_quote(value)}")
        return parsed.astimezone(UTC)

    def raw_text(self, name: str, max_length: int | None = None) -> str | None:
        """Return a text without the control characters that databases refuse.

        :raises InvalidRow: if it is longer than ``max_length``.
        """
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        return self._check_length(
            name, strip_control_chars(value if isinstance(value, str) else str(value)), max_length
        )

    def decoded_text(self, name: str, max_length: int | None = None) -> str | None:
        """Return a text with HTML entities decoded once; some versions of Joind.in stored texts escaped (spec 17.3)."""
        text = self.raw_text(name)
        if text is None or "&" not in text:
            return self._check_length(name, text, max_length)
        return self._check_length(
            name, strip_control_chars(ENTITY_PATTERN.sub(lambda entity: html.unescape(entity[0]), text)), max_length
        )

    def line(self, name: str, max_length: int | None = None) -> str | None:
        """Return a decoded text as one line without invisible characters. A text that has any is repaired."""
        text = self.decoded_text(name, max_length)
        line = text and to_single_line(text)
        if line != text:
            line = line.strip()
            if has_invisible_characters(text.strip()):
                self.repairs.append(f"{name} has line breaks or invisible characters: they are removed")
        return self._check_length(name, line, max_length)

    def web_address(self, name: str, max_length: int | None = None) -> str | None:
        """Return an http or https address. A bare host name is completed; another value is repaired to None."""
        text = self.decoded_text(name, max_length)
        if not text or is_web_url(text):
            return text
        url = complete_web_url(text.strip().replace(" ", "%20"))
        if is_web_url(url):
            return self._check_length(name, url, max_length)
        self.repairs.append(f"{name} is not a web address: {_quote(text)}")
        return None

    def _check_length(self, name, text, max_length):
        if max_length is not None and text is not None and len(text) > max_length:
            raise InvalidRow(f"{name} is longer than {max_length} characters")
        return text


def parse_integer(name: str, value) -> int | None:
    """Return the whole number in ``value``, which may be text; None if it is empty.

    :raises InvalidRow: if it is another value.
    """
    if value is None or value == "":
        return None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and (digits := INTEGER_PATTERN.fullmatch(value.strip())):
        return int(digits[0].partition(".")[0])
    if isinstance(value, (Decimal, float)) and math.isfinite(value) and value == int(value):
        return int(value)
    raise InvalidRow(f"{name} is not a number: {_quote(value)}")


def _quote(value):
    text = repr(value) if isinstance(value, str) else str(value)
    return strip_control_chars(text if len(text) <= 40 else f"{text[:37]}...")
