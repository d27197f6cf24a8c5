"""Bodies of requests that write: JSON objects, and the errors of their fields in the words of the contract (spec 2)."""

import datetime as dt

import orjson

from joindin.errors import InvalidInput
from joindin.http.json_bodies import read_json_bytes
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.fields import YEARS
from joindin.resources.ephios.filters import parse_time
from joindin.resources.ephios.texts import MSG_INVALID_TIME, MSG_NULL_CHARACTERS

MSG_REQUIRED = "This field is required."
MSG_NOT_BLANK = "This field may not be blank."
MSG_NOT_TEXT = "Not a valid string."
MSG_NOT_INTEGER = "A valid integer is required."
MSG_NOT_BOOLEAN = "Must be a valid boolean."
MSG_NOT_LIST = "Expected a list of items."
MSG_NOT_OBJECT = "Invalid data. Expected a dictionary."
MAX_LIST_LENGTH = 1000
_MISSING = object()


class Body:
    """Reads the fields of an object by name. A missing or null field is the default.

    Every method raises ``InvalidCrewField`` with the name of the field.
    """

    def __init__(self, values: object):
        if not isinstance(values, dict):
            raise InvalidCrewField("non_field_errors", MSG_NOT_OBJECT)
        self._values = values

    def has(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, max_length: int, default=_MISSING, *, may_be_blank: bool = True):
        value = self._get(name, default)
        if value is default:
            return default
        if not isinstance(value, str):
            raise InvalidCrewField(name, MSG_NOT_TEXT)
        if "\0" in value:
            raise InvalidCrewField(name, MSG_NULL_CHARACTERS)
        value = value.strip()
        if not value and not may_be_blank:
            raise InvalidCrewField(name, MSG_NOT_BLANK)
        if len(value) > max_length:
            raise InvalidCrewField(name, f"Ensure this field has no more than {max_length} characters.")
        return value

    def integer(self, name: str, default=_MISSING):
        """Read a number that a row may have as its id or state; another one is 0 or -1, which no row has."""
        value = self._get(name, default)
        if value is default:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidCrewField(name, MSG_NOT_INTEGER)
        return value if 0 <= value < 2**31 else -1

    def flag(self, name: str, default: bool) -> bool:
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise InvalidCrewField(name, MSG_NOT_BOOLEAN)
        return value

    def time(self, name: str, default=_MISSING) -> dt.datetime | None:
        value = self._get(name, default)
        if value is default:
            return default
        try:
            time = parse_time(value)
        except (TypeError, ValueError):
            raise InvalidCrewField(name, MSG_INVALID_TIME) from None
        if time.year not in YEARS:
            raise InvalidCrewField(name, MSG_INVALID_TIME)
        return time

    def objects(self, name: str) -> list["Body"]:
        return [Body(value) for value in self._list(name)]

    def integers(self, name: str) -> list[int] | None:
        if self._values.get(name) is None:
            return None
        return [Body({name: value}).integer(name) for value in self._list(name)]

    def value(self, name: str, default=None) -> object:
        return self._values.get(name, default)

    def _list(self, name):
        value = self._get(name, _MISSING)
        if not isinstance(value, list) or len(value) > MAX_LIST_LENGTH:
            raise InvalidCrewField(name, MSG_NOT_LIST)
        return value

    def _get(self, name, default):
        value = self._values.get(name)
        if value is not None:
            return value
        if default is _MISSING:
            raise InvalidCrewField(name, MSG_REQUIRED)
        return default


def read_body() -> Body:
    """Return the body of the request; an empty one has no fields.

    :raises InvalidInput: if the body is no JSON.
    :raises InvalidCrewField: if it is no object.
    :raises PayloadTooLarge: if it exceeds ``MAX_JSON_BYTES``.
    """
    data = read_json_bytes()
    if not data:
        return Body({})
    try:
        return Body(orjson.loads(data))
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"JSON parse error - {error}") from None
