"""Second factors: an app that shows codes, passkeys, codes on paper; and what applications may do without."""

import pyotp
import segno
from flask import current_app, redirect, request
from markupsafe import Markup
from wtforms import HiddenField

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.http.forms import Form, PlainTextField, max_length, required
from joindin.http.html_pages import flash_success, render_page
from joindin.http.sessions import recent_sign_in_required, require_user, sign_in_required
from joindin.operations.accounts.passkeys import add_passkey, build_creation_options, remove_passkey
from joindin.operations.accounts.second_factors import (
    MSG_WRONG_CODE,
    add_authenticator,
    allow_password_only,
    remove_authenticator,
    renew_recovery_codes,
)
from joindin.operations.rate_limits import consume_second_factor_attempt, reset_second_factor_attempts
from joindin.queries.accounts.second_factors import count_recovery_codes, has_authenticator, list_passkeys
from joindin.resources.web.account.second_factor_step import consume_challenge, issue_challenge, relying_party
from joindin.resources.web.public.pages import blp
from joindin.security.encryption import decrypt, encrypt
from joindin.utils.datetimes import utc_now

PAGE_PATH = "/accounts/security/"

# How long somebody may take to type the first code, in seconds.
SETUP_TTL_S = 60 * 60


class NewAuthenticatorForm(Form):
    # The secret that the page shows, sealed: it is kept nowhere until a code of it was typed.
    sealed = HiddenField()
    code = PlainTextField(
        "Code",
        [required("Enter the code that your app shows")],
        description="Six digits, new every half minute",
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class NewPasskeyForm(Form):
    name = PlainTextField(
        "Name",
        [required("Give the passkey a name"), max_length(100, "The name")],
        description="So that you know it again, such as My phone",
        render_kw={"autocomplete": "off"},
    )
    answer = HiddenField()


@blp.get("/accounts/security/")
@sign_in_required
def second_factors_page():
    user = require_user()
    return render_page(
        "web/account/second_factors.html",
        user=user,
        has_authenticator=has_authenticator(db.session, user.id),
        passkeys=list_passkeys(db.session, user.id),
        codes_left=count_recovery_codes(db.session, user.id),
    )


@blp.route("/accounts/security/authenticator/", methods=["GET", "POST"])
@recent_sign_in_required
def add_authenticator_page():
    form, user = NewAuthenticatorForm(), require_user()
    secret = _decrypt_secret(form.sealed.data) if form.is_submitted() else None
    if secret and form.validate():
        _count_attempt(user)
        try:
            codes = add_authenticator(
                db.session, user, secret, form.code.data, secret_key=current_app.secret_key, now=utc_now()
            )
        except Conflict as refused:
            db.session.rollback()
            flash_success(f"{refused}.")
            return redirect(PAGE_PATH)
        except InvalidInput:
            db.session.rollback()
            form.add_error(MSG_WRONG_CODE, form.code)
        else:
            reset_second_factor_attempts(db.session, user_id=user.id, ip_address=request.remote_addr)
            db.session.commit()
            return _recovery_codes_or_redirect("Your app is added. From now on, signing in takes a code of it.", codes)
    secret = secret or pyotp.random_base32()
    form.sealed.data, form.code.data = encrypt(current_app.secret_key, _purpose(), secret), ""
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="joindin")
    return render_page(
        "web/account/authenticator.html",
        form=form,
        picture=_qr_code(uri),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        uri=uri,
    )


@blp.post("/accounts/security/authenticator/remove/")
@recent_sign_in_required
def remove_own_authenticator():
    remove_authenticator(db.session, require_user())
    db.session.commit()
    flash_success("The app is removed.")
    return redirect(PAGE_PATH)


@blp.route("/accounts/security/passkeys/add/", methods=["GET", "POST"])
@recent_sign_in_required
def add_passkey_page():
    form, user = NewPasskeyForm(), require_user()
    if form.validate_on_submit():
        try:
            codes = add_passkey(
                db.session,
                user,
                form.answer.data or "",
                relying_party(),
                consume_challenge(),
                name=form.name.data,
                now=utc_now(),
            )
        except (Conflict, InvalidInput) as refused:
            db.session.rollback()
            form.add_error(str(refused))
        else:
            db.session.commit()
            return _recovery_codes_or_redirect(
                "The passkey is added. From now on, signing in takes it, or another of your factors.", codes
            )
    form.answer.data = ""
    options = build_creation_options(db.session, user, relying_party(), issue_challenge())
    return render_page("web/account/passkey.html", form=form, options=options)


@blp.post("/accounts/security/passkeys/<positive:passkey_id>/remove/")
@recent_sign_in_required
def remove_passkey_action(passkey_id):
    remove_passkey(db.session, require_user(), passkey_id)
    db.session.commit()
    flash_success("The passkey is removed.")
    return redirect(PAGE_PATH)


@blp.post("/accounts/security/codes/")
@recent_sign_in_required
def renew_recovery_codes_action():
    codes = renew_recovery_codes(db.session, require_user(), now=utc_now())
    db.session.commit()
    return render_page("web/account/recovery_codes.html", codes=codes)


@blp.post("/accounts/security/password/")
@recent_sign_in_required
def set_password_only_action():
    suffices = request.form.get("suffices") == "yes"
    allow_password_only(db.session, require_user(), suffices)
    db.session.commit()
    flash_success(
        "Applications may sign you in with your password." if suffices else "Applications may not do that any more."
    )
    return redirect(PAGE_PATH)


def _recovery_codes_or_redirect(message, codes):
    """New recovery codes, which are shown this once; or back to the page, where there are some already."""
    if codes is None:
        flash_success(message)
        return redirect(PAGE_PATH)
    return render_page("web/account/recovery_codes.html", codes=codes, message=message)


def _count_attempt(user):
    try:
        consume_second_factor_attempt(db.session, user_id=user.id, ip_address=request.remote_addr, now=utc_now())
    finally:
        db.session.commit()


def _qr_code(uri):
    """An address as a QR code: SVG that the library makes, of squares alone."""
    return Markup(segno.make(uri).svg_inline(scale=4, omitsize=True, title="QR code for your app"))  # noqa: S704


def _purpose():
    return f"new authenticator of {require_user().id}"


def _decrypt_secret(sealed):
    return decrypt(current_app.secret_key, _purpose(), sealed or "", max_age_s=SETUP_TTL_S)
