"""Parameters of a request to the Gancio API."""

from collections.abc import Mapping

from flask import request

from joindin.http.json_bodies import parse_json_object, read_json_bytes


def read_params() -> Mapping:
    """Return the parameters of a JSON or form body.

    :raises InvalidInput: if a JSON body is no object.
    :raises PayloadTooLarge: if a body is too large.
    """
    return parse_json_object(read_json_bytes()) if request.is_json else request.form
