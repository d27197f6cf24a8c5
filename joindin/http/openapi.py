"""OpenAPI decorators of all surfaces: they add to the documentation of a method and leave the method as it is.

flask-smorest's own decorators parse and serialise each request, at about 2 µs each. The endpoints do that themselves, by the
conventions of their contract. These decorators only store their data where flask-smorest reads it when the blueprint is
registered, and cost requests nothing.
"""

from collections.abc import Callable, Collection

from flask import Blueprint
from flask.views import MethodView
from flask_smorest import Api
from marshmallow import Schema

from joindin.http.url_converters import PositiveInt, RowIdConverter
from joindin.representations.schema_fields import EXAMPLE_API_URL, UnionField, build_example

JSON_MEDIA_TYPE = "application/json"

STATUS_DESCRIPTIONS = {
    200: "Success.",
    201: "Created.",
    202: "Accepted; processing continues.",
    204: "Success, without a body.",
    400: "The input is not valid.",
    401: "The request needs a token.",
    403: "The caller does not have the permission.",
    404: "The object does not exist, or the caller may not see it.",
    405: "The method is not supported here.",
    409: "The input contradicts what is stored.",
    413: "The body is too large.",
    422: "The input refers to something that does not exist.",
    429: "Too many requests. Try again later.",
    500: "An error on our side.",
    501: "The feature is not configured on this server.",
    503: "A service that is needed for this does not answer.",
}


def init_app(api: Api) -> None:
    """Register the parts of the document that all surfaces need."""
    api.register_converter(PositiveInt, _describe_id)
    api.register_converter(RowIdConverter, _describe_id)
    api.ma_plugin.converter.add_attribute_function(union_to_properties)


def returns_empty(status: int, description: str | None = None, *, location: str | None = None) -> Callable:
    """Document a response without a body; ``location`` is the path of an example."""

    def decorate(method):
        document_response(method, status, description, location)
        return method

    return decorate


def accepts_body(schema: type[Schema], media_type: str = JSON_MEDIA_TYPE) -> Callable:
    """Document the body of the request."""

    def decorate(method):
        content = {"schema": schema}
        if media_type == JSON_MEDIA_TYPE:
            content["example"] = build_example(schema)
        method_docs(method)["requestBody"] = {"required": True, "content": {media_type: content}}
        return method

    return decorate


def accepts_query(*names: str, order: Collection[str]) -> Callable:
    """Document query parameters by the names of their components, in the given order."""

    def decorate(method):
        docs = method_docs(method)
        documented = {*names, *docs.get("parameters", ())}
        docs["parameters"] = [name for name in order if name in documented]
        return method

    return decorate


def add_undocumented_route(blp: Blueprint, rule: str, view: type[MethodView], **options) -> None:
    """Add a route that does not appear in the documentation."""
    Blueprint.add_url_rule(blp, rule, view_func=view.as_view(options.pop("endpoint", view.__name__)), **options)


def document_response(method: Callable, status: int, description: str | None, location: str | None) -> dict:
    """Add a response to the documentation of the method, and return it."""
    response = {"description": description or STATUS_DESCRIPTIONS[status]}
    if location:
        response["headers"] = {
            "Location": {
                "description": "An absolute address.",
                "schema": {"type": "string", "format": "uri"},
                "example": EXAMPLE_API_URL + location,
            }
        }
    method_docs(method).setdefault("responses", {})[status] = response
    return response


def method_docs(method: Callable) -> dict:
    """Return the documentation of the method, as flask-smorest stores it."""
    return method.__dict__.setdefault("_apidoc", {}).setdefault("manual_doc", {})


def union_to_properties(self, field, **_):
    """Return the JSON schema of a field with alternatives; ``self`` is apispec's converter."""
    if not isinstance(field, UnionField):
        return {}
    return {"anyOf": [self.field2property(alternative) for alternative in field.alternatives]}


def _describe_id(_converter):
    return {"type": "integer", "minimum": 1}
