"""The second step of signing in, for those who have a second factor; and of showing once more that it is them.

Between the steps a signed cookie remembers who got the password right, for a few minutes. Nobody is
signed in by it.
"""

import hmac
import secrets
from urllib.parse import quote

import flask
from flask import current_app, redirect, request
from wtforms import HiddenField

from joindin.errors import InvalidInput, RateLimited
from joindin.extensions import db
from joindin.http.forms import FormWithNext, PlainTextField
from joindin.http.html_pages import render_page
from joindin.http.sessions import current_session, next_url, require_user, session_user, start_session
from joindin.models import User
from joindin.operations.accounts.passkeys import RelyingParty, build_request_options, verify_passkey
from joindin.operations.accounts.second_factors import MSG_WRONG_CODE, verify_code
from joindin.operations.rate_limits import (
    CHALLENGE,
    consume_attempt,
    consume_second_factor_attempt,
    record_wrong_code,
    reset_second_factor_attempts,
)
from joindin.queries.accounts.second_factors import has_second_factor, list_passkeys
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

PAGE_PATH = "/accounts/second/"
PENDING_KEY = "half"
MSG_CHALLENGE_EXPIRED = "Your device answered a question that was not asked just now. Please try again"
CHALLENGE_KEY = "challenge"

# Seconds from the password to the code.
PENDING_TTL_S = 10 * 60


class MarkRequired:
    """Marks a field as one to fill in, without insisting: a passkey's answer does instead."""

    field_flags = {"required": True}

    def __call__(self, form, field):
        pass


class SecondFactorForm(FormWithNext):
    code = PlainTextField(
        "Code",
        [MarkRequired()],
        description="Six digits of your app, or one of your recovery codes",
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"},
    )
    answer = HiddenField()


def complete_sign_in(user: User, way: str | None = None):
    """Sign in whoever showed that they are ``user``, and go on; by way of the second step if they have one."""
    way = way or next_url()
    if has_second_factor(db.session, user.id):
        return _redirect_to_second_factor(user, way)
    return _finish_sign_in(user, way)


def confirm_identity(user: User, way: str):
    """The same for whoever is signed in, and showed once more that it is them."""
    if has_second_factor(db.session, user.id):
        return _redirect_to_second_factor(user, way)
    return _finish_confirmation(way)


@blp.route("/accounts/second/", methods=["GET", "POST"])
def second_factor_page():
    user = _pending_user()
    if user is None:
        return redirect("/accounts/login/")
    form = SecondFactorForm()
    # To those who read the page; a device's answer does without.
    form.code.flags.required = True
    if not form.is_submitted():
        form.set_next()
    elif form.validate():
        if _verify_factor(user, form):
            return _finish_confirmation(next_url()) if session_user() else _finish_sign_in(user, next_url())
        form.add_error(MSG_WRONG_CODE if not form.answer.data else "Your device's answer was not accepted", form.code)
    options = (
        build_request_options(db.session, user, relying_party(), issue_challenge()) if _has_passkeys(user) else None
    )
    form.answer.data = form.code.data = ""
    return render_page("web/account/second_factor.html", form=form, options=options)


def relying_party() -> RelyingParty:
    """Where passkeys of this site are good. A browser makes sure that it is the host it talks to."""
    return RelyingParty(host=request.host.partition(":")[0], origin=f"{request.scheme}://{request.host}")


def issue_challenge() -> bytes:
    challenge = secrets.token_bytes(32)
    flask.session[CHALLENGE_KEY] = challenge.hex()
    return challenge


def consume_challenge() -> bytes:
    """The challenge that was given out last, for this one time.

    :raises InvalidInput: if there is none, or it was answered before.
    """
    known = flask.session.pop(CHALLENGE_KEY, None)
    if known is None:
        raise InvalidInput(MSG_CHALLENGE_EXPIRED)
    try:
        consume_attempt(db.session, CHALLENGE, known, now=utc_now())
    except RateLimited:
        raise InvalidInput(MSG_CHALLENGE_EXPIRED) from None
    finally:
        db.session.commit()
    return bytes.fromhex(known)


def _redirect_to_second_factor(user, way):
    flask.session[PENDING_KEY] = {
        "user": user.id,
        "at": int(utc_now().timestamp()),
        "mark": _password_fingerprint(user),
    }
    return redirect(f"{PAGE_PATH}?next={quote(way, safe='/')}")


def _pending_user():
    """Whoever got the password right a moment ago, if it is still the same and nobody else is signed in."""
    memo = flask.session.get(PENDING_KEY)
    if not memo or memo["at"] < utc_now().timestamp() - PENDING_TTL_S:
        return None
    user = db.session.get(User, memo["user"])
    if user is None or not user.is_active or not hmac.compare_digest(memo["mark"], _password_fingerprint(user)):
        return None
    return user if session_user() is None or require_user().id == user.id else None


def _password_fingerprint(user):
    """Changes with the password, so that the way in closes behind an attacker who knew the old one."""
    facts = f"half way in\n{user.id}\n{user.password_hash}"
    return hmac.digest(current_app.secret_key.encode(), facts.encode(), "sha256").hex()


def _verify_factor(user, form):
    try:
        consume_second_factor_attempt(db.session, user_id=user.id, ip_address=request.remote_addr, now=utc_now())
    finally:
        db.session.commit()
    if form.answer.data:
        right = verify_passkey(db.session, user, form.answer.data, relying_party(), consume_challenge(), now=utc_now())
    else:
        right = verify_code(db.session, user, form.code.data or "", secret_key=current_app.secret_key, now=utc_now())
    if right:
        reset_second_factor_attempts(db.session, user_id=user.id, ip_address=request.remote_addr)
    else:
        record_wrong_code(db.session, user, now=utc_now())
    db.session.commit()
    return right


def _finish_sign_in(user, way):
    start_session(user)
    db.session.commit()
    return redirect(way)


def _finish_confirmation(way):
    flask.session.pop(PENDING_KEY, None)
    current_session().authenticated_at = utc_now()
    db.session.commit()
    return redirect(way)


def _has_passkeys(user):
    return bool(list_passkeys(db.session, user.id))
