"""Second factors: an app that shows codes, passkeys, codes on paper; and what applications may do without."""

import pyotp
import segno
from flask import current_app, redirect, request
from markupsafe import Markup
from wtforms import HiddenField

from joindin.errors import Conflict, Invalid
from joindin.extensions import db
from joindin.http.forms import Form, Text, at_most, filled
from joindin.http.html_pages import notify, show_page
from joindin.http.sessions import person, require_person, require_recent_sign_in
from joindin.operations.accounts.passkeys import add_passkey, creation_options, remove_passkey
from joindin.operations.accounts.second_factors import (
    WRONG_CODE,
    add_authenticator,
    let_password_suffice,
    remove_authenticator,
    renew_recovery_codes,
)
from joindin.operations.rate_limits import admit_code, forgive_code
from joindin.queries.accounts.second_factors import count_recovery_codes, has_authenticator, list_passkeys
from joindin.resources.web.account.second_factor_step import new_challenge, place, spent_challenge
from joindin.resources.web.public.pages import blp
from joindin.security.encryption import seal, unseal
from joindin.utils.datetimes import utc_now

HERE = "/accounts/security/"

# How long somebody may take to type the first code, in seconds.
PATIENCE = 60 * 60


class NewAuthenticator(Form):
    # The secret that the page shows, sealed: it is kept nowhere until a code of it was typed.
    sealed = HiddenField()
    code = Text(
        "Code",
        [filled("Enter the code that your app shows")],
        description="Six digits, new every half minute",
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class NewPasskey(Form):
    name = Text(
        "Name",
        [filled("Give the passkey a name"), at_most(100, "The name")],
        description="So that you know it again, such as My phone",
        render_kw={"autocomplete": "off"},
    )
    answer = HiddenField()


@blp.get("/accounts/security/")
@require_person
def show_security():
    user = person()
    return show_page(
        "web/accounts/security.html",
        user=user,
        has_authenticator=has_authenticator(db.session, user.id),
        passkeys=list_passkeys(db.session, user.id),
        codes_left=count_recovery_codes(db.session, user.id),
    )


@blp.route("/accounts/security/authenticator/", methods=["GET", "POST"])
@require_recent_sign_in
def add_own_authenticator():
    form, user = NewAuthenticator(), person()
    secret = _unsealed(form.sealed.data) if form.is_submitted() else None
    if secret and form.validate():
        _count_attempt(user)
        try:
            codes = add_authenticator(
                db.session, user, secret, form.code.data, secret_key=current_app.secret_key, now=utc_now()
            )
        except Conflict as refused:
            db.session.rollback()
            notify(f"{refused}.")
            return redirect(HERE)
        except Invalid:
            db.session.rollback()
            form.refuse(WRONG_CODE, form.code)
        else:
            forgive_code(db.session, user_id=user.id, address=request.remote_addr)
            db.session.commit()
            return _done("Your app is added. From now on, signing in takes a code of it.", codes)
    secret = secret or pyotp.random_base32()
    form.sealed.data, form.code.data = seal(current_app.secret_key, _purpose(), secret), ""
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="joindin")
    return show_page(
        "web/accounts/authenticator.html",
        form=form,
        picture=_picture(uri),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        uri=uri,
    )


@blp.post("/accounts/security/authenticator/remove/")
@require_recent_sign_in
def remove_own_authenticator():
    remove_authenticator(db.session, person())
    db.session.commit()
    notify("The app is removed.")
    return redirect(HERE)


@blp.route("/accounts/security/passkeys/add/", methods=["GET", "POST"])
@require_recent_sign_in
def add_own_passkey():
    form, user = NewPasskey(), person()
    if form.validate_on_submit():
        try:
            codes = add_passkey(
                db.session,
                user,
                form.answer.data or "",
                place(),
                spent_challenge(),
                name=form.name.data,
                now=utc_now(),
            )
        except (Conflict, Invalid) as refused:
            db.session.rollback()
            form.refuse(str(refused))
        else:
            db.session.commit()
            return _done("The passkey is added. From now on, signing in takes it, or another of your factors.", codes)
    form.answer.data = ""
    options = creation_options(db.session, user, place(), new_challenge())
    return show_page("web/accounts/passkey.html", form=form, options=options)


@blp.post("/accounts/security/passkeys/<positive:passkey_id>/remove/")
@require_recent_sign_in
def remove_own_passkey(passkey_id):
    remove_passkey(db.session, person(), passkey_id)
    db.session.commit()
    notify("The passkey is removed.")
    return redirect(HERE)


@blp.post("/accounts/security/codes/")
@require_recent_sign_in
def renew_own_codes():
    codes = renew_recovery_codes(db.session, person(), now=utc_now())
    db.session.commit()
    return show_page("web/accounts/codes.html", codes=codes)


@blp.post("/accounts/security/password/")
@require_recent_sign_in
def decide_about_password():
    suffices = request.form.get("suffices") == "yes"
    let_password_suffice(db.session, person(), suffices)
    db.session.commit()
    notify("Applications may sign you in with your password." if suffices else "Applications may not do that any more.")
    return redirect(HERE)


def _done(message, codes):
    """New recovery codes, which are shown this once; or back to the page, where there are some already."""
    if codes is None:
        notify(message)
        return redirect(HERE)
    return show_page("web/accounts/codes.html", codes=codes, message=message)


def _count_attempt(user):
    try:
        admit_code(db.session, user_id=user.id, address=request.remote_addr, now=utc_now())
    finally:
        db.session.commit()


def _picture(uri):
    """An address as a QR code: SVG that the library makes, of squares alone."""
    return Markup(segno.make(uri).svg_inline(scale=4, omitsize=True, title="QR code for your app"))  # noqa: S704


def _purpose():
    return f"new authenticator of {person().id}"


def _unsealed(sealed):
    return unseal(current_app.secret_key, _purpose(), sealed or "", within=PATIENCE)
