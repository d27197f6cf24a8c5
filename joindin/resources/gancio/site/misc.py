"""Small routes of the Gancio API: signs of life, words of the interface, plugins (contract, sections 3 and 15)."""

import orjson

from joindin.errors import InvalidInput, NotFound
from joindin.permissions import can_administer_site
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.base_url import base_url
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.responses import json_response, read_response, text_response
from joindin.resources.gancio.site.locales import LOCALES
from joindin.utils.concurrency_limit import ConcurrencyLimit
from joindin.utils.http_client import FetchFailed, fetch

blp = StrictBlueprint("gancio_misc", __name__, url_prefix="/api")

# The check occupies a second slot of the server.
REACHABILITY = ConcurrencyLimit("reachability checks", max_running=1, max_waiting=2, max_wait_s=5)


@blp.get("/ping")
def ping():
    return text_response()


@blp.get("/reachable")
def check_reachability():
    """Request the public address of this server, which may be a private one.

    :raises Overloaded: if others are doing that at the moment.
    """
    try:
        with REACHABILITY:
            response = fetch(f"{base_url()}/api/ping", allow_private=True)
    except FetchFailed:
        response = None
    if response is None or (response.status, response.text) != (200, "OK"):
        raise InvalidInput("Bad Request")
    return text_response()


@blp.get("/locale/<code>")
def get_locale(code):
    if code not in LOCALES:
        raise NotFound("Not Found")
    return read_response(orjson.dumps({"common": LOCALES[code]}))


@blp.get("/plugins")
@requires(can_administer_site)
def list_plugins():
    return json_response([])


@blp.put("/plugin/<name>")
@blp.post("/plugin/test/<name>")
@requires(can_administer_site)
def refuse_plugin(name):
    raise NotFound("Not Found")
