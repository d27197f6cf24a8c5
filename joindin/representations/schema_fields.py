"""Field helpers for documented schemas: one call per field, with its example.

The schemas only document. They do not serialize or validate: the ``represent_…`` function next to a schema builds
the response, and a test compares the two. A field is present in every response and never null unless its
declaration says otherwise. ``when`` states the condition for a field that is not in every response.
"""

from functools import partial
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

EXAMPLE_API_URL = "https://api.example.org"
EXAMPLE_WEBSITE_URL = "https://example.org"

# Marks a field without an example.
UNSET = object()


class ObjectSchema(Schema):
    """A documented object. Unknown members of a request body are ignored."""

    class Meta:
        unknown = EXCLUDE


class UnionField(fields.Field):
    """A field with a value of one of several types."""

    def __init__(self, *alternatives: fields.Field, **options):
        super().__init__(**options)
        self.alternatives = alternatives


def string(example: Any = UNSET, description: str = "", *, nullable=False, when="", **keywords) -> fields.Field:
    return _field(fields.String, example, description, nullable, when, keywords)


def integer(example: Any = UNSET, description: str = "", *, nullable=False, when="", **keywords) -> fields.Field:
    return _field(fields.Integer, example, description, nullable, when, keywords)


def number(example: Any = UNSET, description: str = "", *, nullable=False, when="", **keywords) -> fields.Field:
    return _field(fields.Float, example, description, nullable, when, keywords)


def boolean(example: Any = UNSET, description: str = "", *, when="") -> fields.Field:
    return _field(fields.Boolean, example, description, False, when, {})


def zero_one(example: Any = UNSET, description: str = "", *, nullable=False, when="") -> fields.Field:
    return integer(example, description, nullable=nullable, when=when, enum=[0, 1, None] if nullable else [0, 1])


def date_time(example: Any = UNSET, description: str = "", *, nullable=False, when="") -> fields.Field:
    """Return a field for a date with a numeric offset, never ``Z``."""
    return string(example, description, nullable=nullable, when=when, format="date-time")


def api_url(path: Any = UNSET, description: str = "", *, nullable=False, when="") -> fields.Field:
    """Return a field for a URL of this API; ``path`` is the path of the example."""
    return string(
        path if path is UNSET else EXAMPLE_API_URL + path, description, nullable=nullable, when=when, format="uri"
    )


def website_url(path: str, description: str = "", *, when="") -> fields.Field:
    """Return a field for a URL of the web site; ``path`` is the path of the example."""
    return string(EXAMPLE_WEBSITE_URL + path, description, when=when, format="uri")


def object_of(schema: type[Schema], description: str = "", *, when="") -> fields.Field:
    return fields.Nested(schema, required=not when, metadata=_description(description, when))


def list_of(
    item: type[Schema] | fields.Field,
    description: str = "",
    *,
    example: Any = UNSET,
    nullable=False,
    when="",
    **keywords,
) -> fields.Field:
    inner = item if isinstance(item, fields.Field) else fields.Nested(item)
    return _field(partial(fields.List, inner), example, description, nullable, when, keywords)


def one_of(*alternatives: fields.Field, description: str = "", example: Any, when="") -> fields.Field:
    return UnionField(
        *alternatives, required=not when, metadata={**_description(description, when), "examples": [example]}
    )


def optional(field: fields.Field) -> fields.Field:
    """Mark a field that a request may omit, and return it."""
    field.required = False
    return field


def build_example(schema: type[Schema]) -> dict:
    """Return an object with every field that has an example, in the order of the schema."""
    examples = {field.data_key or name: _example(field) for name, field in schema().fields.items()}
    return {name: example for name, example in examples.items() if example is not UNSET}


def _example(field):
    if "examples" in field.metadata:
        return field.metadata["examples"][0]
    if isinstance(field, fields.Nested):
        return build_example(type(field.schema))
    if isinstance(field, fields.List):
        return [_example(field.inner)]
    return UNSET


def _field(field_class, example, description, nullable, when, keywords):
    metadata = _description(description, when) | keywords
    if example is not UNSET:
        metadata["examples"] = [example]
    return field_class(required=not when, allow_none=nullable, metadata=metadata)


def _description(description, when):
    sentences = [description, f"Only {when}." if when else ""]
    return {"description": " ".join(filter(None, sentences))} if description or when else {}
