"""Asking for a mail: a new verification, a forgotten name, a forgotten password (spec 12)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.clock import utc_now
from joindin.errors import Invalid
from joindin.extensions import db
from joindin.operations.users import remind_of_username, send_password_reset, send_verification
from joindin.queries.users import user_named, user_with_email
from joindin.resources.v2_1.answers import empty
from joindin.resources.v2_1.parameters import params
from joindin.text import is_e_mail, plain_text

blp = Blueprint("emails", __name__, url_prefix="/v2.1/emails", description="Asking for a mail")


@blp.route("/verifications")
class VerificationMails(MethodView):
    def post(self):
        """Mail a new verification token."""
        send_verification(db.session, _user_by_address(), now=utc_now())
        db.session.commit()
        return empty(202)


@blp.route("/reminders/username")
class UsernameMails(MethodView):
    def post(self):
        """Mail the username that belongs to an address."""
        remind_of_username(db.session, _user_by_address())
        db.session.commit()
        return empty(202)


@blp.route("/reminders/password")
class PasswordMails(MethodView):
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
