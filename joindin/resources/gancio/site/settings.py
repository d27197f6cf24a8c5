"""Settings of the site (contract, section 14), and the code and styles among them."""

from joindin.errors import InvalidInput
from joindin.extensions import db, reader
from joindin.http.request_identity import get_caller
from joindin.operations.agenda.site_settings import set_site_setting
from joindin.permissions import can_administer_site
from joindin.queries.agenda.site_settings import list_site_settings, load_site_settings
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.base_url import base_url, host
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.body_fields import read_flag
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response, read_response, text_response
from joindin.utils.datetimes import utc_now

blp = StrictBlueprint("gancio_settings", __name__)


@blp.get("/api/settings")
@requires(can_administer_site)
def get_settings():
    return json_response({"baseurl": base_url(), "hostname": host()} | list_site_settings(db.session))


@blp.post("/api/settings")
@requires(can_administer_site)
def change_setting():
    params = read_params()
    key = params.get("key")
    if not isinstance(key, str) or "value" not in params:
        raise InvalidInput("key and value are required")
    set_site_setting(
        db.session,
        key,
        params["value"],
        is_secret=read_flag(params, "is_secret") or False,
        actor=get_caller().user,
        now=utc_now(),
    )
    db.session.commit()
    return text_response()


@blp.get("/custom_css")
def serve_styles():
    return read_response(load_site_settings(reader())["custom_css"].encode(), "text/css; charset=utf-8")


@blp.get("/custom_js")
def serve_code():
    return read_response(load_site_settings(reader())["custom_js"].encode(), "text/javascript; charset=utf-8")
