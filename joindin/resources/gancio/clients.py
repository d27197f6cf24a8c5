"""Applications that register themselves, and what they may do for whom (spec 4.4)."""

import orjson
from flask import Blueprint, Response, request

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.operations.accounts.clients import register_dynamic_client
from joindin.operations.rate_limits import SPAM, client_network, consume_attempt
from joindin.queries.accounts.api_tokens import list_gancio_tokens
from joindin.queries.accounts.clients import get_client_by_key
from joindin.representations.gancio.clients import represent_client, represent_new_client, represent_token
from joindin.resources.gancio.authentication import require_user
from joindin.security.scopes import GANCIO_CLIENT_SCOPE
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text

LONGEST = {"client_name": 255, "redirect_uris": 500, "website": 500}

blp = Blueprint("gancio_clients", __name__, url_prefix="/api")


@blp.post("/client")
def register():
    """Anybody may; nobody vouches for it, and the page that asks people says so."""
    if get_caller().token is None:
        try:
            consume_attempt(db.session, SPAM, client_network(request.remote_addr), now=utc_now())
        finally:
            db.session.commit()
    given = _given()
    if given.get("scopes", GANCIO_CLIENT_SCOPE) != GANCIO_CLIENT_SCOPE:
        return _json({"error": "Invalid scopes"}, 422)
    client, secret = register_dynamic_client(
        db.session,
        name=_text(given, "client_name"),
        redirect_uri=_text(given, "redirect_uris"),
        website=_text(given, "website", is_required=False),
        now=utc_now(),
    )
    db.session.commit()
    return _json(represent_new_client(client, secret))


@blp.get("/client/<path:client_id>")
def show(client_id):
    require_user()
    client = get_client_by_key(db.session, client_id)
    if client is None:
        raise NotFound("Not found!")
    return _json(represent_client(client))


@blp.get("/clients")
def list_tokens():
    tokens = list_gancio_tokens(db.session, require_user().id, utc_now())
    return _json([represent_token(each) for each in tokens])


def _given():
    given = request.get_json(silent=True) if request.is_json else request.form
    return given if isinstance(given, dict) else {}


def _text(given, name, is_required=True):
    value = given.get(name)
    # Some send a list of one.
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    value = to_plain_text(value) if isinstance(value, str) else ""
    if not value and is_required:
        raise InvalidInput(f"{name} is required")
    if len(value) > LONGEST[name]:
        raise InvalidInput(f"{name} must not be longer than {LONGEST[name]} characters")
    return value


def _json(shown, status=200):
    return Response(orjson.dumps(shown), status, content_type="application/json; charset=utf-8")
