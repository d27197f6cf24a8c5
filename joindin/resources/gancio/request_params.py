"""Parameters of a request to the Gancio API."""

from collections.abc import Mapping

from flask import request


def read_params() -> Mapping:
    """Return the parameters of a JSON or form body; a JSON body that is no object has none."""
    params = request.get_json(silent=True) if request.is_json else request.form
    return params if isinstance(params, Mapping) else {}
