"""Changes of collections and their filters (contract, section 11)."""

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.operations.agenda.collections import (
    MAX_NAME_LENGTH,
    add_collection,
    add_filter,
    delete_collection,
    delete_filter,
    edit_filter,
    move_collection_up,
    toggle_collection,
)
from joindin.permissions import can_administer_site
from joindin.representations.gancio.collections import represent_collection, represent_filter
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.body_fields import read_flag, read_id, read_line
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response, text_response
from joindin.utils.row_ids import MAX_ROW_ID
from joindin.utils.text import to_single_line

blp = StrictBlueprint("gancio_collection_writes", __name__, url_prefix="/api")

MAX_ITEMS = 100
MAX_TAG_LENGTH = 200
MAX_ACTOR_LENGTH = 500
# The fields of a filter in the contract, and its columns.
COLUMNS = {"tags": "tags", "places": "place_ids", "actors": "actors", "negate": "is_negated"}


@blp.post("/collections")
@requires(can_administer_site)
def add():
    name = read_line(read_params(), "name", max_length=MAX_NAME_LENGTH, is_required=True)
    collection = add_collection(db.session, name=name, actor=get_caller().user)
    db.session.commit()
    return json_response(represent_collection(collection))


@blp.delete("/collection/<row_id:collection_id>")
@requires(can_administer_site)
def delete(collection_id):
    delete_collection(db.session, collection_id, actor=get_caller().user)
    db.session.commit()
    return text_response()


@blp.put("/collection/toggle/<row_id:collection_id>")
@requires(can_administer_site)
def toggle(collection_id):
    """Pin or unpin the collection. The answer is true when it was unpinned, as in Gancio."""
    collection = toggle_collection(db.session, collection_id, actor=get_caller().user)
    db.session.commit()
    return json_response(not collection.is_pinned)


@blp.put("/collection/moveup/<row_id:position>")
@requires(can_administer_site)
def move_up(position):
    move_collection_up(db.session, position, actor=get_caller().user)
    db.session.commit()
    return text_response()


@blp.post("/filter")
@requires(can_administer_site)
def add_one_filter():
    """Add a filter. The answer has only the fields that were sent."""
    params = read_params()
    fields = _read_filter(params)
    added = add_filter(db.session, read_id(params, "collectionId"), fields, actor=get_caller().user)
    db.session.commit()
    sent = {"id", "collectionId", *(name for name, column in COLUMNS.items() if column in fields)}
    shown = represent_filter(added) | {"negate": added.is_negated}
    return json_response({name: value for name, value in shown.items() if name in sent})


@blp.put("/filter/<row_id:filter_id>")
@requires(can_administer_site)
def update_filter(filter_id):
    edited = edit_filter(db.session, filter_id, _read_filter(read_params()), actor=get_caller().user)
    db.session.commit()
    return json_response(represent_filter(edited))


@blp.delete("/filter/<row_id:filter_id>")
@requires(can_administer_site)
def remove_filter(filter_id):
    delete_filter(db.session, filter_id, actor=get_caller().user)
    db.session.commit()
    return text_response()


def _read_filter(params):
    """Return the columns of the fields that were sent; null stands for no condition.

    :raises InvalidInput: if a field has another form.
    """
    readers = {"tags": _read_tag, "places": _read_place_id, "actors": _read_actor}
    fields = {COLUMNS[name]: _read_list(params, name, read) for name, read in readers.items() if name in params}
    if "negate" in params:
        fields["is_negated"] = read_flag(params, "negate") or False
    return fields


def _read_list(params, name, read):
    values = params[name]
    if values is None:
        return []
    if not isinstance(values, list) or len(values) > MAX_ITEMS:
        raise InvalidInput(f"{name} must be a list of at most {MAX_ITEMS} items")
    return [read(value) for value in values]


def _read_tag(value):
    tag = to_single_line(value).strip() if isinstance(value, str) else ""
    if not 0 < len(tag) <= MAX_TAG_LENGTH:
        raise InvalidInput("tags must be a list of texts")
    return tag


def _read_place_id(value):
    """Read an object with the id, as Gancio expects, or a number, as other clients send."""
    value = value.get("id") if isinstance(value, dict) else value
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_ROW_ID:
        raise InvalidInput("places must be a list of places")
    return value


def _read_actor(value):
    address = value.get("ap_id", "") if isinstance(value, dict) else ""
    if address is not None and not (isinstance(address, str) and 0 < len(address) <= MAX_ACTOR_LENGTH):
        raise InvalidInput("actors must be a list of actors")
    return {"ap_id": address}
