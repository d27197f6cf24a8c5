"""Writing to the people who run the platform (spec 15)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid
from joindin.extensions import db
from joindin.operations.contact import write_to_us
from joindin.representations.schema_fields import text
from joindin.resources.v2_1.authentication import origin
from joindin.resources.v2_1.openapi import does, refuses, takes
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import empty
from joindin.resources.v2_1.trusted_client import ClientSchema, by_trusted_client
from joindin.utils.akismet import is_spam
from joindin.utils.text import plain_text, printable

blp = Blueprint("contact", __name__, url_prefix="/v2.1", description="Writing to us")

LONGEST = {"name": 200, "email": 200, "subject": 200, "comment": 20_000}


class MessageSchema(ClientSchema):
    name = text("Ada Lovelace", maxLength=LONGEST["name"])
    email = text("ada@example.org", maxLength=LONGEST["email"])
    subject = text("My event", maxLength=LONGEST["subject"])
    comment = text("When will it be approved?", maxLength=LONGEST["comment"])


@blp.route("/contact")
class Contact(MethodView):
    @by_trusted_client
    @takes(MessageSchema)
    @does(202, "The mail is on its way.")
    @refuses({400: ("The fields 'name', 'email' are required.", "Comment failed spam check")})
    def post(self):
        """Write to the people who run the platform; they get it by mail."""
        message = _read_message(params())
        if is_spam(current_app.config, message["comment"], origin()):
            raise Invalid("Comment failed spam check")
        write_to_us(db.session, recipients=current_app.config["MAIL_CONTACT"], **message)
        db.session.commit()
        return empty(202)


def _read_message(given):
    message = {name: plain_text(given.text(name)) for name in ("name", "email", "subject")}
    message["comment"] = printable(given.text("comment")).strip()
    if missing := [f"'{name}'" for name in message if not message[name]]:
        which = f"field {missing[0]} is" if len(missing) == 1 else f"fields {', '.join(missing)} are"
        raise Invalid(f"The {which} required.")
    for name, most in LONGEST.items():
        if len(message[name]) > most:
            raise Invalid(f"The field '{name}' must not be longer than {most} characters")
    return message
