"""Secret addresses of the caller's calendar and of the export of shifts. An addition to the contract."""

from flask import Blueprint

from joindin.extensions import db
from joindin.operations.crew.secret_addresses import (
    CALENDAR,
    SHIFTS_EXPORT,
    create_secret_address,
    delete_secret_address,
)
from joindin.resources.ephios.authentication import require_user
from joindin.resources.ephios.context import crew_links
from joindin.resources.ephios.responses import allowing, json_response
from joindin.resources.ephios.routes import add_write_route

blp = Blueprint("ephios_secret_addresses", __name__, url_prefix="/api/users/me")
METHODS = "POST, DELETE"


def create_calendar():
    """Return the new address, once. It ends the old one."""
    return _created(crew_links().calendar(_create(CALENDAR)))


def delete_calendar():
    return _delete(CALENDAR)


def create_shifts_export():
    """Return the new address, once. It ends the old one."""
    return _created(crew_links().shifts_export(_create(SHIFTS_EXPORT)))


def delete_shifts_export():
    return _delete(SHIFTS_EXPORT)


def _create(kind):
    token = create_secret_address(db.session, kind, actor=require_user())
    db.session.commit()
    return token


def _delete(kind):
    delete_secret_address(db.session, kind, actor=require_user())
    db.session.commit()
    return allowing(json_response({}), METHODS)


def _created(address):
    response = allowing(json_response({"url": address}, 201), METHODS)
    response.cache_control.no_store = True
    return response


add_write_route(blp, "/calendar/", {"POST": create_calendar, "DELETE": delete_calendar})
add_write_route(blp, "/shifts-export/", {"POST": create_shifts_export, "DELETE": delete_shifts_export})
