"""Requests for mails: a new verification token, a username, a password reset (spec 12)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.operations.accounts.passwords import send_password_reset
from joindin.operations.accounts.pending_confirmations import is_mail_allowed
from joindin.operations.accounts.users import mail_username_reminder, send_verification
from joindin.queries.accounts.users import get_user_by_email, get_user_by_username
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.resources.v2_1.body_fields import required_text
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns_empty
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import empty_response
from joindin.utils.datetimes import utc_now
from joindin.utils.email_addresses import is_email
from joindin.utils.text import to_plain_text

blp = Blueprint("emails", __name__, url_prefix="/v2.1/emails", description="Requests for mails")

MSG_EMAIL_REQUIRED = "The email address must be supplied"
MSG_EMAIL_NOT_FOUND = "Can't find that email address"
MSG_USERNAME_REQUIRED = "A username must be supplied"
MSG_USER_NOT_FOUND = "Can't find that user"
MSG_NO_EMAIL = "Unable to generate a reset token"

MAIL_WILL_BE_SENT = "The mail will be sent."


class AddressSchema(ObjectSchema):
    email = string("ada@example.org", format="email")


class UsernameSchema(ObjectSchema):
    username = required_text("ada")


@blp.route("/verifications")
class VerificationMails(MethodView):
    @accepts_body(AddressSchema)
    @returns_empty(202, MAIL_WILL_BE_SENT)
    @fails_with({400: (MSG_EMAIL_REQUIRED, MSG_EMAIL_NOT_FOUND)})
    def post(self):
        """Mail a new token for the verification of an e-mail address."""
        return _mail(_find_user_by_email(), lambda user: send_verification(db.session, user, now=utc_now()))


@blp.route("/reminders/username")
class UsernameMails(MethodView):
    @accepts_body(AddressSchema)
    @returns_empty(202, MAIL_WILL_BE_SENT)
    @fails_with({400: (MSG_EMAIL_REQUIRED, MSG_EMAIL_NOT_FOUND)})
    def post(self):
        """Mail the username that belongs to an e-mail address."""
        return _mail(_find_user_by_email(), lambda user: mail_username_reminder(db.session, user))


@blp.route("/reminders/password")
class PasswordMails(MethodView):
    @accepts_body(UsernameSchema)
    @returns_empty(202, MAIL_WILL_BE_SENT)
    @fails_with({400: (MSG_USERNAME_REQUIRED, MSG_USER_NOT_FOUND, MSG_NO_EMAIL)})
    def post(self):
        """Mail a token for choosing a new password."""
        return _mail(_find_user_by_name(), lambda user: send_password_reset(db.session, user, now=utc_now()))


def _mail(user, send):
    """Send the mail, unless the address got too many; the response does not tell."""
    if is_mail_allowed(db.session, user.email, now=utc_now()):
        send(user)
    db.session.commit()
    return empty_response(202)


def _find_user_by_email():
    email = get_params().raw_text("email").strip()
    if not is_email(email):
        raise InvalidInput(MSG_EMAIL_REQUIRED)
    user = get_user_by_email(db.session, email)
    if user is None or not user.is_active:
        raise InvalidInput(MSG_EMAIL_NOT_FOUND)
    return user


def _find_user_by_name():
    username = to_plain_text(get_params().text("username"))
    if not username:
        raise InvalidInput(MSG_USERNAME_REQUIRED)
    user = get_user_by_username(db.session, username)
    if user is None or not user.is_active:
        raise InvalidInput(MSG_USER_NOT_FOUND)
    if not user.email:
        raise InvalidInput(MSG_NO_EMAIL)
    return user
