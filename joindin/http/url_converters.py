"""URL converters for ids and for the remainder of a path."""

from werkzeug.routing import BaseConverter

from joindin.utils.row_ids import MAX_ROW_ID


class PositiveInt(BaseConverter):
    """A decimal number other than zero. Other texts do not match the route.

    A negative number becomes 0, the id of no row: its address is answered like that of a row that does not exist.
    """

    regex = r"0*[1-9][0-9]*|-0*[1-9][0-9]*(?:\.[0-9]*)?"

    def to_python(self, value):
        return 0 if value.startswith("-") else _row_id(value)

    def to_url(self, value):
        return str(value)


class RowIdConverter(BaseConverter):
    """Any text. A text that is no decimal number becomes 0, the id of no row, so that the endpoint answers 404."""

    regex = r"[^/]+"
    # Werkzeug derives the opposite from the slash in the pattern.
    part_isolating = True
    # Tried before texts: ``/event/<id>/series/`` before ``/event/<slug>/<talk>``.
    weight = 50

    def to_python(self, value):
        return _row_id(value) if value.isascii() and value.isdecimal() else 0

    def to_url(self, value):
        return str(value)


class PathRemainder(BaseConverter):
    """The remainder of the path, including slashes; it may be empty."""

    regex = r".*"
    part_isolating = False
    # Tried after every other rule.
    weight = 300


def _row_id(digits):
    # Python refuses to convert thousands of digits.
    return min(int(digits.lstrip("0")[:40] or 0), MAX_ROW_ID)
