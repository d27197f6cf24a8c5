"""Pages for a forgotten password, for a new password by a mailed link, and for changing the password."""

from flask import redirect
from wtforms import PasswordField

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.forms import Form, PlainTextField, required
from joindin.http.html_pages import flash_ended_access, flash_success, render_page
from joindin.http.password_login import authenticate
from joindin.http.sessions import current_session, recent_sign_in_required, require_user
from joindin.operations.accounts.passwords import reset_password, send_password_reset
from joindin.operations.accounts.pending_confirmations import is_mail_allowed
from joindin.operations.accounts.profiles import edit_profile
from joindin.operations.accounts.timing import imitate_confirmation
from joindin.operations.accounts.users import personal_strings
from joindin.queries.accounts.users import get_user_by_login
from joindin.resources.web.account.mailed_links import MailedTokenForm, link_expired_page
from joindin.resources.web.account.registration import new_password_field
from joindin.resources.web.account.sign_in import USERNAME_ATTRIBUTES
from joindin.resources.web.public.pages import blp
from joindin.security.password_strength import MSG_PASSWORD_TOO_COMMON
from joindin.utils.datetimes import utc_now


class ForgottenPasswordForm(Form):
    username = PlainTextField(
        "E-mail address or username", [required("Enter your e-mail address or username")], render_kw=USERNAME_ATTRIBUTES
    )


class NewPasswordForm(MailedTokenForm):
    # The operation compares the password with the user's names: the user is only known by the token.
    names = ()

    password = new_password_field("New password")


class ChangePasswordForm(Form):
    old_password = PasswordField(
        "Current password",
        [required("Enter your current password")],
        render_kw={"autocomplete": "current-password"},
    )
    password = new_password_field("New password")

    @property
    def names(self):
        return personal_strings(require_user())


@blp.route("/accounts/password/reset/", methods=["GET", "POST"])
def forgotten_password_page():
    form = ForgottenPasswordForm()
    if form.validate_on_submit():
        _mail_link(form.username.data)
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
            form.add_error(MSG_PASSWORD_TOO_COMMON, form.password)
        else:
            db.session.commit()
            flash_success("Your password is changed. You can sign in with it now.")
            flash_ended_access(ended)
            return redirect("/accounts/login/")
    return render_page("web/account/password_new.html", form=form)


@blp.route("/accounts/password/", methods=["GET", "POST"])
@recent_sign_in_required
def change_password_page():
    form, user = ChangePasswordForm(), require_user()
    if form.validate_on_submit():
        if authenticate(user.username, form.old_password.data) is None:
            form.add_error("That is not your current password", form.old_password)
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
            flash_success("Your password is changed. All other browsers are signed out.")
            return redirect("/accounts/")
    return render_page("web/account/password.html", form=form)


def _mail_link(name):
    user = get_user_by_login(db.session, name)
    # The attempt is also counted for unknown names, so that all cases take the same time.
    is_allowed = is_mail_allowed(db.session, user.email if user and user.email else name, now=utc_now())
    if is_allowed and user is not None and user.is_active and user.email:
        # In a savepoint, as the imitation is.
        with db.session.begin_nested():
            send_password_reset(db.session, user, now=utc_now(), kind="password_forgotten")
    else:
        imitate_confirmation(db.session, now=utc_now())
