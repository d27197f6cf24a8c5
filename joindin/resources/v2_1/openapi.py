"""What the API page says about a method.

flask-smorest's own decorators wrap the method, at about 2 µs each on every request, to parse and
to serialize; ours reads by the contract's conventions and answers with a ready ``Response``. So
these only note, where flask-smorest looks when a blueprint is registered, and cost nothing.
They stand beneath the guards, which note their own refusals.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint
from flask.views import MethodView
from flask_smorest import Api
from marshmallow import Schema

from joindin.http.url_converters import PositiveInt, RowIdConverter
from joindin.representations.schema_fields import EXAMPLE_API_URL, UnionField, build_example
from joindin.resources.v2_1.openapi_parameters import PARAMETERS

JSON_MEDIA_TYPE = "application/json"
EXAMPLE_NAMES = ("default", "verbose")

STATUS_DESCRIPTIONS = {
    200: "The answer.",
    201: "Done.",
    202: "Taken in; the rest follows.",
    204: "Done; there is nothing to say.",
    400: "What was sent cannot be accepted.",
    401: "It takes a token.",
    403: "The caller may not.",
    404: "There is no such thing, or none that the caller may see.",
    405: "There is nothing to do here in this way.",
    413: "Too much was sent.",
    422: "What was sent means nothing here.",
    429: "Too many; try again later.",
    500: "Something went wrong on our side.",
    501: "Not set up here.",
    503: "Somebody we depend on does not answer.",
}


def init_app(api: Api) -> None:
    """Teach the document what all methods share."""
    api.register_converter(PositiveInt, _describe_id)
    api.register_converter(RowIdConverter, _describe_id)
    api.ma_plugin.converter.add_attribute_function(union_to_properties)
    components = api.spec.components
    components.security_scheme(
        "token",
        {
            "type": "http",
            "scheme": "bearer",
            "description": "`Authorization: Bearer <token>`, or the word `OAuth` in place of `Bearer`, in any case of"
            " letters. `POST /v2.1/token` gives one. Reading takes none, but shows the caller more.",
        },
    )
    components.schema(
        "Refusal",
        {
            "type": "array",
            "description": "A list with one sentence.",
            "items": {"type": "string"},
            "minItems": 1,
            "maxItems": 1,
            "examples": [["Event not found"]],
        },
    )
    components.response("Refused", {"description": "Any other refusal.", "content": _refusal([])})
    for name, parameter in PARAMETERS.items():
        components.parameter(name, "query", parameter, lazy=True)


def returns(*shapes: type[Schema], status: int = 200, location: str | None = None) -> Callable:
    """The answer's form; of two forms ``verbose=yes`` chooses the second."""

    def note(method):
        schemas = [*shapes] if len(shapes) == 1 else [{"anyOf": [*shapes]}]
        examples = {form: {"value": build_example(shape)} for form, shape in zip(EXAMPLE_NAMES, shapes)}
        answer = _answer(method, status, None, location)
        answer["content"] = {JSON_MEDIA_TYPE: {"schema": schemas[0], "examples": examples}}
        return accepts_query(*["verbose"][: len(shapes) - 1], "format", "callback")(method)

    return note


def returns_page(*shapes: type[Schema]) -> Callable:
    """As :func:`shows`, in slices."""
    return lambda method: accepts_query("start", "resultsperpage")(returns(*shapes)(method))


def returns_empty(status: int, description: str | None = None, *, location: str | None = None) -> Callable:
    """An answer without a body; ``location`` is the path of an example."""

    def note(method):
        _answer(method, status, description, location)
        return method

    return note


def accepts_body(shape: type[Schema], media_type: str = JSON_MEDIA_TYPE) -> Callable:
    """What to send."""

    def note(method):
        content = {"schema": shape}
        if media_type == JSON_MEDIA_TYPE:
            content["example"] = build_example(shape)
        _notes(method)["requestBody"] = {"required": True, "content": {media_type: content}}
        return method

    return note


def accepts_query(*names: str) -> Callable:
    """What the query string may hold, by names in ``query_parameters.py``."""

    def note(method):
        notes = _notes(method)
        asked = {*names, *notes.get("parameters", ())}
        notes["parameters"] = [name for name in PARAMETERS if name in asked]
        return method

    return note


def fails_with(messages: Mapping[int, str | Sequence[str]], *, requires_token: bool | None = None) -> Callable:
    """How it may fail, by status. ``token`` tells whether it takes one; if not said, a 401 does."""

    def note(method):
        notes = _notes(method)
        for status, said in messages.items():
            _refuse(notes["responses"], status, [said] if isinstance(said, str) else said)
        if 401 in messages if requires_token is None else requires_token:
            notes["security"] = [{"token": []}]
        return method

    return note


def add_undocumented_route(blp: Blueprint, rule: str, view: type[MethodView], **options) -> None:
    """Route what nobody is meant to call, past the documentation."""
    Blueprint.add_url_rule(blp, rule, view_func=view.as_view(options.pop("endpoint", view.__name__)), **options)


def union_to_properties(self, field, **_):
    """What apispec makes of a field of several forms; ``self`` is its converter."""
    if not isinstance(field, UnionField):
        return {}
    return {"anyOf": [self.field2property(form) for form in field.alternatives]}


def _notes(method):
    notes = method.__dict__.setdefault("_apidoc", {}).setdefault("manual_doc", {})
    notes.setdefault("responses", {"default": "Refused"})
    return notes


def _answer(method, status, about, location):
    answer = {"description": about or STATUS_DESCRIPTIONS[status]}
    if location:
        answer["headers"] = {
            "Location": {
                "description": "A whole address.",
                "schema": {"type": "string", "format": "uri"},
                "example": EXAMPLE_API_URL + location,
            }
        }
    _notes(method)["responses"][status] = answer
    return answer


def _refuse(responses, status, sentences):
    answer = responses.setdefault(status, {"description": STATUS_DESCRIPTIONS[status], "content": _refusal([])})
    answer["content"][JSON_MEDIA_TYPE]["examples"] |= _refusal(sentences)[JSON_MEDIA_TYPE]["examples"]
    if status == 429:
        answer["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


def _refusal(sentences):
    examples = {re.sub(r"\W+", "-", sentence).strip("-").lower(): {"value": [sentence]} for sentence in sentences}
    return {JSON_MEDIA_TYPE: {"schema": "Refusal", "examples": examples}}


def _describe_id(_converter):
    return {"type": "integer", "minimum": 1}
