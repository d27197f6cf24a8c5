"""Checks of texts that the crew's administrators enter."""

import re
from uuid import UUID, uuid4

from joindin.operations.crew.errors import InvalidCrewField
from joindin.utils.text import strip_control_chars, to_single_line

MAX_NAME_LENGTH = 254
# Times at the ends of the calendar do not exist in every time zone, and no page could show them.
YEARS = range(1971, 2969)
MSG_NOT_BLANK = "This field may not be blank."
MSG_TOO_LONG = "Ensure this field has no more than {} characters."
MSG_INVALID_UUID = "Must be a valid UUID."
MSG_INVALID_COLOR = "Enter a color as # and six hexadecimal digits."


def require_line(field: str, value: str, max_length: int = MAX_NAME_LENGTH) -> str:
    """Return a text of one line, which is not blank.

    :raises InvalidCrewField: with the name of the field, as all functions of this module.
    """
    line = check_line(field, value, max_length)
    if not line:
        raise InvalidCrewField(field, MSG_NOT_BLANK)
    return line


def check_line(field: str, value: str, max_length: int = MAX_NAME_LENGTH) -> str:
    """Return a text of one line, which may be blank."""
    line = to_single_line(strip_control_chars(value)).strip()
    if len(line) > max_length:
        raise InvalidCrewField(field, MSG_TOO_LONG.format(max_length))
    return line


def require_uuid(field: str, value: str | None) -> str:
    """Return the UUID in its usual form; a new one if there is no value."""
    if not value:
        return str(uuid4())
    try:
        return str(UUID(value))
    except ValueError:
        raise InvalidCrewField(field, MSG_INVALID_UUID) from None


def require_color(field: str, value: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise InvalidCrewField(field, MSG_INVALID_COLOR)
    return value.lower()
