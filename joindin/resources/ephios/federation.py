"""Federation with other instances: the handshake, shared events, and the end of a membership (spec 13)."""

from flask import Blueprint, current_app, request

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db, reader
from joindin.http.pages.languages import response_language
from joindin.http.trailing_slash import add_trailing_slash_route
from joindin.operations.crew.federation.guests import admit_guest, remove_guest
from joindin.queries.crew.events import list_shared_events
from joindin.queries.crew.federation import get_guest_id_by_token
from joindin.queries.crew.filters import find_existing_ids
from joindin.representations.ephios.events import represent_shared_event
from joindin.representations.ephios.federation import represent_membership
from joindin.resources.ephios.authentication import require_federation_guest
from joindin.resources.ephios.context import crew_links
from joindin.resources.ephios.filters import FilterSet
from joindin.resources.ephios.paging import page_response
from joindin.resources.ephios.responses import allowing, json_response
from joindin.resources.ephios.routes import add_route
from joindin.resources.ephios.setup_fields import InvalidSetup, read_setup
from joindin.resources.ephios.texts import MSG_NO_PERMISSION, translate
from joindin.utils.datetimes import utc_now

FILTERS = FilterSet(single_type=True)

blp = Blueprint("ephios_federation", __name__, url_prefix="/api/federation")


def list_federation_events():
    guest_id = _require_guest(reader())
    filters = FILTERS.read(lambda name, ids: find_existing_ids(reader(), name, ids))
    events, total = list_shared_events(reader(), guest_id, filters)
    links = crew_links()
    return page_response([represent_shared_event(event, guest_id, links) for event in events], total)


def set_up():
    """Redeem an invite code. The code is the only credential."""
    try:
        setup = read_setup()
    except InvalidSetup as invalid:
        return json_response(invalid.body, invalid.status)
    secret_key = current_app.config["SECRET_KEY"]
    try:
        guest, token = admit_guest(db.session, setup.details, setup.code, secret_key=secret_key, now=utc_now())
    except InvalidInput as error:
        db.session.rollback()
        return json_response({"non_field_errors": [translate(str(error), response_language())]}, 400)
    body = represent_membership(guest, token, current_app.config["SITE_NAME"])
    db.session.commit()
    response = json_response(body, 201)
    response.headers["Location"] = body["url"]
    response.cache_control.no_store = True
    return response


def leave():
    """Remove the guest that sent the request."""
    guest_id = _require_guest(db.session)
    remove_guest(db.session, guest_id, actor=None, now=utc_now(), timezone=crew_links().timezone)
    db.session.commit()
    response = json_response({}, 204)
    response.data = b""
    del response.headers["Content-Type"]
    return response


def _require_guest(connection):
    guest_id = get_guest_id_by_token(connection, require_federation_guest())
    if guest_id is None:
        # Left, or removed by the staff of this instance.
        raise Forbidden(MSG_NO_PERMISSION)
    return guest_id


@blp.after_request
def _name_methods(response):
    """Errors name the methods of addresses that only write, too."""
    for view, method in ((set_up, "POST"), (leave, "DELETE")):
        if request.endpoint == f"{blp.name}.{view.__name__}":
            allowing(response, f"{method}, OPTIONS")
    if request.endpoint == f"{blp.name}.{set_up.__name__}":
        # Cookies do not matter.
        response.headers["Vary"] = "Accept, Accept-Language"
    return response


add_route(blp, "/events/", list_federation_events, "Shared Event List")
add_trailing_slash_route(blp, "/setup/", set_up, methods=["POST"])
add_trailing_slash_route(blp, "/guest/delete/", leave, methods=["DELETE"])
