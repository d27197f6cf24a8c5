"""What people have here: the page from which all of their account is reached, and what they change there."""

import datetime as dt

from flask import Response, current_app, redirect, request
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length

from joindin.errors import Conflict, Invalid
from joindin.extensions import db
from joindin.http.forms import Form, Text, at_most, filled, good_address
from joindin.http.html_pages import notify, show_page
from joindin.http.sessions import (
    current_session,
    forget_session,
    idle_time,
    person,
    require_person,
    require_recent_sign_in,
)
from joindin.operations.accounts.account_deletion import delete_user
from joindin.operations.accounts.email_changes import ask_for_address, change_address
from joindin.operations.accounts.profiles import edit_profile
from joindin.operations.accounts.registration import NO_LONGER
from joindin.operations.accounts.sessions import close_session
from joindin.operations.rate_limits import MAIL_ADDRESS, admit, network
from joindin.queries.accounts.personal_data import collect_personal_data
from joindin.queries.accounts.sessions import find_own_session, list_sessions
from joindin.representations.personal_data import pack_personal_data
from joindin.resources.web.account.registration import check_username
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now
from joindin.utils.text import plain_text


class Profile(Form):
    username = Text(
        "Username",
        [filled("Choose a username"), at_most(100, "The username")],
        description="Part of your page's address. Old links to it stop working when you change it",
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    full_name = Text(
        "Full name", [filled("Enter your name"), at_most(200, "The name")], render_kw={"autocomplete": "name"}
    )
    twitter_username = Text("Twitter username", [at_most(50, "The Twitter username")])
    biography = TextAreaField(
        "About you",
        [Length(max=10_000, message="The text must have at most 10000 characters")],
        filters=[lambda text: plain_text(text or "")],
        description="Shown on your page",
    )

    def validate_username(self, field):
        if field.data != person().username:
            check_username(field, but=person().id)


class Address(Form):
    email = Text(
        "New e-mail address",
        [filled("Enter your new e-mail address"), good_address],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )


class Proof(Form):
    token = HiddenField()


class Leaving(Form):
    sure = BooleanField("I want my account deleted for good", [filled("Tick the box if you are sure")])


@blp.get("/accounts/")
@require_person
def show_account():
    return show_page("web/accounts/account.html", user=person(), sections=_sections())


@blp.route("/accounts/profile/", methods=["GET", "POST"])
@require_person
def edit_own_profile():
    user = person()
    form = Profile(obj=user)
    if form.validate_on_submit():
        names = ("username", "full_name", "twitter_username", "biography")
        try:
            edit_profile(db.session, user.id, {name: form[name].data for name in names}, actor=user)
        except Invalid as taken:
            db.session.rollback()
            form.refuse(str(taken), form.username)
        else:
            db.session.commit()
            notify("Your profile is changed.")
            return redirect("/accounts/")
    return show_page("web/accounts/profile.html", form=form)


@blp.route("/accounts/email/", methods=["GET", "POST"])
@require_recent_sign_in
def change_email():
    form = Address()
    if form.validate_on_submit():
        try:
            admit(db.session, MAIL_ADDRESS, network(request.remote_addr), now=utc_now())
            ask_for_address(db.session, person(), form.email.data, now=utc_now())
        finally:
            db.session.commit()
        notify("We have sent a mail to the new address. Your account changes when you open the link in it.")
        return redirect("/accounts/")
    return show_page("web/accounts/email.html", form=form, user=person())


@blp.route("/accounts/email/confirm/", methods=["GET", "POST"])
def confirm_email():
    form = Proof()
    if not form.is_submitted():
        form.token.data = request.args.get("token", "")
    elif form.validate():
        try:
            change_address(db.session, form.token.data, now=utc_now())
        except (Invalid, Conflict) as refused:
            db.session.rollback()
            return show_page("web/accounts/no_longer.html", 400, message=str(refused) or NO_LONGER)
        db.session.commit()
        notify("Your account has its new address.")
        return redirect("/accounts/")
    return show_page("web/accounts/email_confirm.html", form=form)


@blp.get("/accounts/sessions/")
@require_person
def show_sessions():
    return show_page(
        "web/accounts/sessions.html",
        sessions=list_sessions(db.session, person().id, utc_now(), idle_time()),
        current=current_session(),
    )


@blp.post("/accounts/sessions/<positive:session_id>/revoke/")
@require_person
def revoke_session(session_id):
    close_session(db.session, find_own_session(db.session, person().id, session_id), now=utc_now())
    db.session.commit()
    notify("That browser is signed out.")
    return redirect("/accounts/sessions/")


@blp.route("/accounts/data/", methods=["GET", "POST"])
@require_recent_sign_in
def download_data():
    if request.method == "GET":
        return show_page("web/accounts/data.html")
    user = person()
    packed = pack_personal_data(collect_personal_data(db.session, user))
    response = Response(packed, mimetype="application/zip")
    name = f"joindin-{user.id}-{dt.date.today():%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blp.route("/accounts/delete/", methods=["GET", "POST"])
@require_recent_sign_in
def leave():
    form, user = Leaving(), person()
    if form.validate_on_submit():
        try:
            delete_user(db.session, user.id, actor=user)
        except Conflict:
            db.session.rollback()
            form.refuse("You are the last admin. Make somebody else one first, or nobody could be")
        else:
            db.session.commit()
            forget_session()
            notify("Your account is deleted.")
            return redirect("/accounts/login/")
    return show_page("web/accounts/delete.html", form=form)


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
