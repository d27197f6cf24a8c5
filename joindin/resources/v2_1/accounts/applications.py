"""Applications that people register, each their own (spec 11)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotConfigured, NotFound
from joindin.extensions import db
from joindin.operations.accounts.clients import edit_client, register_client, remove_client, secret_of
from joindin.queries.accounts.clients import client_of, find_client_of, list_clients_of
from joindin.queries.paging import Page, single
from joindin.representations.schema_fields import Shape, optional, text
from joindin.representations.v2_1.applications import (
    ApplicationPageSchema,
    VerboseApplicationPageSchema,
    represent_application,
)
from joindin.resources.v2_1.authentication import links, signed_in
from joindin.resources.v2_1.openapi import does, lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import collection, empty, is_verbose
from joindin.utils.datetimes import utc_now
from joindin.utils.text import plain_text

blp = Blueprint("applications", __name__, url_prefix="/v2.1", description="Applications of one's own")

LONGEST = {"name": 255, "description": 10_000, "callback_url": 500}

NOT_SIGNED_IN = "You must be logged in"
NO_APPLICATION = ("No application found", "Invalid client ID")
BAD_CHANGE = ("'name' is a required field", "'description' is a required field")
BAD_APPLICATION = (*BAD_CHANGE, "'callback_url' is a required field")


class NewApplicationSchema(Shape):
    name = text("My schedule app", maxLength=LONGEST["name"])
    description = text("Shows the talks of today.", maxLength=LONGEST["description"])
    callback_url = text("https://app.example.com/signed-in", maxLength=LONGEST["callback_url"])


class ApplicationChangeSchema(NewApplicationSchema):
    callback_url = optional(text("https://app.example.com/signed-in", maxLength=LONGEST["callback_url"]))


@blp.route("/applications")
class Applications(MethodView):
    @lists(ApplicationPageSchema, VerboseApplicationPageSchema)
    @refuses({401: NOT_SIGNED_IN})
    def get(self):
        """List the caller's own applications, newest first."""
        page = list_clients_of(db.session, signed_in(NOT_SIGNED_IN).id, read_paging())
        return _show(page)

    @takes(NewApplicationSchema)
    @shows(ApplicationPageSchema, status=201, location="/v2.1/applications/4")
    @refuses({400: BAD_APPLICATION, 401: NOT_SIGNED_IN})
    def post(self):
        """Register an application; key and secret are made up. The verbose form of it has the secret."""
        owner = signed_in(NOT_SIGNED_IN)
        fields = _read_fields(params(), required=("name", "description", "callback_url"))
        if not current_app.config["SECRET_KEY"]:
            raise NotConfigured("This platform has no secret of its own yet to make one from")
        client = register_client(
            db.session, actor=owner, secret_key=current_app.config["SECRET_KEY"], now=utc_now(), **fields
        )
        db.session.commit()
        return _written(client)


@blp.route("/applications/<row_id:client_id>")
class OneApplication(MethodView):
    @shows(ApplicationPageSchema, VerboseApplicationPageSchema)
    @refuses({401: NOT_SIGNED_IN, 404: "Invalid client ID"})
    def get(self, client_id):
        """Show one of the caller's own applications; an empty list if there is no such one."""
        owner = signed_in(NOT_SIGNED_IN)
        client = client_of(db.session, owner.id, _of_a_row(client_id))
        return _show(Page([], 1) if client is None else single(client))

    @takes(ApplicationChangeSchema)
    @shows(ApplicationPageSchema, status=201, location="/v2.1/applications/4")
    @refuses({400: BAD_CHANGE, 401: NOT_SIGNED_IN, 404: NO_APPLICATION})
    def put(self, client_id):
        """Change one of the caller's own applications."""
        owner = signed_in(NOT_SIGNED_IN)
        client = find_client_of(db.session, owner.id, _of_a_row(client_id))
        edit_client(db.session, client, actor=owner, **_read_fields(params(), required=("name", "description")))
        db.session.commit()
        return _written(client)

    @does(204, location="/v2.1/applications")
    @refuses({401: NOT_SIGNED_IN, 404: NO_APPLICATION})
    def delete(self, client_id):
        """Remove one of the caller's own applications. Who is signed in through it stays so."""
        owner = signed_in(NOT_SIGNED_IN)
        remove_client(db.session, find_client_of(db.session, owner.id, _of_a_row(client_id)), actor=owner)
        db.session.commit()
        return empty(204, links().applications())


def _of_a_row(client_id):
    if not client_id:
        raise NotFound("Invalid client ID")
    return client_id


def _read_fields(given, required):
    """The fields that were sent, or all that is wrong with them."""
    fields = {name: plain_text(given.text(name)) for name in LONGEST if name in given}
    problems = [f"'{name}' is a required field" for name in required if not fields.get(name)]
    problems += [
        f"The field '{name}' must not be longer than {most} characters"
        for name, most in LONGEST.items()
        if len(fields.get(name, "")) > most
    ]
    if problems:
        raise Invalid(". ".join(problems))
    return fields


def _show(page):
    pieces = [represent_application(client, links(), _secret(client)) for client in page.items]
    return collection("clients", pieces, page)


def _secret(client):
    if not is_verbose():
        return None
    return secret_of(client, current_app.config["SECRET_KEY"]) if current_app.config["SECRET_KEY"] else ""


def _written(client):
    """Always the short form: the original's web site asks for the secret in a request of its own."""
    page = single(client)
    return collection("clients", [represent_application(client, links())], page, 201, links().application(client.id))
