"""Other servers of the fediverse, their actors and their messages (contract, section 15 and 17).

This server does not federate yet: the lists are empty, and there is nothing to block, follow or trust.
"""

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import reader
from joindin.permissions import can_administer_site, can_moderate_agenda
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.responses import json_response, text_response

blp = StrictBlueprint("gancio_instances", __name__)

MSG_FEDERATION_DISABLED = "Federation disabled"


@blp.get("/api/instances")
@blp.get("/api/ap_actors")
@blp.get("/api/resources")
@requires(can_moderate_agenda)
def list_nothing():
    return json_response([])


@blp.get("/api/instances/trusted")
@blp.get("/api/ap_actors/trusted")
def list_trusted():
    return json_response([])


@blp.get("/api/instances/stats")
@blp.get("/api/ap_actors/stats")
def count_remote_rows():
    return json_response({"n_followers": 0, "n_events": 0, "n_resources": 0})


@blp.put("/api/instances/follow")
@blp.put("/api/ap_actors/follow")
@requires(can_moderate_agenda)
def follow():
    raise InvalidInput(MSG_FEDERATION_DISABLED)


@blp.post("/api/instances/toggle_block")
@blp.post("/api/instances/toggle_user_block")
@blp.post("/api/ap_actors/toggle_block")
@blp.put("/api/resources/<row_id:resource_id>")
@blp.delete("/api/resources/<row_id:resource_id>")
@requires(can_moderate_agenda)
def change_nothing(resource_id=None):
    raise NotFound("Not Found")


@blp.post("/api/instances/add_trust")
@blp.post("/api/ap_actors/add_trust")
@requires(can_administer_site)
def trust():
    raise InvalidInput(MSG_FEDERATION_DISABLED)


@blp.delete("/api/instances/trust")
@blp.delete("/api/ap_actors/trust")
@requires(can_administer_site)
def distrust():
    raise NotFound("Not Found")


@blp.get("/federation/<path:rest>")
@blp.post("/federation/<path:rest>")
def refuse_federation(rest):
    """Refuse every address of the federation protocol."""
    if not load_site_settings(reader())["enable_federation"]:
        return text_response(MSG_FEDERATION_DISABLED, 401)
    raise NotFound("Not Found")
