"""Registration, and confirmation of the e-mail address by a mailed link."""

from flask import redirect
from wtforms import PasswordField, ValidationError

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.http.forms import (
    EmailField,
    Form,
    PlainTextField,
    UsernameField,
    max_length,
    required,
    strong_password,
    valid_email,
)
from joindin.http.html_pages import flash_success, render_page
from joindin.http.sessions import session_user
from joindin.operations.accounts.registration import (
    confirm_registration,
    get_registration_by_token,
    request_registration,
)
from joindin.operations.accounts.users import MSG_USERNAME_TAKEN, verify_address
from joindin.queries.accounts.users import is_username_taken
from joindin.resources.web.account.mailed_links import MailedTokenForm, link_expired_page
from joindin.resources.web.public.pages import blp
from joindin.security.password_strength import STANDARD_RULE
from joindin.utils.datetimes import utc_now
from joindin.utils.usernames import MAX_USERNAME_LENGTH, InvalidUsername, prepare_username


def new_password_field(label: str) -> PasswordField:
    return PasswordField(
        label,
        [required("Choose a password"), strong_password],
        description=f"At least {STANDARD_RULE.min_bytes} characters. Several words are easier to remember",
        render_kw={"autocomplete": "new-password"},
    )


class RegistrationForm(Form):
    username = UsernameField(
        "Username",
        [required("Choose a username"), max_length(MAX_USERNAME_LENGTH, "The username")],
        description="Visible to everyone, and part of the URL of your page",
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    full_name = PlainTextField(
        "Full name",
        [required("Enter your name"), max_length(200, "The name")],
        description="Shown with your comments and your talks",
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        "E-mail address",
        [required("Enter your e-mail address"), valid_email],
        description="Not visible to other users",
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    password = new_password_field("Password")

    @property
    def names(self):
        return self.username.data, self.email.data, self.full_name.data

    def validate_username(self, field):
        check_username(field)


class VerificationForm(MailedTokenForm):
    username = UsernameField(
        "Username",
        [max_length(MAX_USERNAME_LENGTH, "The username")],
        description="Another user has taken the one you chose. Choose another",
    )

    def validate_username(self, field):
        if field.data:
            check_username(field)


def check_username(field, own_id: int | None = None) -> None:
    """Check that a username is valid and free, and set the field to the form that is stored.

    :raises ValidationError: with a message for the user.
    """
    if len(field.data) > MAX_USERNAME_LENGTH:
        return
    try:
        field.data = prepare_username(field.data)
    except InvalidUsername as error:
        raise ValidationError(str(error)) from None
    if is_username_taken(db.session, field.data, except_id=own_id):
        raise ValidationError(MSG_USERNAME_TAKEN)


@blp.route("/accounts/register/", methods=["GET", "POST"])
def registration_page():
    if session_user():
        return redirect("/accounts/")
    form = RegistrationForm()
    if form.validate_on_submit():
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
    form = VerificationForm()
    if form.validate_on_submit():
        try:
            _redeem(form)
        except Conflict as error:
            db.session.rollback()
            if str(error) != MSG_USERNAME_TAKEN:
                raise
            form.add_error(MSG_USERNAME_TAKEN, form.username)
        except InvalidInput:
            db.session.rollback()
            return link_expired_page()
        else:
            db.session.commit()
            flash_success("Your address is confirmed. You can sign in now.")
            return redirect("/accounts/login/")
    registration = get_registration_by_token(db.session, form.token.data or "", utc_now())
    is_taken = registration is not None and is_username_taken(db.session, registration.username)
    return render_page("web/account/verify.html", form=form, registration=registration, is_taken=is_taken)


def _redeem(form):
    """Confirm a registration on the web site, or the address of an account that was created with the API."""
    if get_registration_by_token(db.session, form.token.data, utc_now()):
        confirm_registration(db.session, form.token.data, username=form.username.data, now=utc_now())
    else:
        verify_address(db.session, form.token.data, now=utc_now())
