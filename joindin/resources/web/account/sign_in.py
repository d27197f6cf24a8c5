"""Sign-in with a password, confirmation of the password before sensitive actions, and sign-out."""

import flask
from flask import redirect, request
from wtforms import PasswordField

from joindin.extensions import db
from joindin.http.pages.forms import FormWithNext, PlainTextField, required
from joindin.http.pages.html_pages import flash_error, flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.password_login import authenticate
from joindin.http.sessions import end_session, next_url, require_user, session_user, sign_in_required
from joindin.models import User
from joindin.operations.accounts.pending_confirmations import is_mail_allowed
from joindin.operations.accounts.sessions import revoke_browser_sessions
from joindin.operations.accounts.users import send_verification
from joindin.resources.web.account.common import blp
from joindin.resources.web.account.second_factor_step import complete_sign_in, confirm_identity
from joindin.utils.datetimes import utc_now

USERNAME_ATTRIBUTES = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
MSG_WRONG_PASSWORD = lazy_gettext("The name or the password is wrong")
MSG_EMAIL_NOT_VERIFIED = lazy_gettext(
    "Your password is right, but you have not confirmed your e-mail address yet. Open the link in the mail that we sent you, "
    "or request it again below"
)
# In the session cookie: the account whose password was entered, and when. It allows to request the mail again.
UNVERIFIED_KEY = "unverified_user"
UNVERIFIED_TTL_S = 15 * 60


class PasswordForm(FormWithNext):
    password = PasswordField(
        lazy_gettext("Password"),
        [required(lazy_gettext("Enter your password"))],
        render_kw={"autocomplete": "current-password"},
    )


class SignInForm(FormWithNext):
    username = PlainTextField(
        lazy_gettext("E-mail address or username"),
        [required(lazy_gettext("Enter your e-mail address or username"))],
        render_kw=USERNAME_ATTRIBUTES,
    )
    password = PasswordField(
        lazy_gettext("Password"),
        [required(lazy_gettext("Enter your password"))],
        render_kw={"autocomplete": "current-password"},
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
            flask.session[UNVERIFIED_KEY] = {"user_id": user.id, "created_at": int(utc_now().timestamp())}
            form.add_error(MSG_EMAIL_NOT_VERIFIED)
        else:
            return complete_sign_in(user)
    return render_page(
        "web/account/sign_in.html", form=form, can_resend=form.is_submitted() and UNVERIFIED_KEY in flask.session
    )


@blp.post("/accounts/login/confirmation/")
def resend_confirmation_action():
    pending = flask.session.pop(UNVERIFIED_KEY, None)
    user = db.session.get(User, pending["user_id"]) if pending else None
    is_recent = pending is not None and pending["created_at"] > utc_now().timestamp() - UNVERIFIED_TTL_S
    if user is None or not is_recent or user.is_verified or not user.is_active or not user.email:
        flash_error(gettext("Sign in again to request the mail."))
        return redirect("/accounts/login/")
    if is_mail_allowed(db.session, user.email, now=utc_now()):
        send_verification(db.session, user, now=utc_now())
    db.session.commit()
    flash_success(gettext("We have sent you a new link."))
    return redirect("/accounts/login/")


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
        form.add_error(gettext("That is not your password"), form.password)
    return render_page("web/account/confirm.html", form=form)


@blp.post("/accounts/logout/")
def sign_out_action():
    end_session()
    db.session.commit()
    flash_success(gettext("You are signed out."))
    return redirect("/accounts/login/")


@blp.post("/accounts/logout/everywhere/")
@sign_in_required
def sign_out_everywhere_action():
    revoke_browser_sessions(db.session, require_user().id, now=utc_now())
    end_session()
    db.session.commit()
    flash_success(gettext("You are signed out in every browser. Applications keep their access until you revoke it."))
    return redirect("/accounts/login/")
