"""Second step of a sign-in, or of a confirmation, for users with a second factor.

Between the steps a signed cookie stores for some minutes that the password was correct. It does not sign in by itself.
"""

import datetime as dt
import hmac
import secrets
from urllib.parse import quote, urlsplit

import flask
from flask import current_app, redirect, request
from wtforms import HiddenField

from joindin.db.locking import lock_row
from joindin.errors import InvalidInput, NotConfigured, RateLimited
from joindin.extensions import db
from joindin.http.guest_devices import has_device_marker, welcome_path
from joindin.http.known_devices import get_known_device
from joindin.http.pages.forms import FormWithNext, PlainTextField
from joindin.http.pages.html_pages import flash_error, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, translate_error
from joindin.http.sessions import current_session, next_url, require_user, session_user, start_session
from joindin.models import User
from joindin.operations.accounts.passkeys import RelyingParty, build_request_options, verify_passkey
from joindin.operations.accounts.second_factors import MSG_WRONG_CODE, verify_code
from joindin.operations.accounts.sessions import record_authentication, record_second_factor
from joindin.operations.rate_limits import (
    CHALLENGE,
    consume_attempt,
    consume_second_factor_attempt,
    record_wrong_code,
    reset_second_factor_attempts,
)
from joindin.queries.accounts.second_factors import has_second_factor, list_passkeys
from joindin.resources.web.account.common import blp
from joindin.utils.datetimes import UTC, utc_now

PAGE_PATH = "/accounts/second/"
PENDING_KEY = "pending_sign_in"
CHALLENGE_KEY = "challenge"
PENDING_TTL_S = 10 * 60
MSG_CHALLENGE_EXPIRED = "The response of your device is too old. Please try again"
MSG_PASSKEY_REJECTED = "The passkey was not accepted. Try again, or use a code"


class MarkRequired:
    """Marks a field as required for the reader but accepts an empty one: a passkey replaces the code."""

    field_flags = {"required": True}

    def __call__(self, form, field):
        pass


class SecondFactorForm(FormWithNext):
    code = PlainTextField(
        lazy_gettext("Code"),
        [MarkRequired()],
        description=lazy_gettext("Six digits from your app, or one of your recovery codes"),
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"},
    )
    credential = HiddenField()


def complete_sign_in(user: User, next_path: str | None = None, *, authenticated_at: dt.datetime | None = None):
    """Sign in a user whose password or identity is verified; with a second factor, redirect to its page first.

    ``authenticated_at`` is the time when an external provider authenticated the user, if that was before now.
    """
    next_path, authenticated_at = next_path or next_url(), authenticated_at or utc_now()
    if has_second_factor(db.session, user.id):
        return _redirect_to_second_factor(user, next_path, authenticated_at)
    return _finish_sign_in(user, next_path, authenticated_at, with_second_factor=False)


def confirm_identity(user: User, next_path: str):
    """Record that the signed-in user has confirmed the password or the external identity; with a second factor,
    redirect to its page next. Commits.
    """
    record_authentication(db.session, current_session(), now=utc_now())
    db.session.commit()
    if has_second_factor(db.session, user.id):
        return _redirect_to_second_factor(user, next_path, utc_now())
    return redirect(next_path)


@blp.route("/accounts/second/", methods=["GET", "POST"])
def second_factor_page():
    user = _pending_user()
    if user is None:
        return redirect("/accounts/login/")
    form = SecondFactorForm()
    form.code.flags.required = True
    if not form.is_submitted():
        form.set_next()
    elif form.validate():
        try:
            is_correct = _verify_factor(user, form)
        except NotConfigured as error:
            is_correct = False
            form.add_error(translate_error(error), form.code)
        else:
            if not is_correct:
                message = MSG_PASSKEY_REJECTED if form.credential.data else MSG_WRONG_CODE
                form.add_error(gettext(message), form.code)
        if is_correct:
            if session_user():
                return _finish_confirmation(next_url())
            authenticated_at = dt.datetime.fromtimestamp(flask.session[PENDING_KEY]["authenticated_at"], UTC)
            return _finish_sign_in(user, next_url(), authenticated_at, with_second_factor=True)
    options = None
    if list_passkeys(db.session, user.id):
        options = build_request_options(db.session, user, relying_party(), issue_challenge())
    form.credential.data = form.code.data = ""
    return render_page("web/account/second_factor.html", form=form, options=options)


def relying_party() -> RelyingParty:
    """Return the host that passkeys are bound to. The browser checks that it is the host of the page."""
    return RelyingParty(
        host=urlsplit(request.host_url).hostname or "",
        origin=f"{request.scheme}://{request.host}",
        name=current_app.config["SITE_NAME"],
    )


