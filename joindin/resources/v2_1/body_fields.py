"""Fields of documented request bodies, as the parsers of v2.1 take them (spec 2.3).

Numbers are taken as text and the other way round, as in PHP. Text that is empty after cleaning counts as missing. The
document says all of this, because programs check their requests against it.
"""

from typing import Any

from marshmallow import fields

from joindin.representations.schema_fields import UNSET

# Characters that cleaning removes from both ends of a text, and a pattern for text that keeps at least one other.
_INVISIBLE = r"\u0000-\u0020\u007f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
VISIBLE_PATTERN = f"[^{_INVISIBLE}]"
# PHP's empty() is true for these.
ZEROS = [0, "0"]

# Values that count as empty where a date is optional.
EMPTY_VALUES = [False, [], {}]


def required_text(example: str, description: str = "", *, zero_is_empty: bool = False, **keywords) -> fields.Field:
    """Return a required field for a text with a visible character; with ``zero_is_empty`` for none of ``ZEROS``."""
    limits = {"not": {"enum": ZEROS}} if zero_is_empty else {}
    return _field(["string", "number"], example, description, pattern=VISIBLE_PATTERN, **limits, **keywords)


def optional_text(example: Any = UNSET, description: str = "", **keywords) -> fields.Field:
    """Return an optional field for a text, which may be empty or null."""
    return _field(["string", "number", "null"], example, description, is_required=False, **keywords)


def date_text(example: str, description: str) -> fields.Field:
    """Return a required field for a date in one of many formats."""
    formats = [{"format": "date-time"}, {"format": "date"}, {"pattern": VISIBLE_PATTERN}]
    return _field(["string", "number"], example, description, anyOf=formats)


def optional_date_text(example: str, description: str) -> fields.Field:
    """Return an optional field for a date; what PHP calls empty counts as missing."""
    forms = [{"type": ["string", "number", "null"]}, {"enum": EMPTY_VALUES}]
    return _field(None, example, description, is_required=False, anyOf=forms)


def password_text(example: str, description: str = "", *, is_required: bool = True) -> fields.Field:
    if is_required:
        return _field(["string", "number"], example, description, format="password", minLength=6)
    return optional_text(example, description, format="password")


def optional_days(example: int, max_days: int, description: str) -> fields.Field:
    """Return an optional field for a number of days, also as text, or null."""
    forms = [{"type": "integer", "minimum": 1, "maximum": max_days}, {"type": "string", "pattern": "^[0-9]{0,6}$"}]
    return _field(None, example, description, is_required=False, anyOf=[*forms, {"type": "null"}])


def rating_number(example: int, description: str, *, minimum: int = 1) -> fields.Field:
    """Return a required field for a number from ``minimum`` to 5."""
    return _field(
        None,
        example,
        description,
        anyOf=[
            {"type": "number", "minimum": minimum, "maximum": 5},
            {"type": "string", "pattern": f"^[{minimum}-5]$"},
        ],
    )


def anything(preferred: dict, example: Any, description: str) -> fields.Field:
    """Return an optional field in which every value is accepted, and only ``preferred`` ones have an effect."""
    return _field(None, example, description, is_required=False, anyOf=[preferred, {}])


def optional_list(items: dict, example: list, description: str, *, other_types: tuple[str, ...]) -> fields.Field:
    """Return an optional field for a list, an object with its items as values, null, or a value of ``other_types``."""
    return _field(
        ["array", "object", "null", *other_types],
        example,
        description,
        is_required=False,
        items=items,
        additionalProperties=items,
    )


def optional_number(example: Any, description: str = "", **keywords) -> fields.Field:
    """Return an optional field for a number, a text with one, or null."""
    return _field(["number", "string", "null"], example, description, is_required=False, **keywords)


def _field(types, example, description, *, is_required=True, max_length=None, **keywords):
    metadata = {"type": types, **keywords} if types else keywords
    if max_length:
        # No maxLength: it counts what cleaning removes.
        limit = f"At most {max_length} characters, without tags and control characters."
        description = f"{description} {limit}" if description else limit
    if description:
        metadata["description"] = description
    if example is not UNSET:
        metadata["examples"] = [example]
    return fields.Raw(required=is_required, metadata=metadata)
