"""Messages to the operators of the platform (spec 15)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.operations.contact import send_contact_message
from joindin.representations.schema_fields import string
from joindin.resources.v2_1.client_origin import client_origin
from joindin.resources.v2_1.field_lengths import check_length
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns_empty
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import empty_response
from joindin.resources.v2_1.trusted_client import ClientCredentialsSchema, require_trusted_client
from joindin.utils.akismet import is_spam
from joindin.utils.text import strip_control_chars, to_plain_line

blp = Blueprint("contact", __name__, url_prefix="/v2.1", description="Messages to the operators")

MAX_LENGTHS = {"name": 200, "email": 200, "subject": 200, "comment": 20_000}


class MessageSchema(ClientCredentialsSchema):
    name = string("Ada Lovelace", maxLength=MAX_LENGTHS["name"])
    email = string("ada@example.org", maxLength=MAX_LENGTHS["email"])
    subject = string("My event", maxLength=MAX_LENGTHS["subject"])
    comment = string("When will it be approved?", maxLength=MAX_LENGTHS["comment"])


@blp.route("/contact")
class Contact(MethodView):
    @require_trusted_client
    @accepts_body(MessageSchema)
    @returns_empty(202, "The mail will be sent.")
    @fails_with({400: ("The fields 'name', 'email' are required.", "Comment failed spam check")})
    def post(self):
        """Send a message to the operators of the platform, by mail."""
        message = _parse_message(get_params())
        if is_spam(current_app.config, message["comment"], client_origin()):
            raise InvalidInput("Comment failed spam check")
        send_contact_message(db.session, recipients=current_app.config["MAIL_CONTACT"], **message)
        db.session.commit()
        return empty_response(202)


def _parse_message(params):
    message = {name: to_plain_line(params.text(name)) for name in ("name", "email", "subject")}
    message["comment"] = strip_control_chars(params.text("comment")).strip()
    if missing := [f"'{name}'" for name in message if not message[name]]:
        which = f"field {missing[0]} is" if len(missing) == 1 else f"fields {', '.join(missing)} are"
        raise InvalidInput(f"The {which} required.")
    for name, max_length in MAX_LENGTHS.items():
        check_length(name, message[name], max_length)
    return message
