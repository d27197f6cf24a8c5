"""Reads of collections and their filters (contract, section 11)."""

import orjson
from flask import Blueprint

from joindin.extensions import reader
from joindin.permissions import can_administer_site
from joindin.queries.agenda.agenda_lists import AgendaFilter
from joindin.queries.agenda.collections import list_collections, load_collection_choices, load_filters
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.representations.gancio.collections import represent_collection, represent_filter
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.event_lists import collection_response
from joindin.resources.gancio.events import shows_occurrences
from joindin.resources.gancio.query_params import read_flag, read_number
from joindin.resources.gancio.responses import read_response
from joindin.utils.datetimes import utc_now

blp = Blueprint("gancio_collections", __name__, url_prefix="/api")


@blp.get("/collections", strict_slashes=True)
def list_all():
    """List all collections, or the pinned ones; with their filters if that is requested."""
    collections = list_collections(reader(), is_pinned=read_flag("pin"))
    shown = [represent_collection(collection) for collection in collections]
    if read_flag("withFilters"):
        filters = load_filters(reader(), [collection.id for collection in collections])
        for collection in shown:
            collection["filters"] = [represent_filter(each) for each in filters[collection["id"]]]
    return read_response(orjson.dumps(shown))


@blp.get("/collections/<path:name>", strict_slashes=True)
def list_events(name):
    """List the coming events of a collection."""
    agenda_filter = AgendaFilter(with_occurrences=shows_occurrences(load_site_settings(reader())))
    max_name = "max" if read_number("max") else "per_page"
    choices = load_collection_choices(reader(), name)
    return collection_response(choices, agenda_filter, now=utc_now(), max_name=max_name)


@blp.get("/filter/<row_id:collection_id>", strict_slashes=True)
@requires(can_administer_site)
def list_filters(collection_id):
    filters = load_filters(reader(), [collection_id])[collection_id]
    return read_response(orjson.dumps([represent_filter(each) for each in filters]))
