"""What the documented schemas are made of: one word a field, with its example.

Nothing is serialized or validated by these: the builders below each schema make the answers, and a
test holds the two equal. A field is in every answer and never null, unless it says otherwise.
``when`` tells who gets a field that is not in every answer.
"""

from functools import partial
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

EXAMPLE_API_URL = "https://api.example.org"
EXAMPLE_WEBSITE_URL = "https://example.org"

# There is an example in neither the schema nor the answer.
UNSET = object()


class ObjectSchema(Schema):
    """A documented object. What it does not name is ignored when sent, and may be added to answers one day."""

    class Meta:
        unknown = EXCLUDE


class UnionField(fields.Field):
    """One of several forms, as the contract has it in places."""

    def __init__(self, *forms: fields.Field, **options):
        super().__init__(**options)
        self.forms = forms


def string(example: Any = UNSET, description: str = "", *, nullable=False, when="", **more) -> fields.Field:
    return _field(fields.String, example, description, nullable, when, more)


def integer(example: Any = UNSET, description: str = "", *, nullable=False, when="", **more) -> fields.Field:
    return _field(fields.Integer, example, description, nullable, when, more)


def number(example: Any = UNSET, description: str = "", *, nullable=False, when="", **more) -> fields.Field:
    return _field(fields.Float, example, description, nullable, when, more)


def boolean(example: Any = UNSET, description: str = "", *, when="") -> fields.Field:
    return _field(fields.Boolean, example, description, False, when, {})


def zero_one(example: Any = UNSET, description: str = "", *, nullable=False, when="") -> fields.Field:
    return integer(example, description, nullable=nullable, when=when, enum=[0, 1, None] if nullable else [0, 1])


def date_time(example: Any = UNSET, description: str = "", *, nullable=False, when="") -> fields.Field:
    """A date with a numeric offset, never ``Z``."""
    return string(example, description, nullable=nullable, when=when, format="date-time")


def api_url(path: Any = UNSET, description: str = "", *, nullable=False, when="") -> fields.Field:
    """An address of this API."""
    return string(
        path if path is UNSET else EXAMPLE_API_URL + path, description, nullable=nullable, when=when, format="uri"
    )


def website_url(path: str, description: str = "", *, when="") -> fields.Field:
    """An address of the web site."""
    return string(EXAMPLE_WEBSITE_URL + path, description, when=when, format="uri")


def object_of(shape: type[Schema], description: str = "", *, when="") -> fields.Field:
    return fields.Nested(shape, required=not when, metadata=_words(description, when))


def list_of(
    item: type[Schema] | fields.Field, description: str = "", *, example: Any = UNSET, nullable=False, when=""
) -> fields.Field:
    inner = item if isinstance(item, fields.Field) else fields.Nested(item)
    return _field(partial(fields.List, inner), example, description, nullable, when, {})


def one_of(*forms: fields.Field, description: str = "", example: Any, when="") -> fields.Field:
    return UnionField(*forms, required=not when, metadata={**_words(description, when), "examples": [example]})


def optional(field: fields.Field) -> fields.Field:
    """A field that a request may leave out."""
    field.required = False
    return field


def build_example(shape: type[Schema]) -> dict:
    """An object with all fields that have an example, in order."""
    found = {field.data_key or name: _example(field) for name, field in shape().fields.items()}
    return {name: example for name, example in found.items() if example is not UNSET}


def _example(field):
    if "examples" in field.metadata:
        return field.metadata["examples"][0]
    if isinstance(field, fields.Nested):
        return build_example(type(field.schema))
    if isinstance(field, fields.List):
        return [_example(field.inner)]
    return UNSET


def _field(kind, example, about, null, when, more):
    metadata = _words(about, when) | more
    if example is not UNSET:
        metadata["examples"] = [example]
    return kind(required=not when, allow_none=null, metadata=metadata)


def _words(about, when):
    sentences = [about, f"Only {when}." if when else ""]
    return {"description": " ".join(filter(None, sentences))} if about or when else {}
