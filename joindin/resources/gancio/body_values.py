"""Values in request bodies of the Gancio API, which arrive as JSON, as a form or as multipart.

A field that is null or empty is missing, as in Gancio. A list of one, which some clients send for a plain value, stands for its item.
"""

import math
import re
from collections.abc import Mapping

from flask import request

from joindin.errors import InvalidInput
from joindin.http.json_bodies import parse_json_object, read_json_bytes
from joindin.utils.row_ids import MAX_ROW_ID
from joindin.utils.text import strip_control_chars

NUMBER_PATTERN = re.compile(r"\s*[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?\s*", re.ASCII)
ID_PATTERN = re.compile(r"\s*(\d{1,10})\s*", re.ASCII)
# ``tags[]``, ``tags[0]``, ``recurrent[frequency]``, ``recurrent.days[]``.
NESTED_NAME_PATTERN = re.compile(r"(\w+)(?:\[(\w*)\]|\.(\w+))(?:\[\w*\])?")


def read_body(*, lists: frozenset[str], objects: frozenset[str]) -> dict:
    """Return the fields of the body by name.

    The fields in ``lists`` may be written with brackets or repeated, those in ``objects`` as members in brackets or after a dot.

    :raises InvalidInput: if a JSON body is no object.
    :raises PayloadTooLarge: if a JSON body exceeds ``MAX_JSON_BYTES``.
    """
    if request.is_json:
        return _gather(parse_json_object(read_json_bytes()).items(), lists, objects)
    # A part of a multipart body may lack a name.
    fields = [(name, values if len(values) > 1 else values[0]) for name, values in request.form.lists() if name]
    return _gather(fields, lists, objects)


def _gather(fields, lists, objects):
    body = {}
    for name, value in fields:
        nested = NESTED_NAME_PATTERN.fullmatch(name)
        if name in lists and name not in body:
            body[name] = value
        elif nested and nested[1] in lists:
            present = body.get(nested[1], [])
            items = value if isinstance(value, list) else [value]
            body[nested[1]] = (present if isinstance(present, list) else [present]) + items
        elif nested and nested[1] in objects:
            members = body.setdefault(nested[1], {})
            if isinstance(members, dict) and (member := nested[2] or nested[3]):
                members[member] = value
        elif nested is None:
            body[name] = value
    return body


def unwrap(value):
    """Return the only item of a list of one; other values unchanged."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def is_missing(value) -> bool:
    """Return whether JavaScript takes the value for false: null, false, 0 and the empty text."""
    return value is None or value is False or value == "" or (isinstance(value, int | float) and value == 0)


def to_text(name: str, value, max_length: int) -> str:
    """Return a text or a number as text without control characters; empty if the value is missing.

    :raises InvalidInput: for a value of another type, or one that is too long.
    """
    value = unwrap(value)
    # WordPress sends false for an address that it does not have.
    if is_missing(value):
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidInput(f"{name} must be a text")
    text = strip_control_chars(str(value)).strip()
    if len(text) > max_length:
        raise InvalidInput(f"{name} must not be longer than {max_length} characters")
    return text


def to_texts(name: str, value, max_length: int, max_number: int) -> list[str]:
    """Return the texts of a list; a lone text is a list of one, and an empty one gives no item.

    :raises InvalidInput: with Gancio's words if the value is no list and no text.
    """
    if value is None:
        return []
    if not isinstance(value, str | list):
        raise InvalidInput(f"{name} field must be an array")
    texts = [to_text(name, item, max_length) for item in ([value] if isinstance(value, str) else value)]
    if len(texts) > max_number:
        raise InvalidInput(f"{name} must not have more than {max_number} items")
    return [text for text in texts if text]


def to_number(value) -> float | None:
    """Return a number, or the number that a text is; None for other values."""
    value = unwrap(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str):
        return float(value) if NUMBER_PATTERN.fullmatch(value) else None
    return value if math.isfinite(value) else None


def to_id(value) -> int:
    """Return the id in a number or a text; 0, which no row has, for other values."""
    value = unwrap(value)
    match = ID_PATTERN.fullmatch(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    return int(match[1]) if match and int(match[1]) <= MAX_ROW_ID else 0


def to_bool(value) -> bool:
    """Return whether the value is true: ``true`` in any case, or 1."""
    return str(unwrap(value)).strip().lower() in ("true", "1")


def member(body: Mapping, name: str):
    """Return the value of a field, or None if it is absent."""
    return unwrap(body.get(name))
