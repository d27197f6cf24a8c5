"""Asking for a mail: a new verification, a forgotten name, a forgotten password (spec 12)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.operations.accounts.registration import is_mail_allowed
from joindin.operations.accounts.users import mail_username_reminder, send_password_reset, send_verification
from joindin.queries.accounts.users import get_user_by_email, get_user_by_username
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns_empty
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import empty_response
from joindin.utils.datetimes import utc_now
from joindin.utils.text import is_email, to_plain_text

blp = Blueprint("emails", __name__, url_prefix="/v2.1/emails", description="Asking for a mail")


MAILED = "The mail is on its way."
NO_ADDRESS = ("The email address must be supplied", "Can't find that email address")
NO_NAME = ("A username must be supplied", "Can't find that user", "Unable to generate a reset token")


class AddressSchema(ObjectSchema):
    email = string("ada@example.org", format="email")


class UsernameSchema(ObjectSchema):
    username = string("ada")


@blp.route("/verifications")
class VerificationMails(MethodView):
    @accepts_body(AddressSchema)
    @returns_empty(202, MAILED)
    @fails_with({400: NO_ADDRESS})
    def post(self):
        """Mail a new verification token."""
        user = _user_by_address()
        if is_mail_allowed(db.session, user.email, now=utc_now()):
            send_verification(db.session, user, now=utc_now())
        db.session.commit()
        return empty_response(202)


@blp.route("/reminders/username")
class UsernameMails(MethodView):
    @accepts_body(AddressSchema)
    @returns_empty(202, MAILED)
    @fails_with({400: NO_ADDRESS})
    def post(self):
        """Mail the username that belongs to an address."""
        user = _user_by_address()
        if is_mail_allowed(db.session, user.email, now=utc_now()):
            mail_username_reminder(db.session, user)
        db.session.commit()
        return empty_response(202)


@blp.route("/reminders/password")
class PasswordMails(MethodView):
    @accepts_body(UsernameSchema)
    @returns_empty(202, MAILED)
    @fails_with({400: NO_NAME})
    def post(self):
        """Mail a token with which a new password can be chosen."""
        username = to_plain_text(get_params().text("username"))
        if not username:
            raise InvalidInput("A username must be supplied")
        user = get_user_by_username(db.session, username)
        if user is None or not user.is_active:
            raise InvalidInput("Can't find that user")
        if not user.email:
            raise InvalidInput("Unable to generate a reset token")
        if is_mail_allowed(db.session, user.email, now=utc_now()):
            send_password_reset(db.session, user, now=utc_now())
        db.session.commit()
        return empty_response(202)


def _user_by_address():
    address = to_plain_text(get_params().text("email"))
    if not is_email(address):
        raise InvalidInput("The email address must be supplied")
    user = get_user_by_email(db.session, address)
    if user is None or not user.is_active:
        raise InvalidInput("Can't find that email address")
    return user
