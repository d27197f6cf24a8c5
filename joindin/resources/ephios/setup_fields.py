"""Fields by which a federation guest introduces itself: JSON or a form, with all errors at once (spec 13.2 and 24.2)."""

from typing import NamedTuple

import orjson
from flask import request

from joindin.errors import InvalidInput
from joindin.http.json_bodies import read_json_bytes
from joindin.http.pages.languages import response_language
from joindin.operations.crew.federation.guests import GuestDetails
from joindin.resources.ephios.bodies import MSG_NOT_BLANK, MSG_NOT_TEXT, MSG_REQUIRED
from joindin.resources.ephios.texts import MSG_NULL_CHARACTERS, translate
from joindin.utils.text import is_web_url

MAX_LENGTH = 255
FIELDS = ("name", "url", "client_id", "client_secret", "code")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

MSG_NOT_NULL = "This field may not be null."
MSG_TOO_LONG = "Ensure this field has no more than {} characters."
MSG_INVALID_URL = "Enter a valid URL."
MSG_NO_DATA = "No data provided"
MSG_NO_DICTIONARY = "Invalid data. Expected a dictionary, but got {}."
MSG_UNSUPPORTED = 'Unsupported media type "{}" in request.'
_MISSING = object()


class Setup(NamedTuple):
    details: GuestDetails
    code: str


class InvalidSetup(Exception):
    """``body`` has the messages by field."""

    def __init__(self, body: dict, status: int = 400):
        super().__init__("invalid setup")
        self.body, self.status = body, status


def read_setup() -> Setup:
    """:raises InvalidSetup: with all errors.

    :raises InvalidInput: if the body is no JSON.
    """
    values = _read_values()
    fields, errors = {}, {}
    for name in FIELDS:
        try:
            fields[name] = _read_text(name, values.get(name, _MISSING))
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise InvalidSetup(errors)
    code = fields.pop("code")
    return Setup(GuestDetails(**fields), code)


def _read_values():
    media_type = request.mimetype
    if media_type in FORM_TYPES:
        return request.form.to_dict()
    data = read_json_bytes()
    if not data:
        return {}
    if media_type != "application/json":
        raise InvalidSetup({"detail": _message(MSG_UNSUPPORTED, request.content_type or "")}, 415)
    try:
        values = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"JSON parse error - {error}") from None
    if values is None:
        raise InvalidSetup({"non_field_errors": [_message(MSG_NO_DATA)]})
    if not isinstance(values, dict):
        raise InvalidSetup({"non_field_errors": [_message(MSG_NO_DICTIONARY, type(values).__name__)]})
    return values


def _read_text(name, value):
    """:raises ValueError: with the message."""
    if value is _MISSING:
        raise ValueError(_message(MSG_REQUIRED))
    if value is None:
        raise ValueError(_message(MSG_NOT_NULL))
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError(_message(MSG_NOT_TEXT))
    text = str(value).strip()
    if not text:
        raise ValueError(_message(MSG_NOT_BLANK))
    if "\0" in text:
        raise ValueError(_message(MSG_NULL_CHARACTERS))
    if len(text) > MAX_LENGTH:
        raise ValueError(_message(MSG_TOO_LONG, str(MAX_LENGTH)))
    if name == "url" and not is_web_url(text):
        raise ValueError(_message(MSG_INVALID_URL))
    return text


def _message(message, *values):
    return translate(message, response_language(), *values)
