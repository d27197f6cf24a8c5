"""JSON objects in request bodies, parsed alike on every surface."""

from codecs import BOM_UTF8

import orjson

from joindin.errors import InvalidInput

MSG_NOT_AN_OBJECT = "The body must be a JSON object"


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
