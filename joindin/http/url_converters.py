"""Ids in addresses."""

from werkzeug.routing import BaseConverter

# Beyond what any row has, within what PostgreSQL takes for an INTEGER.
MAX_ROW_ID = 2**31 - 1


class PositiveInt(BaseConverter):
    """A decimal number above zero; anything else is another address."""

    regex = r"0*[1-9][0-9]*"

    def to_python(self, value):
        return _row_id(value)

    def to_url(self, value):
        return str(value)


class RowIdConverter(BaseConverter):
    """Anything; what is no decimal number is the id of no row, so that the resource says so itself."""

    regex = r"[^/]+"
    # Said outright, for werkzeug takes the slash in the pattern for one that may match.
    part_isolating = True

    def to_python(self, value):
        return _row_id(value) if value.isascii() and value.isdecimal() else 0

    def to_url(self, value):
        return str(value)


class PathRemainder(BaseConverter):
    """All that is left of the path, slashes and all, for names may hold some; even nothing."""

    regex = r".*"
    part_isolating = False
    # After every other rule.
    weight = 300


def _row_id(digits):
    # Cut, because Python refuses to make a number of thousands of digits.
    return min(int(digits.lstrip("0")[:40] or 0), MAX_ROW_ID)
