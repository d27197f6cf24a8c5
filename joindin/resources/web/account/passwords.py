"""Pages for a forgotten password, for a new password by a mailed link, and for changing the password."""

from flask import redirect
from wtforms import PasswordField

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField, required
from joindin.http.pages.html_pages import flash_ended_access, flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.password_login import authenticate
from joindin.http.sessions import current_session, recent_sign_in_required, require_user
from joindin.operations.accounts.passwords import request_password_reset, reset_password
from joindin.operations.accounts.profiles import edit_profile
from joindin.operations.accounts.users import personal_strings
from joindin.resources.web.account.common import blp
from joindin.resources.web.account.mailed_links import MailedTokenForm, link_expired_page
from joindin.resources.web.account.registration import new_password_field
from joindin.resources.web.account.sign_in import USERNAME_ATTRIBUTES
from joindin.security.password_strength import MSG_PASSWORD_TOO_COMMON
from joindin.utils.datetimes import utc_now


class ForgottenPasswordForm(Form):
    username = PlainTextField(
        lazy_gettext("E-mail address or username"),
        [required(lazy_gettext("Enter your e-mail address or username"))],
        render_kw=USERNAME_ATTRIBUTES,
    )


class NewPasswordForm(MailedTokenForm):
    # The operation compares the password with the user's names: the user is only known by the token.
    names = ()

    password = new_password_field(lazy_gettext("New password"))


class ChangePasswordForm(Form):
    old_password = PasswordField(
        lazy_gettext("Current password"),
        [required(lazy_gettext("Enter your current password"))],
        render_kw={"autocomplete": "current-password"},
    )
    password = new_password_field(lazy_gettext("New password"))

    @property
    def names(self):
        return personal_strings(require_user())


@blp.route("/accounts/password/reset/", methods=["GET", "POST"])
def forgotten_password_page():
    form = ForgottenPasswordForm()
    if form.validate_on_submit():
        if not is_repeated_form():
            request_password_reset(db.session, form.username.data, now=utc_now(), kind="password_forgotten")
        db.session.commit()
        return redirect("/accounts/password/reset/sent/")
    return render_page("web/account/password_forgotten.html", form=form)


@blp.get("/accounts/password/reset/sent/")
def password_mailed_page():
    return render_page("web/account/password_mailed.html")


@blp.route("/accounts/password/new/", methods=["GET", "POST"])
def new_password_page():
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            ended = reset_password(db.session, form.token.data or "", form.password.data, now=utc_now())
        except InvalidInput as error:
            db.session.rollback()
            if str(error) != MSG_PASSWORD_TOO_COMMON:
                return link_expired_page()
            form.add_error(gettext(MSG_PASSWORD_TOO_COMMON), form.password)
        else:
            db.session.commit()
            flash_success(gettext("Your password is changed. You can sign in with it now."))
            flash_ended_access(ended)
            return redirect("/accounts/login/")
    return render_page("web/account/password_new.html", form=form)


@blp.route("/accounts/password/", methods=["GET", "POST"])
@recent_sign_in_required
def change_password_page():
    form, user = ChangePasswordForm(), require_user()
    if form.validate_on_submit():
        if authenticate(user.username, form.old_password.data) is None:
            form.add_error(gettext("That is not your current password"), form.old_password)
        else:
            # Ends the locks of the check: the new password is hashed without any.
            db.session.commit()
            db.session.refresh(user)
            edit_profile(
                db.session,
                user.id,
                {},
                actor=user,
                password=form.password.data,
                verified_hash=user.password_hash,
                kept_session=current_session(),
            )
            db.session.commit()
            flash_success(gettext("Your password is changed. All other browsers are signed out."))
            return redirect("/accounts/")
    return render_page("web/account/password.html", form=form)
