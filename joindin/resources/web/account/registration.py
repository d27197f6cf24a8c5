"""Registering, and proving an address."""

from flask import redirect, request
from wtforms import HiddenField, PasswordField, ValidationError

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.http.forms import Form, PlainTextField, max_length, required, strong_password, valid_email
from joindin.http.html_pages import flash_success, render_page
from joindin.http.sessions import session_user
from joindin.operations.accounts.registration import (
    MSG_LINK_EXPIRED,
    confirm_registration,
    get_registration_by_token,
    request_registration,
)
from joindin.operations.accounts.users import MSG_USERNAME_TAKEN, verify_address
from joindin.operations.rate_limits import REGISTRATION, client_network, consume_attempt
from joindin.queries.accounts.users import get_user_by_username
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

NEW_PASSWORD_ATTRIBUTES = {"autocomplete": "new-password"}


class RegistrationForm(Form):
    username = PlainTextField(
        "Username",
        [required("Choose a username"), max_length(100, "The username")],
        description="Everybody sees it, and it is part of your page's address",
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    full_name = PlainTextField(
        "Full name",
        [required("Enter your name"), max_length(200, "The name")],
        description="As it should stand beside what you say and the talks you give",
        render_kw={"autocomplete": "name"},
    )
    email = PlainTextField(
        "E-mail address",
        [required("Enter your e-mail address"), valid_email],
        description="Nobody else sees it",
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    password = PasswordField(
        "Password",
        [required("Choose a password"), strong_password],
        description="At least 10 characters. Several words are easier to remember",
        render_kw=NEW_PASSWORD_ATTRIBUTES,
    )

    @property
    def names(self):
        return self.username.data, self.email.data, self.full_name.data

    def validate_username(self, field):
        check_username(field)


class VerificationForm(Form):
    token = HiddenField()
    username = PlainTextField(
        "Username", [max_length(100, "The username")], description="The one you chose was given away meanwhile"
    )

    def validate_username(self, field):
        if field.data:
            check_username(field)


def check_username(field, but=None):
    """A username holds no @: whoever signs in with an address means the account that has it."""
    if "@" in field.data or "/" in field.data:
        raise ValidationError("A username holds neither @ nor /")
    known = get_user_by_username(db.session, field.data)
    if known is not None and known.id != but:
        raise ValidationError(MSG_USERNAME_TAKEN)


@blp.route("/accounts/register/", methods=["GET", "POST"])
def registration_page():
    if session_user():
        return redirect("/accounts/")
    form = RegistrationForm()
    if form.validate_on_submit():
        _consume_registration_attempt()
        request_registration(
            db.session,
            username=form.username.data,
            full_name=form.full_name.data,
            email=form.email.data,
            password=form.password.data,
            now=utc_now(),
        )
        db.session.commit()
        return redirect("/accounts/register/sent/")
    return render_page("web/account/register.html", form=form)


@blp.get("/accounts/register/sent/")
def registration_mailed_page():
    return render_page("web/account/registration_mailed.html")


@blp.route("/accounts/verify/", methods=["GET", "POST"])
def verification_page():
    """Take a link from a mail as proof, once its reader says so: programs look into mails, too."""
    form = VerificationForm()
    if not form.is_submitted():
        form.token.data = request.args.get("token", "")
    elif form.validate():
        try:
            _confirm(form)
        except Conflict as taken:
            db.session.rollback()
            if str(taken) != MSG_USERNAME_TAKEN:
                raise
            form.add_error(MSG_USERNAME_TAKEN, form.username)
        except InvalidInput:
            db.session.rollback()
            return render_page("web/account/link_expired.html", 400, message=MSG_LINK_EXPIRED)
        else:
            db.session.commit()
            flash_success("Your address is confirmed. You can sign in now.")
            return redirect("/accounts/login/")
    asked = get_registration_by_token(db.session, form.token.data or "", utc_now())
    is_taken = asked is not None and get_user_by_username(db.session, asked.username) is not None
    return render_page("web/account/verify.html", form=form, asked=asked, is_taken=is_taken)


def _consume_registration_attempt():
    try:
        consume_attempt(db.session, REGISTRATION, client_network(request.remote_addr), now=utc_now())
    finally:
        # Also to hold no lock while the password is hashed.
        db.session.commit()


def _confirm(form):
    """A token of ours, or one that the API had mailed."""
    if get_registration_by_token(db.session, form.token.data, utc_now()):
        confirm_registration(db.session, form.token.data, username=form.username.data, now=utc_now())
    else:
        verify_address(db.session, form.token.data)