def passkeys_obstacle() -> str | None:
    """Return why browsers refuse passkeys at the address of this request, or None.

    They need a name instead of a numeric address, and TLS except on ``localhost`` (Web Authentication, 5.1.3 and 13.1).
    """
    host = relying_party().host
    port = request.host.rpartition(":")[2] if ":" in request.host.rpartition("]")[2] else ""
    if host.replace(".", "").isdecimal() or ":" in host:
        if host not in ("127.0.0.1", "::1"):
            return gettext("Passkeys do not work at a numeric address.")
        address = f"http://localhost{port and f':{port}'}/"
        return gettext("Passkeys do not work at a numeric address. Open %(address)s instead.", address=address)
    if request.scheme != "https" and host != "localhost" and not host.endswith(".localhost"):
        return gettext("Passkeys need a connection with TLS (https).")
    return None


def issue_challenge() -> bytes:
    challenge = secrets.token_bytes(32)
    flask.session[CHALLENGE_KEY] = challenge.hex()
    return challenge


def consume_challenge() -> bytes:
    """Return the challenge that was issued last; it works once.

    A copy of the cookie must not make it work again: the rate limit of the challenge allows one use.

    :raises InvalidInput: if there is none, or it was used before.
    """
    challenge = flask.session.pop(CHALLENGE_KEY, None)
    if challenge is None:
        raise InvalidInput(MSG_CHALLENGE_EXPIRED)
    try:
        consume_attempt(db.session, CHALLENGE, challenge, now=utc_now())
    except RateLimited:
        raise InvalidInput(MSG_CHALLENGE_EXPIRED) from None
    finally:
        db.session.commit()
    return bytes.fromhex(challenge)


def count_factor_attempt(user: User) -> None:
    """Count an attempt with a second factor and commit the count; :raises RateLimited: if there were too many."""
    try:
        consume_second_factor_attempt(
            db.session, user_id=user.id, ip_address=request.remote_addr, device=get_known_device(), now=utc_now()
        )
    finally:
        db.session.commit()


def reset_factor_attempts(user: User) -> None:
    """Take back the attempts counted by :func:`count_factor_attempt`. The caller commits."""
    reset_second_factor_attempts(db.session, user_id=user.id, ip_address=request.remote_addr, device=get_known_device())


def _redirect_to_second_factor(user, next_path, authenticated_at):
    flask.session[PENDING_KEY] = {
        "user_id": user.id,
        "created_at": int(utc_now().timestamp()),
        "authenticated_at": int(authenticated_at.timestamp()),
        "fingerprint": _password_fingerprint(user),
    }
    return redirect(f"{PAGE_PATH}?next={quote(next_path, safe='/')}")


def _pending_user():
    """Return the user of the first step, unless it expired, the password changed, or another user is signed in."""
    pending = flask.session.get(PENDING_KEY)
    if (
        not pending
        or "authenticated_at" not in pending
        or pending["created_at"] < utc_now().timestamp() - PENDING_TTL_S
    ):
        return None
    user = db.session.get(User, pending["user_id"])
    if user is None or not (user.is_active and user.is_verified):
        return None
    if not hmac.compare_digest(pending["fingerprint"], _password_fingerprint(user)):
        return None
    return user if session_user() is None or require_user().id == user.id else None


def _password_fingerprint(user):
    """Return a value that changes with the password: a new password ends a sign-in that an attacker has started."""
    text = f"pending sign-in\n{user.id}\n{user.password_hash}"
    return hmac.digest(current_app.secret_key.encode(), text.encode(), "sha256").hex()


def _verify_factor(user, form):
    count_factor_attempt(user)
    if form.credential.data:
        challenge = consume_challenge()
        is_correct = verify_passkey(db.session, user, form.credential.data, relying_party(), challenge, now=utc_now())
    else:
        is_correct = verify_code(
            db.session, user, form.code.data or "", secret_keys=current_app.config["SECRET_KEYS"], now=utc_now()
        )
    if is_correct:
        reset_factor_attempts(user)
    else:
        record_wrong_code(db.session, user, now=utc_now())
    db.session.commit()
    return is_correct


def _finish_sign_in(user, next_path, authenticated_at, *, with_second_factor):
    # A reset of the password or a closed account during the steps before ends this sign-in, too.
    fingerprint = _password_fingerprint(user)
    locked = lock_row(db.session, User, user.id)
    if locked is None or not locked.is_active or _password_fingerprint(locked) != fingerprint:
        db.session.rollback()
        flash_error(gettext("Your account was changed meanwhile. Please sign in again."))
        return redirect("/accounts/login/")
    start_session(user, with_second_factor=with_second_factor, authenticated_at=authenticated_at)
    db.session.commit()
    return redirect(welcome_path(next_path) if has_device_marker() else next_path)


def _finish_confirmation(next_path):
    flask.session.pop(PENDING_KEY, None)
    record_second_factor(db.session, current_session(), now=utc_now())
    db.session.commit()
    return redirect(next_path)
