"""Applications of the caller (spec 11).

Only a token of a password sign-in through an application of the operator lists or changes them.
"""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotConfigured, NotFound
from joindin.extensions import db
from joindin.operations.accounts.client_registration import register_client
from joindin.operations.accounts.clients import current_secret, delete_client, edit_client
from joindin.queries.accounts.clients import find_owned_client, get_owned_client, list_owned_clients
from joindin.queries.paging import Page, single_page
from joindin.representations.schema_fields import ObjectSchema
from joindin.representations.v2_1.applications import (
    ApplicationPageSchema,
    VerboseApplicationPageSchema,
    represent_application,
)
from joindin.resources.v2_1.authentication import require_password_sign_in
from joindin.resources.v2_1.body_fields import optional_text, required_text
from joindin.resources.v2_1.field_lengths import find_length_errors
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response, is_verbose
from joindin.resources.v2_1.web_addresses import MSG_INVALID_WEB_ADDRESS, clean_web_address
from joindin.utils.datetimes import utc_now
from joindin.utils.text import is_web_url, to_plain_line, to_plain_text

blp = Blueprint("applications", __name__, url_prefix="/v2.1", description="The caller's own applications")

MAX_LENGTHS = {"name": 255, "description": 10_000, "callback_url": 500}
_CLEANERS = {"name": to_plain_line, "description": to_plain_text, "callback_url": to_plain_text}

MSG_LOGIN_REQUIRED = "You must be logged in"
MSG_CLIENT_NOT_ALLOWED = "You can not access your applications with this client"
MSG_INVALID_CLIENT_ID = "Invalid client ID"
MSG_SECRET_KEY_MISSING = "This platform has no secret of its own yet to make one from"
NOT_FOUND_MESSAGES = ("No application found", MSG_INVALID_CLIENT_ID)
OWNER_ERRORS = {401: MSG_LOGIN_REQUIRED, 403: MSG_CLIENT_NOT_ALLOWED}
MSG_INVALID_CALLBACK_URL = MSG_INVALID_WEB_ADDRESS.format("callback_url")
INVALID_CHANGE_MESSAGES = (
    "'name' is a required field",
    "'description' is a required field",
    MSG_INVALID_CALLBACK_URL,
)
INVALID_APPLICATION_MESSAGES = (*INVALID_CHANGE_MESSAGES, "'callback_url' is a required field")


class NewApplicationSchema(ObjectSchema):
    name = required_text("My schedule app", max_length=MAX_LENGTHS["name"])
    description = required_text("Shows the talks of today.", max_length=MAX_LENGTHS["description"])
    callback_url = required_text("https://app.example.com/signed-in", max_length=MAX_LENGTHS["callback_url"])


class ApplicationChangeSchema(NewApplicationSchema):
    callback_url = optional_text("https://app.example.com/signed-in", max_length=MAX_LENGTHS["callback_url"])


@blp.route("/applications")
class Applications(MethodView):
    @returns_page(ApplicationPageSchema, VerboseApplicationPageSchema)
    @fails_with(OWNER_ERRORS)
    def get(self):
        """List the caller's own applications, newest first."""
        return _applications_response(list_owned_clients(db.session, _require_owner().id, read_paging()))

    @accepts_body(NewApplicationSchema)
    @returns(ApplicationPageSchema, status=201, location="/v2.1/applications/4")
    @fails_with({**OWNER_ERRORS, 400: INVALID_APPLICATION_MESSAGES})
    def post(self):
        """Register an application. The server generates its key and secret; the verbose form has the secret."""
        owner = _require_owner()
        fields = _parse_fields(get_params(), required=("name", "description", "callback_url"))
        secret_key = current_app.config["SECRET_KEY"]
        if not secret_key:
            raise NotConfigured(MSG_SECRET_KEY_MISSING)
        client = register_client(db.session, actor=owner, secret_key=secret_key, now=utc_now(), **fields)
        db.session.commit()
        return _written_response(client)


@blp.route("/applications/<row_id:client_id>")
class ApplicationDetail(MethodView):
    @returns(ApplicationPageSchema, VerboseApplicationPageSchema)
    @fails_with({**OWNER_ERRORS, 404: MSG_INVALID_CLIENT_ID})
    def get(self, client_id):
        """Show one of the caller's own applications; an empty list if there is none with this id."""
        owner = _require_owner()
        client = get_owned_client(db.session, owner.id, _require_id(client_id))
        return _applications_response(Page([], 1) if client is None else single_page(client))

    @accepts_body(ApplicationChangeSchema)
    @returns(ApplicationPageSchema, status=201, location="/v2.1/applications/4")
    @fails_with({**OWNER_ERRORS, 400: INVALID_CHANGE_MESSAGES, 404: NOT_FOUND_MESSAGES})
    def put(self, client_id):
        """Change one of the caller's own applications."""
        owner = _require_owner()
        client = find_owned_client(db.session, owner.id, _require_id(client_id))
        edit_client(db.session, client, actor=owner, **_parse_fields(get_params(), required=("name", "description")))
        db.session.commit()
        return _written_response(client)

    @returns_empty(204, location="/v2.1/applications")
    @fails_with({**OWNER_ERRORS, 404: NOT_FOUND_MESSAGES})
    def delete(self, client_id):
        """Remove one of the caller's own applications. Users who signed in through it stay signed in."""
        owner = _require_owner()
        delete_client(db.session, find_owned_client(db.session, owner.id, _require_id(client_id)), actor=owner)
        db.session.commit()
        return empty_response(204, links().applications())


def _require_owner():
    return require_password_sign_in(MSG_LOGIN_REQUIRED, MSG_CLIENT_NOT_ALLOWED)


def _require_id(client_id):
    """:raises NotFound: for 0, which stands for an id that is not a number."""
    if not client_id:
        raise NotFound(MSG_INVALID_CLIENT_ID)
    return client_id


def _parse_fields(params, required):
    """Return the fields that were sent; :raises InvalidInput: with all errors, joined."""
    fields = {name: _CLEANERS[name](params.text(name)) for name in MAX_LENGTHS if name in params}
    errors = [f"'{name}' is a required field" for name in required if not fields.get(name)]
    if fields.get("callback_url"):
        fields["callback_url"] = clean_web_address(fields["callback_url"])
        if not is_web_url(fields["callback_url"]) and len(fields["callback_url"]) <= MAX_LENGTHS["callback_url"]:
            errors.append(MSG_INVALID_CALLBACK_URL)
    errors += find_length_errors(fields, MAX_LENGTHS)
    if errors:
        raise InvalidInput(". ".join(errors))
    return fields


def _applications_response(page):
    applications = [represent_application(client, links(), _secret(client)) for client in page.items]
    return collection_response("clients", applications, page)


def _secret(client):
    """Return the secret for the verbose form, empty if the server has no secret key; None for the short form."""
    if not is_verbose():
        return None
    return current_secret(client, current_app.config["SECRET_KEYS"])


def _written_response(client):
    """Return the short form: the contract ignores ``verbose`` in writes."""
    return collection_response(
        "clients", [represent_application(client, links())], single_page(client), 201, links().application(client.id)
    )
