"""JSON in request bodies, limited and parsed alike on every surface."""

from codecs import BOM_UTF8

import orjson
from flask import current_app, request

from joindin.errors import InvalidInput, PayloadTooLarge

MSG_NOT_AN_OBJECT = "The body must be a JSON object"
MSG_TOO_LARGE = "The request body is too large"


def read_json_bytes() -> bytes:
    """Return the body of the current request, which is not parsed.

    :raises PayloadTooLarge: if it exceeds ``MAX_JSON_BYTES``. Parsed values take many times the memory of their text.
    """
    max_bytes = current_app.config["MAX_JSON_BYTES"]
    if (request.content_length or 0) > max_bytes or len(raw := request.get_data(cache=True)) > max_bytes:
        raise PayloadTooLarge(MSG_TOO_LARGE)
    return raw


def parse_json_object(raw: bytes) -> dict:
    """Return the object in the body. No body and an empty list, which PHP sends for an empty object, are empty.

    :raises InvalidInput: if the body is not valid JSON, with the position of the error, or no object.
    """
    text = raw.removeprefix(BOM_UTF8)
    if not text.strip():
        return {}
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"The body is not valid JSON (line {error.lineno}, column {error.colno})") from None
    if body == []:
        return {}
    if not isinstance(body, dict):
        raise InvalidInput(MSG_NOT_AN_OBJECT)
    return body
