"""What every list comes in: the things under their name, and ``meta`` after them (spec 2.7)."""

from marshmallow import Schema

from joindin.representations.schema_fields import ObjectSchema, api_url, integer, list_of, object_of


class MetaSchema(ObjectSchema):
    """The last member of its object, which the original's web site relies on."""

    count = integer(1, "How many there are in this answer.")
    total = integer(1, "How many there are on all pages.")
    this_page = api_url("/v2.1/events?resultsperpage=20")
    next_page = api_url(description="Follow it until it is missing.", when="if there is a next page")
    prev_page = api_url(when="if there is a page before")
    user_uri = api_url(description="The caller.", when="if somebody is signed in")


class CallerMetaSchema(ObjectSchema):
    """The ``meta`` of an object that is no list."""

    user_uri = api_url("/v2.1/users/7", "The caller.")


class CountMetaSchema(ObjectSchema):
    """The ``meta`` of what is not sliced."""

    count = integer(1)
    user_uri = api_url(description="The caller.", when="if somebody is signed in")


def collection_schema(name: str, item: type[Schema]) -> type[Schema]:
    """The envelope of ``item``; the schema of ``EventSchema`` is ``EventPageSchema``."""
    return ObjectSchema.from_dict({name: list_of(item), "meta": object_of(MetaSchema)}, name=_page_name(item))


def _page_name(item):
    return f"{item.__name__.removesuffix('Schema')}PageSchema"
