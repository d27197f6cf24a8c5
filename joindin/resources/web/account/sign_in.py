"""Signing in and out."""

from flask import redirect, request
from wtforms import PasswordField

from joindin.extensions import db
from joindin.http.forms import LeadingOn, Text, filled
from joindin.http.html_pages import notify, show_page
from joindin.http.password_login import proven
from joindin.http.sessions import end_session, person, require_person, session_user, way_on
from joindin.operations.accounts.sessions import close_sessions
from joindin.operations.accounts.users import send_verification
from joindin.resources.web.account.second_factor_step import reassure, welcome
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

NAME = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
WRONG = "That name and that password do not fit together"
UNPROVEN = "You have not confirmed your e-mail address yet. We have just sent you another link"


class SignIn(LeadingOn):
    username = Text("E-mail address or username", [filled("Enter your e-mail address or username")], render_kw=NAME)
    password = PasswordField(
        "Password", [filled("Enter your password")], render_kw={"autocomplete": "current-password"}
    )


class Password(LeadingOn):
    password = PasswordField(
        "Password", [filled("Enter your password")], render_kw={"autocomplete": "current-password"}
    )


@blp.route("/accounts/login/", methods=["GET", "POST"])
def sign_in():
    if session_user() and request.method == "GET":
        return redirect(way_on())
    form = SignIn()
    if not form.is_submitted():
        form.remember_way()
    elif form.validate():
        user = proven(form.username.data, form.password.data)
        if user is None:
            form.refuse(WRONG, form.password)
        elif not user.is_verified:
            send_verification(db.session, user, now=utc_now())
            db.session.commit()
            form.refuse(UNPROVEN)
        else:
            return welcome(user)
    return show_page("web/accounts/sign_in.html", form=form)


@blp.route("/accounts/confirm/", methods=["GET", "POST"])
@require_person
def confirm():
    """Show once more that it is them, before something that matters."""
    form = Password()
    if not form.is_submitted():
        form.remember_way()
    elif form.validate():
        user = proven(person().username, form.password.data)
        if user is not None and user.id == person().id:
            return reassure(user, way_on())
        form.refuse("That is not your password", form.password)
    return show_page("web/accounts/confirm.html", form=form)


@blp.post("/accounts/logout/")
def sign_out():
    end_session()
    db.session.commit()
    notify("You are signed out.")
    return redirect("/accounts/login/")


@blp.post("/accounts/logout/everywhere/")
@require_person
def sign_out_everywhere():
    close_sessions(db.session, person().id, now=utc_now())
    end_session()
    db.session.commit()
    notify("You are signed out in every browser. Applications keep their access until you take it back.")
    return redirect("/accounts/login/")
