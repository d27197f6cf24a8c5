"""Pages for second factors: authenticator app, passkeys, recovery codes, and password-only access of applications."""

import pyotp
import segno
from flask import current_app, redirect, request
from markupsafe import Markup
from wtforms import HiddenField

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import Form, FormWithSecret, PlainTextField, max_length, required
from joindin.http.pages.html_pages import flash_error, flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, translate_error
from joindin.http.pages.repeated_forms import is_repeated_form, read_sent_form
from joindin.http.sessions import current_session, recent_sign_in_required, require_user, sign_in_required
from joindin.operations.accounts.passkeys import add_passkey, build_creation_options, remove_passkey
from joindin.operations.accounts.second_factors import (
    MSG_WRONG_CODE,
    add_authenticator,
    allow_password_only,
    find_recovery_codes,
    remove_authenticator,
    renew_recovery_codes,
)
from joindin.operations.accounts.sessions import record_second_factor
from joindin.queries.accounts.second_factors import count_recovery_codes, has_authenticator, list_passkeys
from joindin.resources.web.account.common import blp
from joindin.resources.web.account.second_factor_step import (
    consume_challenge,
    count_factor_attempt,
    issue_challenge,
    passkeys_obstacle,
    relying_party,
    reset_factor_attempts,
)
from joindin.security.encryption import decrypt, encrypt
from joindin.utils.datetimes import utc_now

PAGE_PATH = "/accounts/security/"

# Time from showing a new secret to entering its first code.
SETUP_TTL_S = 60 * 60


class NewAuthenticatorForm(FormWithSecret):
    # The secret that the page shows, encrypted. It is stored only after its first code was entered.
    encrypted_secret = HiddenField()
    code = PlainTextField(
        lazy_gettext("Code"),
        [required(lazy_gettext("Enter the code that your app shows"))],
        description=lazy_gettext("Six digits. They change every half minute"),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class NewPasskeyForm(Form):
    name = PlainTextField(
        lazy_gettext("Name"),
        [required(lazy_gettext("Give the passkey a name")), max_length(100, lazy_gettext("The name"))],
        description=lazy_gettext("To recognise it later, for example: My phone"),
        render_kw={"autocomplete": "off"},
    )
    credential = HiddenField()


@blp.get("/accounts/security/")
@sign_in_required
def second_factors_page():
    user = require_user()
    return render_page(
        "web/account/second_factors.html",
        user=user,
        has_authenticator=has_authenticator(db.session, user.id),
        passkeys=list_passkeys(db.session, user.id),
        passkeys_obstacle=passkeys_obstacle(),
        codes_left=count_recovery_codes(db.session, user.id),
    )


@blp.route("/accounts/security/authenticator/", methods=["GET", "POST"])
@recent_sign_in_required
def add_authenticator_page():
    form, user = NewAuthenticatorForm(), require_user()
    secret = _decrypt_secret(form.encrypted_secret.data) if form.is_submitted() else None
    if secret and form.validate():
        count_factor_attempt(user)
        try:
            codes = _add_authenticator(user, secret, form.code.data)
        except Conflict as error:
            db.session.rollback()
            flash_error(f"{translate_error(error)}.")
            return redirect(PAGE_PATH)
        except InvalidInput:
            db.session.rollback()
            form.add_error(gettext(MSG_WRONG_CODE), form.code)
        else:
            reset_factor_attempts(user)
            record_second_factor(db.session, current_session(), now=utc_now())
            db.session.commit()
            return _recovery_codes_or_redirect(
                gettext("Your app is added. From now on you need one of its codes to sign in."), codes
            )
    secret = secret or pyotp.random_base32()
    form.encrypted_secret.data, form.code.data = encrypt(current_app.secret_key, _purpose(), secret), ""
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=current_app.config["SITE_NAME"])
    return render_page(
        "web/account/authenticator.html",
        form=form,
        qr_code=_qr_code(uri),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        uri=uri,
    )


@blp.post("/accounts/security/authenticator/remove/")
@recent_sign_in_required
def remove_authenticator_action():
    remove_authenticator(db.session, require_user())
    db.session.commit()
    flash_success(gettext("The app is removed."))
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
                form.credential.data or "",
                relying_party(),
                consume_challenge(),
                name=form.name.data,
                now=utc_now(),
            )
        except (Conflict, InvalidInput) as error:
            db.session.rollback()
            form.add_error(translate_error(error))
        else:
            record_second_factor(db.session, current_session(), now=utc_now())
            db.session.commit()
            return _recovery_codes_or_redirect(
                gettext("The passkey is added. From now on you need it, or another factor, to sign in."), codes
            )
    form.credential.data = ""
    if obstacle := passkeys_obstacle():
        form.add_error(obstacle)
    options = build_creation_options(db.session, user, relying_party(), issue_challenge())
    return render_page("web/account/passkey.html", form=form, options=options)


@blp.post("/accounts/security/passkeys/<positive:passkey_id>/remove/")
@recent_sign_in_required
def remove_passkey_action(passkey_id):
    remove_passkey(db.session, require_user(), passkey_id)
    db.session.commit()
    flash_success(gettext("The passkey is removed."))
    return redirect(PAGE_PATH)


@blp.post("/accounts/security/codes/")
@recent_sign_in_required
def renew_recovery_codes_action():
    user, sent = require_user(), read_sent_form()
    codes = find_recovery_codes(db.session, user, sent.secret) or renew_recovery_codes(
        db.session, user, secret=sent.secret, now=utc_now()
    )
    db.session.commit()
    return render_page("web/account/recovery_codes.html", codes=codes)


@blp.post("/accounts/security/password/")
@recent_sign_in_required
def set_password_only_action():
    is_allowed = request.form.get("allowed") == "yes"
    if not is_repeated_form():
        allow_password_only(db.session, require_user(), is_allowed)
    db.session.commit()
    flash_success(
        gettext("Applications can now sign you in with your password alone.")
        if is_allowed
        else gettext("Applications can no longer sign you in with your password.")
    )
    return redirect(PAGE_PATH)


def _add_authenticator(user, secret, code):
    """Return new recovery codes, also if the form is repeated; None if the user had a second factor before."""
    sent = read_sent_form()
    if sent.is_repeated:
        return find_recovery_codes(db.session, user, sent.secret)
    return add_authenticator(
        db.session,
        user,
        secret,
        code,
        secret_key=current_app.secret_key,
        codes_secret=sent.secret,
        now=utc_now(),
    )


def _recovery_codes_or_redirect(message, codes):
    """Show new recovery codes, which is possible only once; without new ones redirect to the overview of factors."""
    if codes is None:
        flash_success(message)
        return redirect(PAGE_PATH)
    return render_page("web/account/recovery_codes.html", codes=codes, message=message)


def _qr_code(uri):
    """Return a QR code as inline SVG. It is safe markup: the library draws squares only."""
    return Markup(segno.make(uri).svg_inline(scale=4, omitsize=True, title=gettext("QR code for your app")))  # noqa: S704


def _purpose():
    return f"new authenticator of {require_user().id}"


def _decrypt_secret(encrypted_secret):
    return decrypt(current_app.config["SECRET_KEYS"], _purpose(), encrypted_secret or "", max_age_s=SETUP_TTL_S)
