"""Sign-in with a password, confirmation of the password before sensitive actions, and sign-out."""

from flask import redirect, request
from wtforms import PasswordField

from joindin.extensions import db
from joindin.http.forms import FormWithNext, PlainTextField, required
from joindin.http.html_pages import flash_success, render_page
from joindin.http.password_login import authenticate
from joindin.http.sessions import end_session, next_url, require_user, session_user, sign_in_required
from joindin.operations.accounts.sessions import revoke_browser_sessions
from joindin.operations.accounts.users import send_verification
from joindin.resources.web.account.second_factor_step import complete_sign_in, confirm_identity
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

USERNAME_ATTRIBUTES = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
MSG_WRONG_PASSWORD = "The name or the password is wrong"
MSG_EMAIL_NOT_VERIFIED = "You have not confirmed your e-mail address yet. We have sent you a new link"


class PasswordForm(FormWithNext):
    password = PasswordField(
        "Password", [required("Enter your password")], render_kw={"autocomplete": "current-password"}
    )


class SignInForm(FormWithNext):
    username = PlainTextField(
        "E-mail address or username", [required("Enter your e-mail address or username")], render_kw=USERNAME_ATTRIBUTES
    )
    password = PasswordField(
        "Password", [required("Enter your password")], render_kw={"autocomplete": "current-password"}
    )


@blp.route("/accounts/login/", methods=["GET", "POST"])
def sign_in_page():
    if session_user() and request.method == "GET":
        return redirect(next_url())
    form = SignInForm()
    if not form.is_submitted():
        form.set_next()
    elif form.validate():
        user = authenticate(form.username.data, form.password.data)
        if user is None:
            form.add_error(MSG_WRONG_PASSWORD, form.password)
        elif not user.is_verified:
            send_verification(db.session, user, now=utc_now())
            db.session.commit()
            form.add_error(MSG_EMAIL_NOT_VERIFIED)
        else:
            return complete_sign_in(user)
    return render_page("web/account/sign_in.html", form=form)


@blp.route("/accounts/confirm/", methods=["GET", "POST"])
@sign_in_required
def confirm_page():
    """Ask for the password again. ``recent_sign_in_required`` redirects to this page."""
    form = PasswordForm()
    if not form.is_submitted():
        form.set_next()
    elif form.validate():
        user = authenticate(require_user().username, form.password.data)
        if user is not None and user.id == require_user().id:
            return confirm_identity(user, next_url())
        form.add_error("That is not your password", form.password)
    return render_page("web/account/confirm.html", form=form)


@blp.post("/accounts/logout/")
def sign_out_action():
    end_session()
    db.session.commit()
    flash_success("You are signed out.")
    return redirect("/accounts/login/")


@blp.post("/accounts/logout/everywhere/")
@sign_in_required
def sign_out_everywhere_action():
    revoke_browser_sessions(db.session, require_user().id, now=utc_now())
    end_session()
    db.session.commit()
    flash_success("You are signed out in every browser. Applications keep their access until you revoke it.")
    return redirect("/accounts/login/")
