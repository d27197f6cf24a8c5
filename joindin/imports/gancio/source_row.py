"""Typed access to the values of one row of Gancio.

Values of a database arrive as text, those of the API as JSON. A damaged value is repaired and recorded, unless the row makes no
sense without it.
"""

import datetime as dt
import json
import re

from joindin.imports.legacy_row import MAX_ID, InvalidRow, LegacyRow, parse_integer
from joindin.utils.datetimes import EARLIEST, LATEST, UTC
from joindin.utils.text import strip_control_chars, to_single_line

# Longer texts are cut.
MAX_TEXT_LENGTH = 1_000_000
# Between time and offset PostgreSQL and Sequelize write nothing or a space.
SPACE_BEFORE_OFFSET_PATTERN = re.compile(r" (?=[+-]\d\d)")
TRUE_WORDS, FALSE_WORDS = ("true", "t", "1"), ("false", "f", "0", "")


class GancioRow(LegacyRow):
    """Values by column name. A column that the version of the source does not have is NULL."""

    def reference(self, name: str) -> str | None:
        """Return the key of another row."""
        value = self._values.get(name)
        return None if value is None or value == "" else str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._values.get(name)
        if value is None:
            return default
        word = str(value).lower()
        if word not in (*TRUE_WORDS, *FALSE_WORDS):
            self.repairs.append(f"{name} is neither true nor false")
            return default
        return word in TRUE_WORDS

    def title(self, name: str, max_length: int) -> str:
        """Return one line of text, cut at ``max_length``."""
        line = to_single_line((self.raw_text(name) or "")[: 10 * max_length]).strip()
        if len(line) > max_length:
            self.repairs.append(f"{name} is longer than {max_length} characters: it is cut")
        return line[:max_length].strip()

    def long_text(self, name: str) -> str:
        text = self.raw_text(name) or ""
        if len(text) > MAX_TEXT_LENGTH:
            self.repairs.append(f"{name} is longer than {MAX_TEXT_LENGTH:,} characters: it is cut")
        return text[:MAX_TEXT_LENGTH]

    def degrees(self, name: str, limit: int) -> float | None:
        """Return a coordinate; an unusable one is repaired to None."""
        try:
            return self.coordinate(name, limit)
        except InvalidRow as error:
            self.repairs.append(str(error))
            return None

    def instant(self, name: str) -> dt.datetime | None:
        """Return a time from epoch seconds. :raises InvalidRow: if there is another value."""
        seconds = parse_integer(name, self._values.get(name))
        if seconds is None:
            return None
        if not EARLIEST.timestamp() < seconds < LATEST.timestamp():
            raise InvalidRow(f"{name} is out of range: {seconds}")
        return dt.datetime.fromtimestamp(seconds, UTC)

    def timestamp(self, name: str) -> dt.datetime | None:
        """Return a time from ISO text, without an offset in UTC; an unusable one is repaired to None."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        try:
            at = dt.datetime.fromisoformat(SPACE_BEFORE_OFFSET_PATTERN.sub("", str(value)))
        except ValueError:
            self.repairs.append(f"{name} is not a date: {str(value)[:40]!r}")
            return None
        if not EARLIEST.replace(tzinfo=None) < at.replace(tzinfo=None) < LATEST.replace(tzinfo=None):
            self.repairs.append(f"{name} is out of range")
            return None
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)

    def json(self, name: str, kind: type):
        """Return the list or dict in a JSON column; an empty one for NULL, and for other values after a repair."""
        value = self._values.get(name)
        for _ in range(2):  # Some versions stored JSON in JSON.
            if isinstance(value, str):
                value = self._parse_json(value)
        if value is None:
            return kind()
        if not isinstance(value, kind):
            self.repairs.append(f"{name} is no {'list' if kind is list else 'object'}")
            return kind()
        return value

    def parsed(self, name: str):
        """Return any JSON value. :raises InvalidRow: if it is damaged."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(strip_control_chars(value)) if value.strip() else None
        except (ValueError, RecursionError):
            raise InvalidRow(f"{name} is not valid JSON") from None

    def texts(self, name: str) -> list:
        """Return the list in a JSON column; a single text is a list of one, as some versions stored it."""
        value = self._values.get(name)
        if isinstance(value, str):
            value = self._parse_json(value)
        if isinstance(value, str):
            return [value] if value else []
        return self.json(name, list)

    def has_value(self, name: str) -> bool:
        """Whether a JSON column contains something, readable or not."""
        return self._values.get(name) not in (None, "", "null")

    def _parse_json(self, text):
        if not text.strip():
            return None
        try:
            return json.loads(strip_control_chars(text))
        except (ValueError, RecursionError):
            return text


def parse_id(key: str) -> int | None:
    """Return the number that can be the id of a row here, or None."""
    if not (key.isascii() and key.isdecimal()) or len(key) > 10:
        return None
    return int(key) if 0 < int(key) <= MAX_ID else None
