"""Registration, and confirmation of the e-mail address by a mailed link."""

from urllib.parse import quote

import flask
from babel.support import LazyProxy
from flask import redirect, request
from wtforms import PasswordField, ValidationError

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import (
    EmailField,
    FormWithNext,
    PlainTextField,
    UsernameField,
    max_length,
    required,
    strong_password,
    valid_email,
)
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import SIGN_IN_PATH, is_safe_redirect_path, session_user
from joindin.operations.accounts.registration import (
    confirm_registration,
    get_registration_by_token,
    request_registration,
)
from joindin.operations.accounts.users import MSG_USERNAME_TAKEN, verify_address
from joindin.queries.accounts.users import is_username_taken
from joindin.resources.web.account.common import blp
from joindin.resources.web.account.mailed_links import MailedTokenForm, link_expired_page
from joindin.security.password_strength import STANDARD_RULE
from joindin.utils.datetimes import utc_now
from joindin.utils.usernames import MAX_USERNAME_LENGTH, InvalidUsername, prepare_username

# In the session cookie: the page that the user came from. It is shown after the sign-in that follows the confirmation.
NEXT_KEY = "next_after_registration"


def new_password_field(label: LazyProxy) -> PasswordField:
    return PasswordField(
        label,
        [required(lazy_gettext("Choose a password")), strong_password],
        description=LazyProxy(_describe_password_rule, enable_cache=False),
        render_kw={"autocomplete": "new-password"},
    )


def _describe_password_rule():
    return gettext(
        "At least %(number)d characters. Several words are easier to remember", number=STANDARD_RULE.min_bytes
    )


class RegistrationForm(FormWithNext):
    username = UsernameField(
        lazy_gettext("Username"),
        [required(lazy_gettext("Choose a username")), max_length(MAX_USERNAME_LENGTH, lazy_gettext("The username"))],
        description=lazy_gettext("Visible to everyone, and part of the URL of your page"),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    full_name = PlainTextField(
        lazy_gettext("Full name"),
        [required(lazy_gettext("Enter your name")), max_length(200, lazy_gettext("The name"))],
        description=lazy_gettext("Shown with your comments and your talks"),
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        lazy_gettext("E-mail address"),
        [required(lazy_gettext("Enter your e-mail address")), valid_email],
        description=lazy_gettext("Not visible to other users"),
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    password = new_password_field(lazy_gettext("Password"))

    @property
    def names(self):
        return self.username.data, self.email.data, self.full_name.data

    def validate_username(self, field):
        check_username(field)


class VerificationForm(MailedTokenForm):
    username = UsernameField(
        lazy_gettext("Username"),
        [max_length(MAX_USERNAME_LENGTH, lazy_gettext("The username"))],
        description=lazy_gettext("Another user has taken the one you chose. Choose another"),
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
        raise ValidationError(gettext(str(error))) from None
    if is_username_taken(db.session, field.data, except_id=own_id):
        raise ValidationError(gettext(MSG_USERNAME_TAKEN))


@blp.route("/accounts/register/", methods=["GET", "POST"])
def registration_page():
    if session_user():
        return redirect("/accounts/")
    form = RegistrationForm()
    if not form.is_submitted():
        form.next.data = request.args.get("next", "")
    elif form.validate():
        if not is_repeated_form():
            request_registration(
                db.session,
                username=form.username.data,
                full_name=form.full_name.data,
                email=form.email.data,
                password=form.password.data,
                now=utc_now(),
            )
        db.session.commit()
        if is_safe_redirect_path(form.next.data):
            flask.session[NEXT_KEY] = form.next.data
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
            form.add_error(gettext(MSG_USERNAME_TAKEN), form.username)
        except InvalidInput:
            db.session.rollback()
            return link_expired_page()
        else:
            db.session.commit()
            flash_success(gettext("Your address is confirmed. You can sign in now."))
            next_path = flask.session.pop(NEXT_KEY, None)
            return redirect(f"{SIGN_IN_PATH}?next={quote(next_path, safe='/')}" if next_path else SIGN_IN_PATH)
    registration = get_registration_by_token(db.session, form.token.data or "", utc_now())
    is_taken = registration is not None and is_username_taken(db.session, registration.username)
    return render_page("web/account/verify.html", form=form, registration=registration, is_taken=is_taken)


def _redeem(form):
    """Confirm a registration on the web site, or the address of an account that was created with the API."""
    if get_registration_by_token(db.session, form.token.data, utc_now()):
        confirm_registration(db.session, form.token.data, username=form.username.data, now=utc_now())
    else:
        verify_address(db.session, form.token.data, now=utc_now())
