"""Passwords: forgotten, chosen anew, changed."""

from flask import redirect, request
from wtforms import HiddenField, PasswordField

from joindin.errors import Invalid
from joindin.extensions import db
from joindin.http.forms import HARDER, Form, Text, filled, good_password
from joindin.http.html_pages import notify, show_page
from joindin.http.password_login import proven
from joindin.http.sessions import current_session, person, require_person
from joindin.operations.accounts.profiles import edit_profile
from joindin.operations.accounts.registration import NO_LONGER, may_be_mailed
from joindin.operations.accounts.users import EASY_TO_GUESS, names_of, reset_password, send_password_reset
from joindin.operations.rate_limits import MAIL_ADDRESS, admit, network
from joindin.queries.accounts.users import user_called
from joindin.resources.web.account.sign_in import NAME
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

NEW_PASSWORD = {"autocomplete": "new-password"}
LENGTH = "At least 10 characters. Several words are easier to remember"


class Forgotten(Form):
    username = Text("E-mail address or username", [filled("Enter your e-mail address or username")], render_kw=NAME)


class Choosing(Form):
    # Whose password it is, the token tells.
    names = ()

    token = HiddenField()
    password = PasswordField(
        "New password", [filled("Choose a password"), good_password], description=LENGTH, render_kw=NEW_PASSWORD
    )


class Changing(Form):
    @property
    def names(self):
        return names_of(person())

    old_password = PasswordField(
        "Present password",
        [filled("Enter your present password")],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        "New password", [filled("Choose a password"), good_password], description=LENGTH, render_kw=NEW_PASSWORD
    )


@blp.route("/accounts/password/reset/", methods=["GET", "POST"])
def forget_password():
    form = Forgotten()
    if form.validate_on_submit():
        try:
            admit(db.session, MAIL_ADDRESS, network(request.remote_addr), now=utc_now())
            _mail_link(form.username.data)
        finally:
            db.session.commit()
        return redirect("/accounts/password/reset/sent/")
    return show_page("web/accounts/password_forgotten.html", form=form)


@blp.get("/accounts/password/reset/sent/")
def tell_of_link():
    return show_page("web/accounts/password_mailed.html")


@blp.route("/accounts/password/new/", methods=["GET", "POST"])
def choose_password():
    form = Choosing()
    if not form.is_submitted():
        form.token.data = request.args.get("token", "")
    elif form.validate():
        try:
            reset_password(db.session, form.token.data or "", form.password.data, now=utc_now())
        except Invalid as refused:
            db.session.rollback()
            if str(refused) != EASY_TO_GUESS:
                return show_page("web/accounts/no_longer.html", 400, message=NO_LONGER)
            form.refuse(HARDER, form.password)
        else:
            db.session.commit()
            notify("Your password is changed. You can sign in with it now.")
            return redirect("/accounts/login/")
    return show_page("web/accounts/password_new.html", form=form)


@blp.route("/accounts/password/", methods=["GET", "POST"])
@require_person
def change_password():
    form, user = Changing(), person()
    if form.validate_on_submit():
        if proven(user.username, form.old_password.data) is None:
            form.refuse("That is not your present password", form.old_password)
        else:
            edit_profile(
                db.session,
                user.id,
                {},
                actor=user,
                password=form.password.data,
                proven_hash=user.password_hash,
                kept_session=current_session(),
            )
            current_session().proven_at = utc_now()
            db.session.commit()
            notify("Your password is changed. All other browsers are signed out.")
            return redirect("/accounts/")
    return show_page("web/accounts/password.html", form=form)


def _mail_link(name):
    user = user_called(db.session, name)
    # Counted for names that nobody has, too, so that both take the same time.
    may = may_be_mailed(db.session, user.email if user and user.email else name, now=utc_now())
    if may and user is not None and user.is_active and user.email:
        send_password_reset(db.session, user, now=utc_now(), kind="password_forgotten")
