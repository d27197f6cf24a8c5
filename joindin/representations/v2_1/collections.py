"""What every list comes in: the things under their name, and ``meta`` after them (spec 2.7)."""

from marshmallow import Schema

from joindin.representations.schema_fields import Shape, address, many, one, whole


class MetaSchema(Shape):
    """The last member of its object, which the original's web site relies on."""

    count = whole(1, "How many there are in this answer.")
    total = whole(1, "How many there are on all pages.")
    this_page = address("/v2.1/events?resultsperpage=20")
    next_page = address(about="Follow it until it is missing.", when="if there is a next page")
    prev_page = address(when="if there is a page before")
    user_uri = address(about="The caller.", when="if somebody is signed in")


class CallerSchema(Shape):
    """The ``meta`` of an object that is no list."""

    user_uri = address("/v2.1/users/7", "The caller.")


class CountSchema(Shape):
    """The ``meta`` of what is not sliced."""

    count = whole(1)
    user_uri = address(about="The caller.", when="if somebody is signed in")


def collection_schema(name: str, item: type[Schema]) -> type[Schema]:
    """The envelope of ``item``; the schema of ``EventSchema`` is ``EventPageSchema``."""
    return Shape.from_dict({name: many(item), "meta": one(MetaSchema)}, name=_page_name(item))


def _page_name(item):
    return f"{item.__name__.removesuffix('Schema')}PageSchema"
