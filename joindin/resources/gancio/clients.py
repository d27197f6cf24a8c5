"""Dynamic registration of applications, and the tokens of the user (spec 4.4)."""

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db
from joindin.models import GANCIO
from joindin.operations.accounts.client_registration import register_dynamic_client
from joindin.queries.accounts.api_tokens import list_gancio_tokens
from joindin.queries.accounts.clients import get_client_by_key
from joindin.representations.gancio.clients import represent_client, represent_new_client, represent_token
from joindin.resources.gancio.authentication import require_password_sign_in, require_user
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response
from joindin.security.scopes import GANCIO_CLIENT_SCOPE
from joindin.utils.datetimes import utc_now
from joindin.utils.text import complete_web_url, is_web_url, to_plain_line

MAX_LENGTHS = {"client_name": 255, "redirect_uris": 500, "website": 500}

blp = StrictBlueprint("gancio_clients", __name__, url_prefix="/api")


@blp.post("/client")
def register():
    """Register an application. It needs no account; the consent page says that it registered itself."""
    params = read_params()
    if params.get("scopes", GANCIO_CLIENT_SCOPE) != GANCIO_CLIENT_SCOPE:
        return json_response({"error": "Invalid scopes"}, 422)
    client, secret = register_dynamic_client(
        db.session,
        name=_text(params, "client_name"),
        redirect_uri=_text(params, "redirect_uris"),
        website=_website(params),
        now=utc_now(),
    )
    db.session.commit()
    return json_response(represent_new_client(client, secret))


@blp.get("/client/<path:client_id>")
def get_client(client_id):
    require_user()
    client = get_client_by_key(db.session, client_id, kind=GANCIO)
    if client is None:
        raise NotFound("Not found!")
    return json_response(represent_client(client))


@blp.get("/clients")
def list_tokens():
    tokens = list_gancio_tokens(db.session, require_password_sign_in().id, utc_now())
    return json_response([represent_token(token) for token in tokens])


def _website(params):
    website = complete_web_url(_text(params, "website", is_required=False))
    if website and not is_web_url(website):
        raise InvalidInput("website must be a web address")
    return website


def _text(params, name, is_required=True):
    value = params.get(name)
    # Some clients send a list of one.
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{name} must be a text")
    value = to_plain_line(value or "")
    if not value and is_required:
        raise InvalidInput(f"{name} is required")
    if len(value) > MAX_LENGTHS[name]:
        raise InvalidInput(f"{name} must not be longer than {MAX_LENGTHS[name]} characters")
    return value
