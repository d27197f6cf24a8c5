"""What people have here: the page from which all of their account is reached, and what they change there."""

import datetime as dt

from flask import Response, current_app, redirect, request
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.http.forms import Form, PlainTextField, max_length, required, valid_email
from joindin.http.html_pages import flash_success, render_page
from joindin.http.sessions import (
    clear_session_cookie,
    current_session,
    recent_sign_in_required,
    require_user,
    session_idle_timeout,
    sign_in_required,
)
from joindin.operations.accounts.account_deletion import delete_user
from joindin.operations.accounts.email_changes import confirm_email_change, request_email_change
from joindin.operations.accounts.pending_confirmations import MSG_LINK_EXPIRED
from joindin.operations.accounts.profiles import edit_profile
from joindin.operations.accounts.sessions import revoke_browser_session
from joindin.operations.rate_limits import MAIL_NETWORK, client_network, consume_attempt
from joindin.queries.accounts.personal_data import collect_personal_data
from joindin.queries.accounts.sessions import find_own_session, list_sessions
from joindin.representations.personal_data import pack_personal_data
from joindin.resources.web.account.registration import check_username
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text


class ProfileForm(Form):
    username = PlainTextField(
        "Username",
        [required("Choose a username"), max_length(100, "The username")],
        description="Part of your page's address. Old links to it stop working when you change it",
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    full_name = PlainTextField(
        "Full name", [required("Enter your name"), max_length(200, "The name")], render_kw={"autocomplete": "name"}
    )
    twitter_username = PlainTextField("Twitter username", [max_length(50, "The Twitter username")])
    biography = TextAreaField(
        "About you",
        [Length(max=10_000, message="The text must have at most 10000 characters")],
        filters=[lambda text: to_plain_text(text or "")],
        description="Shown on your page",
    )

    def validate_username(self, field):
        if field.data != require_user().username:
            check_username(field, but=require_user().id)


class EmailForm(Form):
    email = PlainTextField(
        "New e-mail address",
        [required("Enter your new e-mail address"), valid_email],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )


class ConfirmEmailForm(Form):
    token = HiddenField()


class DeleteAccountForm(Form):
    sure = BooleanField("I want my account deleted for good", [required("Tick the box if you are sure")])


@blp.get("/accounts/")
@sign_in_required
def account_page():
    return render_page("web/account/account.html", user=require_user(), sections=_sections())


@blp.route("/accounts/profile/", methods=["GET", "POST"])
@sign_in_required
def profile_page():
    user = require_user()
    form = ProfileForm(obj=user)
    if form.validate_on_submit():
        names = ("username", "full_name", "twitter_username", "biography")
        try:
            edit_profile(db.session, user.id, {name: form[name].data for name in names}, actor=user)
        except InvalidInput as taken:
            db.session.rollback()
            form.add_error(str(taken), form.username)
        else:
            db.session.commit()
            flash_success("Your profile is changed.")
            return redirect("/accounts/")
    return render_page("web/account/profile.html", form=form)


@blp.route("/accounts/email/", methods=["GET", "POST"])
@recent_sign_in_required
def email_page():
    form = EmailForm()
    if form.validate_on_submit():
        try:
            consume_attempt(db.session, MAIL_NETWORK, client_network(request.remote_addr), now=utc_now())
            request_email_change(db.session, require_user(), form.email.data, now=utc_now())
        finally:
            db.session.commit()
        flash_success("We have sent a mail to the new address. Your account changes when you open the link in it.")
        return redirect("/accounts/")
    return render_page("web/account/email.html", form=form, user=require_user())


@blp.route("/accounts/email/confirm/", methods=["GET", "POST"])
def confirm_email_page():
    form = ConfirmEmailForm()
    if not form.is_submitted():
        form.token.data = request.args.get("token", "")
    elif form.validate():
        try:
            confirm_email_change(db.session, form.token.data, now=utc_now())
        except (InvalidInput, Conflict) as refused:
            db.session.rollback()
            return render_page("web/account/link_expired.html", 400, message=str(refused) or MSG_LINK_EXPIRED)
        db.session.commit()
        flash_success("Your account has its new address.")
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
def revoke_session(session_id):
    revoke_browser_session(db.session, find_own_session(db.session, require_user().id, session_id), now=utc_now())
    db.session.commit()
    flash_success("That browser is signed out.")
    return redirect("/accounts/sessions/")


@blp.route("/accounts/data/", methods=["GET", "POST"])
@recent_sign_in_required
def personal_data_page():
    if request.method == "GET":
        return render_page("web/account/data.html")
    user = require_user()
    packed = pack_personal_data(collect_personal_data(db.session, user))
    response = Response(packed, mimetype="application/zip")
    name = f"joindin-{user.id}-{dt.date.today():%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blp.route("/accounts/delete/", methods=["GET", "POST"])
@recent_sign_in_required
def delete_account():
    form, user = DeleteAccountForm(), require_user()
    if form.validate_on_submit():
        try:
            delete_user(db.session, user.id, actor=user)
        except Conflict:
            db.session.rollback()
            form.add_error("You are the last admin. Make somebody else one first, or nobody could be")
        else:
            db.session.commit()
            clear_session_cookie()
            flash_success("Your account is deleted.")
            return redirect("/accounts/login/")
    return render_page("web/account/delete.html", form=form)


def _sections():
    """Where the page leads: titles, and under each the addresses, names and what is there."""
    signing_in = [
        ("/accounts/password/", "Password", "Choose another one"),
        ("/accounts/security/", "Second factor", "An app that shows codes, passkeys, recovery codes"),
        ("/accounts/sessions/", "Browsers", "Where you are signed in, and signing out there"),
    ]
    if current_app.config["OIDC_ISSUER"]:
        name = current_app.config["OIDC_NAME"]
        signing_in.append(("/accounts/external/", f"Signing in with {name}", "Use your account there to sign in here"))
    return [
        (
            "You",
            [
                ("/accounts/profile/", "Profile", "Your names, and what your page says about you"),
                ("/accounts/email/", "E-mail address", "Where your mail goes, and what you sign in with"),
                ("/accounts/mails/", "Mails", "Which you get, and which not"),
                ("/desk/", "Desk", "What waits at the events that you host, or is yours to look after"),
            ],
        ),
        ("Signing in", signing_in),
        (
            "Applications",
            [
                ("/api/settings/token/", "Tokens and applications", "What scripts and applications may do for you"),
                ("/accounts/applications/", "Applications you make", "Register your own, so that people can let it in"),
            ],
        ),
        (
            "Your data",
            [
                ("/accounts/data/", "Download", "All that is stored about you"),
                ("/accounts/delete/", "Delete your account", "For good"),
            ],
        ),
    ]
