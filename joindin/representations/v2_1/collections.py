"""Schemas of collections: the items under their name, then ``meta`` (spec 2.7)."""

from marshmallow import Schema

from joindin.representations.schema_fields import ObjectSchema, api_url, integer, list_of, object_of


class MetaSchema(ObjectSchema):
    """The last member of a collection. The original's web site relies on the position."""

    count = integer(1, "Number of items in this response.")
    total = integer(1, "Number of items on all pages.")
    this_page = api_url("/v2.1/events?resultsperpage=20")
    next_page = api_url(description="Follow it until it is missing.", when="if there is a next page")
    prev_page = api_url(when="if there is a page before")
    user_uri = api_url(description="The caller.", when="if the caller is signed in")


class CallerMetaSchema(ObjectSchema):
    """The ``meta`` of an object that is not a collection."""

    user_uri = api_url("/v2.1/users/7", "The caller.")


class CountMetaSchema(ObjectSchema):
    """The ``meta`` of a list without pages."""

    count = integer(1)
    user_uri = api_url(description="The caller.", when="if the caller is signed in")


def collection_schema(name: str, item: type[Schema]) -> type[Schema]:
    """Return the schema of a collection of ``item``; that of ``EventSchema`` is named ``EventPageSchema``."""
    schema_name = f"{item.__name__.removesuffix('Schema')}PageSchema"
    return ObjectSchema.from_dict({name: list_of(item), "meta": object_of(MetaSchema)}, name=schema_name)
