"""Applications that people register, each their own (spec 11)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotConfigured, NotFound
from joindin.extensions import db
from joindin.operations.accounts.clients import current_secret, delete_client, edit_client, register_client
from joindin.queries.accounts.clients import find_owned_client, get_owned_client, list_owned_clients
from joindin.queries.paging import Page, single_page
from joindin.representations.schema_fields import ObjectSchema, optional, string
from joindin.representations.v2_1.applications import (
    ApplicationPageSchema,
    VerboseApplicationPageSchema,
    represent_application,
)
from joindin.resources.v2_1.authentication import links, require_user
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response, is_verbose
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text

blp = Blueprint("applications", __name__, url_prefix="/v2.1", description="Applications of one's own")

LONGEST = {"name": 255, "description": 10_000, "callback_url": 500}

NOT_SIGNED_IN = "You must be logged in"
NO_APPLICATION = ("No application found", "Invalid client ID")
BAD_CHANGE = ("'name' is a required field", "'description' is a required field")
BAD_APPLICATION = (*BAD_CHANGE, "'callback_url' is a required field")


class NewApplicationSchema(ObjectSchema):
    name = string("My schedule app", maxLength=LONGEST["name"])
    description = string("Shows the talks of today.", maxLength=LONGEST["description"])
    callback_url = string("https://app.example.com/signed-in", maxLength=LONGEST["callback_url"])


class ApplicationChangeSchema(NewApplicationSchema):
    callback_url = optional(string("https://app.example.com/signed-in", maxLength=LONGEST["callback_url"]))


@blp.route("/applications")
class Applications(MethodView):
    @returns_page(ApplicationPageSchema, VerboseApplicationPageSchema)
    @fails_with({401: NOT_SIGNED_IN})
    def get(self):
        """List the caller's own applications, newest first."""
        page = list_owned_clients(db.session, require_user(NOT_SIGNED_IN).id, read_paging())
        return _show(page)

    @accepts_body(NewApplicationSchema)
    @returns(ApplicationPageSchema, status=201, location="/v2.1/applications/4")
    @fails_with({400: BAD_APPLICATION, 401: NOT_SIGNED_IN})
    def post(self):
        """Register an application; key and secret are made up. The verbose form of it has the secret."""
        owner = require_user(NOT_SIGNED_IN)
        fields = _read_fields(get_params(), required=("name", "description", "callback_url"))
        if not current_app.config["SECRET_KEY"]:
            raise NotConfigured("This platform has no secret of its own yet to make one from")
        client = register_client(
            db.session, actor=owner, secret_key=current_app.config["SECRET_KEY"], now=utc_now(), **fields
        )
        db.session.commit()
        return _written(client)


@blp.route("/applications/<row_id:client_id>")
class OneApplication(MethodView):
    @returns(ApplicationPageSchema, VerboseApplicationPageSchema)
    @fails_with({401: NOT_SIGNED_IN, 404: "Invalid client ID"})
    def get(self, client_id):
        """Show one of the caller's own applications; an empty list if there is no such one."""
        owner = require_user(NOT_SIGNED_IN)
        client = get_owned_client(db.session, owner.id, _of_a_row(client_id))
        return _show(Page([], 1) if client is None else single_page(client))

    @accepts_body(ApplicationChangeSchema)
    @returns(ApplicationPageSchema, status=201, location="/v2.1/applications/4")
    @fails_with({400: BAD_CHANGE, 401: NOT_SIGNED_IN, 404: NO_APPLICATION})
    def put(self, client_id):
        """Change one of the caller's own applications."""
        owner = require_user(NOT_SIGNED_IN)
        client = find_owned_client(db.session, owner.id, _of_a_row(client_id))
        edit_client(db.session, client, actor=owner, **_read_fields(get_params(), required=("name", "description")))
        db.session.commit()
        return _written(client)

    @returns_empty(204, location="/v2.1/applications")
    @fails_with({401: NOT_SIGNED_IN, 404: NO_APPLICATION})
    def delete(self, client_id):
        """Remove one of the caller's own applications. Who is signed in through it stays so."""
        owner = require_user(NOT_SIGNED_IN)
        delete_client(db.session, find_owned_client(db.session, owner.id, _of_a_row(client_id)), actor=owner)
        db.session.commit()
        return empty_response(204, links().applications())


def _of_a_row(client_id):
    if not client_id:
        raise NotFound("Invalid client ID")
    return client_id


def _read_fields(given, required):
    """The fields that were sent, or all that is wrong with them."""
    fields = {name: to_plain_text(given.text(name)) for name in LONGEST if name in given}
    problems = [f"'{name}' is a required field" for name in required if not fields.get(name)]
    problems += [
        f"The field '{name}' must not be longer than {most} characters"
        for name, most in LONGEST.items()
        if len(fields.get(name, "")) > most
    ]
    if problems:
        raise InvalidInput(". ".join(problems))
    return fields


def _show(page):
    pieces = [represent_application(client, links(), _secret(client)) for client in page.items]
    return collection_response("clients", pieces, page)


def _secret(client):
    if not is_verbose():
        return None
    return current_secret(client, current_app.config["SECRET_KEY"]) if current_app.config["SECRET_KEY"] else ""


def _written(client):
    """Always the short form: the original's web site asks for the secret in a request of its own."""
    page = single_page(client)
    return collection_response(
        "clients", [represent_application(client, links())], page, 201, links().application(client.id)
    )
