"""Asking for a mail: a new verification, a forgotten name, a forgotten password (spec 12)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid
from joindin.extensions import db
from joindin.operations.accounts.registration import may_be_mailed
from joindin.operations.accounts.users import remind_of_username, send_password_reset, send_verification
from joindin.queries.accounts.users import user_named, user_with_email
from joindin.representations.schema_fields import Shape, text
from joindin.resources.v2_1.openapi import does, refuses, takes
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import empty
from joindin.utils.datetimes import utc_now
from joindin.utils.text import is_e_mail, plain_text

blp = Blueprint("emails", __name__, url_prefix="/v2.1/emails", description="Asking for a mail")


MAILED = "The mail is on its way."
NO_ADDRESS = ("The email address must be supplied", "Can't find that email address")
NO_NAME = ("A username must be supplied", "Can't find that user", "Unable to generate a reset token")


class AddressSchema(Shape):
    email = text("ada@example.org", format="email")


class UsernameSchema(Shape):
    username = text("ada")


@blp.route("/verifications")
class VerificationMails(MethodView):
    @takes(AddressSchema)
    @does(202, MAILED)
    @refuses({400: NO_ADDRESS})
    def post(self):
        """Mail a new verification token."""
        user = _user_by_address()
        if may_be_mailed(db.session, user.email, now=utc_now()):
            send_verification(db.session, user, now=utc_now())
        db.session.commit()
        return empty(202)


@blp.route("/reminders/username")
class UsernameMails(MethodView):
    @takes(AddressSchema)
    @does(202, MAILED)
    @refuses({400: NO_ADDRESS})
    def post(self):
        """Mail the username that belongs to an address."""
        user = _user_by_address()
        if may_be_mailed(db.session, user.email, now=utc_now()):
            remind_of_username(db.session, user)
        db.session.commit()
        return empty(202)


@blp.route("/reminders/password")
class PasswordMails(MethodView):
    @takes(UsernameSchema)
    @does(202, MAILED)
    @refuses({400: NO_NAME})
    def post(self):
        """Mail a token with which a new password can be chosen."""
        username = plain_text(params().text("username"))
        if not username:
            raise Invalid("A username must be supplied")
        user = user_named(db.session, username)
        if user is None or not user.is_active:
            raise Invalid("Can't find that user")
        if not user.email:
            raise Invalid("Unable to generate a reset token")
        if may_be_mailed(db.session, user.email, now=utc_now()):
            send_password_reset(db.session, user, now=utc_now())
        db.session.commit()
        return empty(202)


def _user_by_address():
    address = plain_text(params().text("email"))
    if not is_e_mail(address):
        raise Invalid("The email address must be supplied")
    user = user_with_email(db.session, address)
    if user is None or not user.is_active:
        raise Invalid("Can't find that email address")
    return user
