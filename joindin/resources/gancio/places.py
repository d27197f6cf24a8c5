"""Reads of places (contract, section 9)."""

import orjson
from flask import Blueprint

from joindin.extensions import reader
from joindin.http.request_identity import get_caller
from joindin.permissions import can_administer_site, can_moderate_agenda
from joindin.queries.agenda.agenda_lists import Choice
from joindin.queries.agenda.places import find_place, list_used_places, search_places
from joindin.representations.gancio.places import represent_found_place, represent_place
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.event_lists import coming_and_past_response
from joindin.resources.gancio.query_params import read_text
from joindin.resources.gancio.responses import read_response
from joindin.viewer import Viewer

blp = Blueprint("gancio_places", __name__, url_prefix="/api")


@blp.get("/place", strict_slashes=True)
def search():
    found = search_places(reader(), read_text("search"))
    return read_response(orjson.dumps([represent_found_place(place) for place in found]))


@blp.get("/place/<path:name>", strict_slashes=True)
def show_place(name):
    """Show a place, by id or name, with its coming and past events."""
    place = find_place(reader(), name, sees_all=can_moderate_agenda(Viewer(get_caller().user)))
    return coming_and_past_response(Choice(None, (place.id,)), {"place": represent_place(place)})


@blp.get("/places", strict_slashes=True)
@requires(can_administer_site)
def list_all():
    return read_response(orjson.dumps([represent_place(place) for place in list_used_places(reader())]))
