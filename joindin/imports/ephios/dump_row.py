"""Typed access to one object of a ``dumpdata`` file.

An unusable value raises ``InvalidRow``. A repairable value is repaired and recorded in ``DumpRow.repairs``.
"""

import datetime as dt

from joindin.imports.legacy_row import MAX_ID, InvalidRow, parse_integer
from joindin.utils.datetimes import EARLIEST, LATEST, UTC
from joindin.utils.text import strip_control_chars, to_single_line

REQUIRED = object()


class DumpRow:
    """``pk`` is the number of the object in ephios. ``repairs`` collects the repaired values."""

    __slots__ = ("_fields", "pk", "repairs")

    def __init__(self, pk: int, fields: dict):
        self.pk = pk
        self._fields = fields
        self.repairs: list[str] = []

    def raw(self, name: str):
        return self._fields.get(name)

    def text(self, name: str, max_length: int, *, default: object = REQUIRED) -> str | None:
        """Return a text without the characters that databases refuse; one that is too long is cut."""
        value = self._fields.get(name)
        if value is None:
            return self._default(name, default)
        if not isinstance(value, str):
            raise InvalidRow(f"{name} is not a text")
        cleaned = strip_control_chars(value.encode("utf-8", "replace").decode())
        if len(cleaned) > max_length:
            self.repairs.append(f"{name} is cut to {max_length} characters")
        return cleaned[:max_length]

    def line(self, name: str, max_length: int, *, default: object = REQUIRED) -> str | None:
        text = self.text(name, max_length, default=default)
        return text if text is None else to_single_line(text)

    def boolean(self, name: str, *, default: bool = False) -> bool:
        value = self._fields.get(name)
        return default if value is None else bool(value)

    def integer(self, name: str, *, default: object = REQUIRED) -> int | None:
        number = parse_integer(name, self._fields.get(name))
        if number is None:
            return self._default(name, default)
        if abs(number) > MAX_ID:
            raise InvalidRow(f"{name} is too large")
        return number

    def instant(self, name: str, *, default: object = REQUIRED) -> dt.datetime | None:
        value = self._fields.get(name)
        if value is None:
            return self._default(name, default)
        try:
            parsed = dt.datetime.fromisoformat(value)
            parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
            if not EARLIEST < parsed < LATEST:
                raise ValueError("out of range")
        except (TypeError, ValueError):
            raise InvalidRow(f"{name} is not a time") from None
        return parsed.astimezone(UTC)

    def day(self, name: str, *, default: object = REQUIRED) -> dt.date | None:
        value = self._fields.get(name)
        if value is None:
            return self._default(name, default)
        try:
            return dt.date.fromisoformat(value)
        except (TypeError, ValueError):
            raise InvalidRow(f"{name} is not a date") from None

    def object(self, name: str) -> dict:
        value = self._fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise InvalidRow(f"{name} is not an object")
        return value

    def list(self, name: str) -> list:
        value = self._fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise InvalidRow(f"{name} is not a list")
        return value

    def _default(self, name, default):
        if default is REQUIRED:
            raise InvalidRow(f"{name} is missing")
        return default
