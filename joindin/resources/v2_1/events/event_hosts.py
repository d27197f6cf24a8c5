"""The hosts of an event (spec 4.9)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.operations.hosts import add_host, remove_host
from joindin.permissions import can_edit_event
from joindin.queries.events import list_hosts
from joindin.representations.schema_fields import Shape, text
from joindin.representations.v2_1.events import HostPageSchema, represent_host
from joindin.resources.v2_1.authentication import links
from joindin.resources.v2_1.authorization import for_event
from joindin.resources.v2_1.openapi import does, lists, refuses, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import collection, empty
from joindin.utils.text import plain_text

blp = Blueprint("hosts", __name__, url_prefix="/v2.1", description="Who runs an event")


class NewHostSchema(Shape):
    host_name = text("grace", "A username, despite its name.")


@blp.route("/events/<positive:event_id>/hosts")
class EventHosts(MethodView):
    @lists(HostPageSchema)
    def get(self, event_id):
        """List the hosts of an event, by name."""
        page = list_hosts(db.session, event_id, read_paging())
        return collection("hosts", [represent_host(host, links()) for host in page.items], page)

    @for_event(
        can_edit_event,
        sign_in="You must be logged in to create data",
        refusal="You do not have permission to add hosts to this event",
    )
    @takes(NewHostSchema)
    @does(204, location="/v2.1/events/3")
    @refuses({404: "No User found", 400: "User is already a host"})
    def post(self, event, viewer):
        """Add a host. ``host_name`` is a username, despite its name."""
        add_host(db.session, event, username=plain_text(params().text("host_name")), actor=viewer.user)
        db.session.commit()
        # 204 and the event, as the web site expects; the newest original says 201 (spec 18, #2).
        return empty(204, links().event(event.id))


@blp.route("/events/<positive:event_id>/hosts/<row_id:user_id>")
class OneEventHost(MethodView):
    @for_event(
        can_edit_event,
        sign_in="You must be logged in to remove data",
        refusal="You do not have permission to remove hosts from this event",
    )
    @does(204, location="/v2.1/events/3/hosts")
    @refuses({403: "You are not allowed to remove yourself from the host-list", 404: "No User found"})
    def delete(self, event, viewer, user_id):
        """Take somebody off the hosts."""
        remove_host(db.session, event, user_id=user_id, remover=viewer.user)
        db.session.commit()
        return empty(204, f"{links().event(event.id)}/hosts")
