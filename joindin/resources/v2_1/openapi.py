"""OpenAPI decorators of v2.1: responses in two forms and three formats, and errors as a list with one message.

They stand below the authorisation decorators, which document their own errors.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from flask_smorest import Api
from marshmallow import Schema

from joindin.http import openapi
from joindin.http.openapi import (
    JSON_MEDIA_TYPE,
    STATUS_DESCRIPTIONS,
    accepts_body,
    add_undocumented_route,
    document_response,
    method_docs,
    returns_empty,
)
from joindin.operations.rate_limits import MSG_TRY_LATER
from joindin.representations.schema_fields import build_example
from joindin.resources.v2_1.openapi_parameters import PARAMETERS

__all__ = [
    "accepts_body",
    "accepts_query",
    "add_undocumented_route",
    "fails_with",
    "init_app",
    "returns",
    "returns_empty",
    "returns_page",
]

EXAMPLE_NAMES = ("default", "verbose")

# Every answer with a body has these forms as well, on request (spec 2.4).
OTHER_FORMATS = {
    "text/html": {"schema": {"type": "string", "description": "The same content as a page."}},
    "text/javascript": {
        "schema": {"type": "string", "description": "A call of the function `callback` with the JSON."}
    },
}

# Refusals of any request, before the operation looks at it.
COMMON_MESSAGES = (
    "Invalid Authorization Header",
    "Unknown Authorization Header Received",
    "This token does not have the scope PUBLIC_READ",
    "You must be logged in",
    "You must be logged in to create data",
    "You must be logged in to delete data",
    "You must be logged in to edit data",
    "You must be logged in to remove data",
    "You must be logged in to update data",
    "The body must be a JSON object",
    "The body is not valid JSON (line 1, column 1)",
    "The request body is too large",
    "Method not supported",
    "Endpoint not found",
    "Operation not supported, sorry",
    "Unknown Subrequest",
    "Expected parameter name is not a readable string",
    "The parameter 'start' must be a number",
    "The parameters 'start' and 'resultsperpage' must not be negative",
    "The field 'name' must not be longer than 200 characters",
    MSG_TRY_LATER,
    "Too many requests. Try again in 60 seconds",
)

# Parameters by their names in openapi_parameters.py.
accepts_query = partial(openapi.accepts_query, order=PARAMETERS)


def init_app(api: Api) -> None:
    """Register the components of v2.1."""
    components = api.spec.components
    components.security_scheme(
        "token",
        {
            "type": "http",
            "scheme": "bearer",
            "description": "`Authorization: Bearer <token>`. The scheme `OAuth` is accepted as well, and case does not"
            " matter. `POST /v2.1/token` returns a token. Reading needs none, but returns more with one.",
        },
    )
    components.schema(
        "ErrorMessage",
        {
            "type": "array",
            "description": "A list with one message.",
            "items": {"type": "string"},
            "minItems": 1,
            "maxItems": 1,
            "examples": [["Event not found"]],
        },
    )
    components.response("OtherError", {"description": "Any other error.", "content": _error_content(COMMON_MESSAGES)})
    for name, parameter in PARAMETERS.items():
        components.parameter(name, "query", parameter, lazy=True)


def returns(*schemas: type[Schema], status: int = 200, location: str | None = None) -> Callable:
    """Document the body of the response. Of two schemas, ``verbose=yes`` selects the second."""

    def decorate(method):
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": [*schemas]}
        examples = {name: {"value": build_example(each)} for name, each in zip(EXAMPLE_NAMES, schemas)}
        response = document_response(method, status, None, location)
        response["content"] = {JSON_MEDIA_TYPE: {"schema": schema, "examples": examples}, **OTHER_FORMATS}
        _documented_responses(method)
        return accepts_query(*["verbose"][: len(schemas) - 1], "format", "callback")(method)

    return decorate


def returns_page(*schemas: type[Schema]) -> Callable:
    """As :func:`returns`, with paging parameters."""
    return lambda method: accepts_query("start", "resultsperpage")(returns(*schemas)(method))


def fails_with(messages: Mapping[int, str | Sequence[str]], *, requires_token: bool | None = None) -> Callable:
    """Document the error messages by status. Without ``requires_token``, an error 401 means that a token is required."""

    def decorate(method):
        for status, texts in messages.items():
            _document_error(_documented_responses(method), status, [texts] if isinstance(texts, str) else texts)
        if 401 in messages if requires_token is None else requires_token:
            method_docs(method)["security"] = [{"token": []}]
        return method

    return decorate


def _documented_responses(method):
    responses = method_docs(method).setdefault("responses", {})
    responses.setdefault("default", "OtherError")
    return responses


def _document_error(responses, status, messages):
    response = responses.setdefault(status, {"description": STATUS_DESCRIPTIONS[status], "content": _error_content([])})
    response["content"][JSON_MEDIA_TYPE]["examples"] |= _error_content(messages)[JSON_MEDIA_TYPE]["examples"]
    if status == 429:
        response["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


def _error_content(messages):
    examples = {re.sub(r"\W+", "-", message).strip("-").lower(): {"value": [message]} for message in messages}
    return {JSON_MEDIA_TYPE: {"schema": "ErrorMessage", "examples": examples}, **OTHER_FORMATS}
