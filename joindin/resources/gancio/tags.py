"""Reads of tags (contract, section 10)."""

import orjson
from flask import Blueprint

from joindin.extensions import reader
from joindin.http.request_identity import get_caller
from joindin.permissions import can_administer_site, can_moderate_agenda
from joindin.queries.agenda.agenda_lists import Choice
from joindin.queries.agenda.tags import find_tag, list_tags, search_tags
from joindin.representations.gancio.tags import represent_counted_tag
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.event_lists import coming_and_past_response
from joindin.resources.gancio.query_params import read_text
from joindin.resources.gancio.responses import read_response
from joindin.viewer import Viewer

blp = Blueprint("gancio_tags", __name__, url_prefix="/api")


@blp.get("/tag", strict_slashes=True)
def search():
    return read_response(orjson.dumps([tag.name for tag in search_tags(reader(), read_text("search"))]))


@blp.get("/tag/<path:name>", strict_slashes=True)
def show_tag(name):
    """Show the coming and past events with a tag."""
    tag = find_tag(reader(), name, sees_all=can_moderate_agenda(Viewer(get_caller().user)))
    return coming_and_past_response(Choice((tag.id,)))


@blp.get("/tags", strict_slashes=True)
@requires(can_administer_site)
def list_all():
    return read_response(orjson.dumps([represent_counted_tag(tag) for tag in list_tags(reader())]))
