"""Ids in addresses."""

from werkzeug.routing import BaseConverter

# Beyond what any row has, within what every database can compare.
NO_ROW = 2**63 - 1


class Positive(BaseConverter):
    """A decimal number above zero; anything else is another address."""

    regex = r"0*[1-9][0-9]*"

    def to_python(self, value):
        return min(int(value[:40]), NO_ROW)

    def to_url(self, value):
        return str(value)


class RowId(BaseConverter):
    """Anything; what is no decimal number is the id of no row, so that the resource says so itself."""

    regex = r"[^/]+"

    def to_python(self, value):
        return min(int(value[:40]), NO_ROW) if value.isascii() and value.isdecimal() else 0

    def to_url(self, value):
        return str(value)
