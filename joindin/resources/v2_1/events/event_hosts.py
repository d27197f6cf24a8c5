"""Hosts of an event (spec 4.9)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db, reader
from joindin.http.request_identity import get_caller
from joindin.operations.hosts import add_host, remove_host
from joindin.permissions import can_edit_event
from joindin.queries.event_visibility import check_event_access
from joindin.queries.events import list_hosts
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.representations.v2_1.event_hosts import HostPageSchema, represent_host
from joindin.resources.v2_1.authorization import with_event
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response
from joindin.utils.text import to_plain_line

blp = Blueprint("hosts", __name__, url_prefix="/v2.1", description="Hosts of an event")

MSG_LOGIN_TO_ADD = "You must be logged in to create data"
MSG_LOGIN_TO_REMOVE = "You must be logged in to remove data"
MSG_FORBIDDEN_ADD = "You do not have permission to add hosts to this event"
MSG_FORBIDDEN_REMOVE = "You do not have permission to remove hosts from this event"


class NewHostSchema(ObjectSchema):
    host_name = string("grace", "A username, despite the name of the field.")


@blp.route("/events/<positive:event_id>/hosts")
class EventHosts(MethodView):
    @returns_page(HostPageSchema)
    @fails_with({404: "Event not found"})
    def get(self, event_id):
        """List the hosts of an event, by name."""
        check_event_access(reader(), event_id, get_caller().user)
        page = list_hosts(db.session, event_id, read_paging())
        return collection_response("hosts", [represent_host(host, links()) for host in page.items], page)

    @with_event(
        can_edit_event,
        login_message=MSG_LOGIN_TO_ADD,
        refusal=MSG_FORBIDDEN_ADD,
    )
    @accepts_body(NewHostSchema)
    @returns_empty(204, location="/v2.1/events/3")
    @fails_with({404: "No User found", 400: "User is already a host"})
    def post(self, event, viewer):
        """Add a host to an event."""
        add_host(db.session, event, username=to_plain_line(get_params().text("host_name")), actor=viewer.user)
        db.session.commit()
        # 204 with the URL of the event, as the web site expects; the newest original has 201 (spec 18, #2).
        return empty_response(204, links().event(event.id))


@blp.route("/events/<positive:event_id>/hosts/<row_id:user_id>")
class EventHostDetail(MethodView):
    @with_event(
        can_edit_event,
        login_message=MSG_LOGIN_TO_REMOVE,
        refusal=MSG_FORBIDDEN_REMOVE,
    )
    @returns_empty(204, location="/v2.1/events/3/hosts")
    @fails_with({403: "You are not allowed to remove yourself from the host-list", 404: "No User found"})
    def delete(self, event, viewer, user_id):
        """Remove a host from an event."""
        remove_host(db.session, event, user_id=user_id, remover=viewer.user)
        db.session.commit()
        return empty_response(204, f"{links().event(event.id)}/hosts")
