"""Fields of a JSON or form body. A form carries texts only, and some clients send a list of one."""

from collections.abc import Mapping

from joindin.errors import InvalidInput
from joindin.utils.row_ids import MAX_ROW_ID
from joindin.utils.text import strip_control_chars, to_plain_line

FLAGS = {"true": True, "1": True, "false": False, "0": False, "": None, "null": None}


def read_text(params: Mapping, name: str, *, max_length: int, is_required: bool = False) -> str | None:
    """Return the text as it was sent, without characters that databases reject; None if it is missing.

    :raises InvalidInput: if it is no text, too long, or empty where it is required.
    """
    value = params.get(name)
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{name} must be a text")
    value = None if value is None else strip_control_chars(value)
    if is_required and not (value and value.strip()):
        raise InvalidInput(f"{name} is required")
    if value is not None and len(value) > max_length:
        raise InvalidInput(f"{name} must not be longer than {max_length} characters")
    return value


def read_line(params: Mapping, name: str, *, max_length: int, is_required: bool = False) -> str | None:
    """Return one line of plain text; None if it is missing. Raises as :func:`read_text`."""
    value = read_text(params, name, max_length=4 * max_length, is_required=is_required)
    line = None if value is None else to_plain_line(value)
    if is_required and not line:
        raise InvalidInput(f"{name} is required")
    if line is not None and len(line) > max_length:
        raise InvalidInput(f"{name} must not be longer than {max_length} characters")
    return line


def read_flag(params: Mapping, name: str) -> bool | None:
    """Return the boolean; None if it is missing; :raises InvalidInput: if it is none."""
    value = params.get(name)
    if value is None or isinstance(value, bool):
        return value
    text = str(value).lower() if isinstance(value, str | int) else "no flag"
    if text not in FLAGS:
        raise InvalidInput(f"{name} must be true or false")
    return FLAGS[text]


def read_id(params: Mapping, name: str) -> int:
    """Return the id; 0, which no row has, for everything that is no id."""
    value = params.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 10:
        value = int(value)
    is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ROW_ID
    return value if is_id else 0


def read_changes(fields: Mapping) -> dict:
    """Return the fields that were sent: those that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
