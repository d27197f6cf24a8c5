"""The account page, and the pages for profile, e-mail address, browser sessions, personal data and account deletion."""

import datetime as dt

from flask import Response, redirect, request
from wtforms import BooleanField, TextAreaField

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import EmailField, Form, PlainTextField, UsernameField, max_length, required, valid_email
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, translate_error
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import (
    clear_session_cookie,
    current_session,
    has_recent_sign_in,
    recent_sign_in_required,
    redirect_to_confirmation,
    require_user,
    session_idle_timeout,
    sign_in_required,
)
from joindin.operations.accounts.account_deletion import delete_user
from joindin.operations.accounts.email_changes import confirm_email_change, request_email_change
from joindin.operations.accounts.profiles import edit_profile
from joindin.operations.accounts.sessions import revoke_browser_session
from joindin.queries.accounts.email_changes import get_pending_email
from joindin.queries.accounts.personal_data import collect_personal_data
from joindin.queries.accounts.sessions import find_own_session, list_sessions
from joindin.representations.personal_data import pack_personal_data
from joindin.resources.web.account.common import blp
from joindin.resources.web.account.mailed_links import MailedTokenForm, link_expired_page
from joindin.resources.web.account.registration import check_username
from joindin.resources.web.account.sections import list_sections
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text

PROFILE_FIELDS = ("username", "full_name", "twitter_username", "biography")
MSG_LAST_ADMIN = "You are the only admin. Make another user an admin first"


class ProfileForm(Form):
    username = UsernameField(
        lazy_gettext("Username"),
        [required(lazy_gettext("Choose a username")), max_length(100, lazy_gettext("The username"))],
        description=lazy_gettext("Part of the URL of your page. Old links to it stop working when you change it"),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    full_name = PlainTextField(
        lazy_gettext("Full name"),
        [required(lazy_gettext("Enter your name")), max_length(200, lazy_gettext("The name"))],
        render_kw={"autocomplete": "name"},
    )
    twitter_username = PlainTextField(
        lazy_gettext("Twitter username"), [max_length(50, lazy_gettext("The Twitter username"))]
    )
    biography = TextAreaField(
        lazy_gettext("About you"),
        [max_length(10_000, lazy_gettext("The text"))],
        filters=[lambda text: to_plain_text(text or "")],
        description=lazy_gettext("Shown on your page"),
    )

    def validate_username(self, field):
        if field.data != require_user().username:
            check_username(field, own_id=require_user().id)


class EmailForm(Form):
    email = EmailField(
        lazy_gettext("New e-mail address"),
        [required(lazy_gettext("Enter your new e-mail address")), valid_email],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )


class DeleteAccountForm(Form):
    sure = BooleanField(
        lazy_gettext("I want to delete my account permanently"),
        [required(lazy_gettext("Tick the box if you are sure"))],
    )


@blp.get("/accounts/")
@sign_in_required
def account_page():
    return render_page("web/account/account.html", user=require_user(), sections=list_sections())


@blp.route("/accounts/profile/", methods=["GET", "POST"])
@sign_in_required
def profile_page():
    user = require_user()
    form = ProfileForm(obj=user)
    if form.validate_on_submit():
        # The username is part of the sign-in.
        if form.username.data != user.username and not has_recent_sign_in():
            return redirect_to_confirmation()
        try:
            edit_profile(db.session, user.id, {name: form[name].data for name in PROFILE_FIELDS}, actor=user)
        except InvalidInput as error:
            db.session.rollback()
            form.add_error(translate_error(error), form.username)
        else:
            db.session.commit()
            flash_success(gettext("Your profile is changed."))
            return redirect("/accounts/")
    return render_page("web/account/profile.html", form=form)


@blp.route("/accounts/email/", methods=["GET", "POST"])
@recent_sign_in_required
def email_page():
    form = EmailForm()
    if form.validate_on_submit():
        if not is_repeated_form():
            request_email_change(db.session, require_user(), form.email.data, now=utc_now())
        db.session.commit()
        flash_success(gettext("We have sent a mail to the new address. Open the link in it to change your account."))
        return redirect("/accounts/")
    pending = get_pending_email(db.session, require_user().id, utc_now())
    return render_page("web/account/email.html", form=form, user=require_user(), pending=pending)


@blp.route("/accounts/email/confirm/", methods=["GET", "POST"])
def confirm_email_page():
    form = MailedTokenForm()
    if form.validate_on_submit():
        try:
            confirm_email_change(db.session, form.token.data, now=utc_now())
        except (InvalidInput, Conflict) as error:
            db.session.rollback()
            return link_expired_page(str(error))
        db.session.commit()
        flash_success(gettext("The e-mail address of your account is confirmed."))
        return redirect("/accounts/")
    return render_page("web/account/email_confirm.html", form=form)


@blp.get("/accounts/sessions/")
@sign_in_required
def sessions_page():
    return render_page(
        "web/account/sessions.html",
        sessions=list_sessions(db.session, require_user().id, utc_now(), session_idle_timeout()),
        current=current_session(),
    )


@blp.post("/accounts/sessions/<positive:session_id>/revoke/")
@sign_in_required
def revoke_session_action(session_id):
    revoke_browser_session(db.session, find_own_session(db.session, require_user().id, session_id), now=utc_now())
    db.session.commit()
    flash_success(gettext("That browser is signed out."))
    return redirect("/accounts/sessions/")


@blp.route("/accounts/data/", methods=["GET", "POST"])
@recent_sign_in_required
def personal_data_page():
    if request.method == "GET":
        return render_page("web/account/data.html")
    user = require_user()
    archive = pack_personal_data(collect_personal_data(db.session, user))
    response = Response(archive, mimetype="application/zip")
    name = f"joindin-{user.id}-{dt.date.today():%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blp.route("/accounts/delete/", methods=["GET", "POST"])
@recent_sign_in_required
def delete_account_page():
    form, user = DeleteAccountForm(), require_user()
    if form.validate_on_submit():
        try:
            delete_user(db.session, user.id, actor=user)
        except Conflict:
            db.session.rollback()
            form.add_error(gettext(MSG_LAST_ADMIN))
        else:
            db.session.commit()
            clear_session_cookie()
            flash_success(gettext("Your account is deleted."))
            return redirect("/accounts/login/")
    return render_page("web/account/delete.html", form=form)
