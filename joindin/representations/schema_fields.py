"""What the documented schemas are made of: one word a field, with its example.

Nothing is serialized or validated by these: the builders below each schema make the answers, and a
test holds the two equal. A field is in every answer and never null, unless it says otherwise.
``when`` tells who gets a field that is not in every answer.
"""

from functools import partial
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

API = "https://api.example.org"
WEBSITE = "https://example.org"

# There is an example in neither the schema nor the answer.
NONE = object()


class Shape(Schema):
    """A documented object. What it does not name is ignored when sent, and may be added to answers one day."""

    class Meta:
        unknown = EXCLUDE


class Either(fields.Field):
    """One of several forms, as the contract has it in places."""

    def __init__(self, *forms: fields.Field, **options):
        super().__init__(**options)
        self.forms = forms


def text(example: Any = NONE, about: str = "", *, null=False, when="", **more) -> fields.Field:
    return _field(fields.String, example, about, null, when, more)


def whole(example: Any = NONE, about: str = "", *, null=False, when="", **more) -> fields.Field:
    return _field(fields.Integer, example, about, null, when, more)


def number(example: Any = NONE, about: str = "", *, null=False, when="", **more) -> fields.Field:
    return _field(fields.Float, example, about, null, when, more)


def flag(example: Any = NONE, about: str = "", *, when="") -> fields.Field:
    return _field(fields.Boolean, example, about, False, when, {})


def zero_or_one(example: Any = NONE, about: str = "", *, null=False, when="") -> fields.Field:
    return whole(example, about, null=null, when=when, enum=[0, 1, None] if null else [0, 1])


def moment(example: Any = NONE, about: str = "", *, null=False, when="") -> fields.Field:
    """A date with a numeric offset, never ``Z``."""
    return text(example, about, null=null, when=when, format="date-time")


def address(path: Any = NONE, about: str = "", *, null=False, when="") -> fields.Field:
    """An address of this API."""
    return text(path if path is NONE else API + path, about, null=null, when=when, format="uri")


def page(path: str, about: str = "", *, when="") -> fields.Field:
    """An address of the web site."""
    return text(WEBSITE + path, about, when=when, format="uri")


def one(shape: type[Schema], about: str = "", *, when="") -> fields.Field:
    return fields.Nested(shape, required=not when, metadata=_words(about, when))


def many(
    item: type[Schema] | fields.Field, about: str = "", *, example: Any = NONE, null=False, when=""
) -> fields.Field:
    inner = item if isinstance(item, fields.Field) else fields.Nested(item)
    return _field(partial(fields.List, inner), example, about, null, when, {})


def either(*forms: fields.Field, about: str = "", example: Any, when="") -> fields.Field:
    return Either(*forms, required=not when, metadata={**_words(about, when), "examples": [example]})


def optional(field: fields.Field) -> fields.Field:
    """A field that a request may leave out."""
    field.required = False
    return field


def example_of(shape: type[Schema]) -> dict:
    """An object with all fields that have an example, in order."""
    found = {field.data_key or name: _example(field) for name, field in shape().fields.items()}
    return {name: example for name, example in found.items() if example is not NONE}


def _example(field):
    if "examples" in field.metadata:
        return field.metadata["examples"][0]
    if isinstance(field, fields.Nested):
        return example_of(type(field.schema))
    if isinstance(field, fields.List):
        return [_example(field.inner)]
    return NONE


def _field(kind, example, about, null, when, more):
    metadata = _words(about, when) | more
    if example is not NONE:
        metadata["examples"] = [example]
    return kind(required=not when, allow_none=null, metadata=metadata)


def _words(about, when):
    sentences = [about, f"Only {when}." if when else ""]
    return {"description": " ".join(filter(None, sentences))} if about or when else {}
