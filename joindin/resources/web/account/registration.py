"""Registering, and proving an address."""

from flask import redirect, request
from wtforms import HiddenField, PasswordField, ValidationError

from joindin.errors import Conflict, Invalid
from joindin.extensions import db
from joindin.http.forms import Form, Text, at_most, filled, good_address, good_password
from joindin.http.html_pages import notify, show_page
from joindin.http.sessions import session_user
from joindin.operations.accounts.registration import NO_LONGER, ask_for_account, open_account, registration_shown
from joindin.operations.accounts.users import NAME_TAKEN, verify_address
from joindin.operations.rate_limits import REGISTRATION, admit, network
from joindin.queries.accounts.users import user_named
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

NEW_PASSWORD = {"autocomplete": "new-password"}


class Registering(Form):
    username = Text(
        "Username",
        [filled("Choose a username"), at_most(100, "The username")],
        description="Everybody sees it, and it is part of your page's address",
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    full_name = Text(
        "Full name",
        [filled("Enter your name"), at_most(200, "The name")],
        description="As it should stand beside what you say and the talks you give",
        render_kw={"autocomplete": "name"},
    )
    email = Text(
        "E-mail address",
        [filled("Enter your e-mail address"), good_address],
        description="Nobody else sees it",
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    password = PasswordField(
        "Password",
        [filled("Choose a password"), good_password],
        description="At least 10 characters. Several words are easier to remember",
        render_kw=NEW_PASSWORD,
    )

    @property
    def names(self):
        return self.username.data, self.email.data, self.full_name.data

    def validate_username(self, field):
        check_username(field)


class Confirming(Form):
    token = HiddenField()
    username = Text(
        "Username", [at_most(100, "The username")], description="The one you chose was given away meanwhile"
    )

    def validate_username(self, field):
        if field.data:
            check_username(field)


def check_username(field, but=None):
    """A username holds no @: whoever signs in with an address means the account that has it."""
    if "@" in field.data or "/" in field.data:
        raise ValidationError("A username holds neither @ nor /")
    known = user_named(db.session, field.data)
    if known is not None and known.id != but:
        raise ValidationError(NAME_TAKEN)


@blp.route("/accounts/register/", methods=["GET", "POST"])
def register():
    if session_user():
        return redirect("/accounts/")
    form = Registering()
    if form.validate_on_submit():
        _count_registration()
        ask_for_account(
            db.session,
            username=form.username.data,
            full_name=form.full_name.data,
            email=form.email.data,
            password=form.password.data,
            now=utc_now(),
        )
        db.session.commit()
        return redirect("/accounts/register/sent/")
    return show_page("web/accounts/register.html", form=form)


@blp.get("/accounts/register/sent/")
def registered():
    return show_page("web/accounts/registered.html")


@blp.route("/accounts/verify/", methods=["GET", "POST"])
def verify():
    """Take a link from a mail as proof, once its reader says so: programs look into mails, too."""
    form = Confirming()
    if not form.is_submitted():
        form.token.data = request.args.get("token", "")
    elif form.validate():
        try:
            _prove(form)
        except Conflict as taken:
            db.session.rollback()
            if str(taken) != NAME_TAKEN:
                raise
            form.refuse(NAME_TAKEN, form.username)
        except Invalid:
            db.session.rollback()
            return show_page("web/accounts/no_longer.html", 400, message=NO_LONGER)
        else:
            db.session.commit()
            notify("Your address is confirmed. You can sign in now.")
            return redirect("/accounts/login/")
    asked = registration_shown(db.session, form.token.data or "", utc_now())
    is_taken = asked is not None and user_named(db.session, asked.username) is not None
    return show_page("web/accounts/verify.html", form=form, asked=asked, is_taken=is_taken)


def _count_registration():
    try:
        admit(db.session, REGISTRATION, network(request.remote_addr), now=utc_now())
    finally:
        # Also to hold no lock while the password is hashed.
        db.session.commit()


def _prove(form):
    """A token of ours, or one that the API had mailed."""
    if registration_shown(db.session, form.token.data, utc_now()):
        open_account(db.session, form.token.data, username=form.username.data, now=utc_now())
    else:
        verify_address(db.session, form.token.data)
