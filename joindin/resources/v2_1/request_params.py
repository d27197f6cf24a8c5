"""Parameters of a request: query string and JSON body, parsed by the conventions of PHP (spec 2.3)."""

import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import quote_plus, unquote_plus

from flask import g, request

from joindin.errors import InvalidInput
from joindin.http.json_bodies import parse_json_object, read_json_bytes
from joindin.utils.text import strip_control_chars

MAX_PARAMETERS = 1000
NUMBER_PATTERN = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\Z")


class Params(Mapping):
    """Parameters by name. A list in the query string is a dict by index, as in PHP."""

    def __init__(self, values):
        self._values = values

    def __getitem__(self, name):
        return self._values[name]

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def text(self, name: str, default: str = "") -> str:
        """Return the parameter as text; numbers are converted, null is empty.

        :raises InvalidInput: for lists, objects and booleans.
        """
        return strip_control_chars(self.raw_text(name, default))

    def raw_text(self, name: str, default: str = "") -> str:
        """Return the parameter as :meth:`text` does, with control characters and surrogates, which are not stored."""
        value = self._values.get(name, default)
        if isinstance(value, bool | list | dict):
            raise InvalidInput(f"Expected parameter {name} is not a readable string")
        return "" if value is None else _to_text(value)

    def is_empty(self, name: str) -> bool:
        """Return whether PHP's ``empty()`` is true: missing, "", "0", 0, false, null, []."""
        value = self._values.get(name)
        return value in (None, "", "0", False) or value == [] or value == {} or value == 0

    def is_true(self, name: str) -> bool:
        """Return whether the value is ``true`` or ``"true"``."""
        return self._values.get(name) is True or self._values.get(name) == "true"

    def texts(self, name: str) -> list[str] | None:
        """Return the texts in a list, or in the values of an object; None for other values.

        :raises InvalidInput: for an item that is no text and no number.
        """
        value = self._values.get(name)
        if isinstance(value, dict):
            value = list(value.values())
        if not isinstance(value, list):
            return None
        if not all(isinstance(item, str | int | float) and not isinstance(item, bool) for item in value):
            raise InvalidInput(f"The items of '{name}' must be texts")
        return [strip_control_chars(_to_text(item)) for item in value]


def _to_text(value):
    """Return a text or a number as text. A number is written without exponent, which readers of digits would misread."""
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)


def is_number(text: str) -> bool:
    """Return whether PHP's ``is_numeric()`` is true."""
    return NUMBER_PATTERN.match(text) is not None


def get_query_params() -> Params:
    """Return the parameters of the query string."""
    context = g._get_current_object()
    if "query" not in context:
        raw = request.query_string
        context.query = Params(parse_query(raw)) if raw else NO_PARAMS
    return context.query


def get_params() -> Params:
    """Return the parameters of the query string and, for POST and PUT, of the JSON body, which take precedence.

    A body that is not declared as JSON has no parameters.

    :raises PayloadTooLarge: if the body exceeds ``MAX_JSON_BYTES``.
    :raises InvalidInput: if the body is no JSON object.
    """
    if "params" not in g:
        body = _read_body() if request.method in ("POST", "PUT") else None
        g.params = Params({**get_query_params(), **body}) if body else get_query_params()
    return g.params


def _read_body():
    if request.mimetype != "application/json":
        return None
    return parse_json_object(read_json_bytes())


def parse_query(raw: bytes) -> dict:
    """Parse a query string as PHP does, in the order of its parameters. Later ones than ``MAX_PARAMETERS`` are ignored.

    The time is linear in the length of the query string.
    """
    values = {}
    # The number that ``name[]`` appends under, by name.
    next_indexes = {}
    for pair in raw.decode("latin-1").split("&", MAX_PARAMETERS)[:MAX_PARAMETERS]:
        name, _, value = pair.partition("=")
        name, value = _decode(name), strip_control_chars(_decode(value))
        base, bracket, rest = name.partition("[")
        if not base:
            continue
        if bracket and "]" in rest:
            index = rest.partition("]")[0]
            if not isinstance(values.get(base), dict):
                values[base], next_indexes[base] = {}, 0
            index = index or str(next_indexes[base])
            values[base][index] = value
            if index.isdecimal() and index.isascii() and len(index) < 19:
                next_indexes[base] = max(next_indexes[base], int(index) + 1)
        else:
            values[name] = value
    return values


def build_query(values: Mapping) -> str:
    """Return the query string for parameters of :func:`parse_query`, in form encoding (``tags[0]`` as ``tags%5B0%5D``)."""
    pairs = []
    for name, value in values.items():
        if isinstance(value, dict):
            pairs += [(f"{name}[{index}]", item) for index, item in value.items()]
        else:
            pairs.append((name, value))
    return "&".join(f"{_encode(name)}={_encode(value)}" for name, value in pairs)


def _decode(text):
    if text.isascii() and "%" not in text and "+" not in text:
        return text
    return unquote_plus(text.encode("latin-1").decode("utf-8", "replace"), errors="replace")


def _encode(value):
    text = str(value)
    if text.isascii() and text.isalnum():
        return text
    return quote_plus(text).replace("~", "%7E")


NO_PARAMS = Params({})
