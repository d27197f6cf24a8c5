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

from joindin.errors import Invalid, TooOften
from joindin.extensions import db
from joindin.http.forms import LeadingOn, Text
from joindin.http.html_pages import show_page
from joindin.http.sessions import current_session, person, session_user, start_session, way_on
from joindin.models import User
from joindin.operations.accounts.passkeys import Place, check_passkey, request_options
from joindin.operations.accounts.second_factors import WRONG_CODE, check_code
from joindin.operations.rate_limits import CHALLENGE, admit, admit_code, forgive_code, note_wrong_code
from joindin.queries.accounts.second_factors import has_second_factor, list_passkeys
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

HERE = "/accounts/second/"
MEMO = "half"
NO_CHALLENGE = "Your device answered a question that was not asked just now. Please try again"
CHALLENGE_MEMO = "challenge"

# Seconds from the password to the code.
PATIENCE = 10 * 60


class Wanted:
    """Marks a field as one to fill in, without insisting: a passkey's answer does instead."""

    field_flags = {"required": True}

    def __call__(self, form, field):
        pass


class SecondStep(LeadingOn):
    code = Text(
        "Code",
        [Wanted()],
        description="Six digits of your app, or one of your recovery codes",
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"},
    )
    answer = HiddenField()


def welcome(user: User, way: str | None = None):
    """Sign in whoever showed that they are ``user``, and go on; by way of the second step if they have one."""
    way = way or way_on()
    if has_second_factor(db.session, user.id):
        return _ask_on(user, way)
    return _sign_in(user, way)


def reassure(user: User, way: str):
    """The same for whoever is signed in, and showed once more that it is them."""
    if has_second_factor(db.session, user.id):
        return _ask_on(user, way)
    return _confirm(way)


@blp.route("/accounts/second/", methods=["GET", "POST"])
def take_second_step():
    user = _half_way()
    if user is None:
        return redirect("/accounts/login/")
    form = SecondStep()
    # To those who read the page; a device's answer does without.
    form.code.flags.required = True
    if not form.is_submitted():
        form.remember_way()
    elif form.validate():
        if _is_proven(user, form):
            return _confirm(way_on()) if session_user() else _sign_in(user, way_on())
        form.refuse(WRONG_CODE if not form.answer.data else "Your device's answer was not accepted", form.code)
    options = request_options(db.session, user, place(), new_challenge()) if _has_passkeys(user) else None
    form.answer.data = form.code.data = ""
    return show_page("web/accounts/second_step.html", form=form, options=options)


def place() -> Place:
    """Where passkeys of this site are good. A browser makes sure that it is the host it talks to."""
    return Place(host=request.host.partition(":")[0], origin=f"{request.scheme}://{request.host}")


def new_challenge() -> bytes:
    challenge = secrets.token_bytes(32)
    flask.session[CHALLENGE_MEMO] = challenge.hex()
    return challenge


def spent_challenge() -> bytes:
    """The challenge that was given out last, for this one time.

    :raises Invalid: if there is none, or it was answered before.
    """
    known = flask.session.pop(CHALLENGE_MEMO, None)
    if known is None:
        raise Invalid(NO_CHALLENGE)
    try:
        admit(db.session, CHALLENGE, known, now=utc_now())
    except TooOften:
        raise Invalid(NO_CHALLENGE) from None
    finally:
        db.session.commit()
    return bytes.fromhex(known)


def _ask_on(user, way):
    flask.session[MEMO] = {"user": user.id, "at": int(utc_now().timestamp()), "mark": _mark(user)}
    return redirect(f"{HERE}?next={quote(way, safe='/')}")


def _half_way():
    """Whoever got the password right a moment ago, if it is still the same and nobody else is signed in."""
    memo = flask.session.get(MEMO)
    if not memo or memo["at"] < utc_now().timestamp() - PATIENCE:
        return None
    user = db.session.get(User, memo["user"])
    if user is None or not user.is_active or not hmac.compare_digest(memo["mark"], _mark(user)):
        return None
    return user if session_user() is None or person().id == user.id else None


def _mark(user):
    """Changes with the password, so that the way in closes behind an attacker who knew the old one."""
    facts = f"half way in\n{user.id}\n{user.password_hash}"
    return hmac.digest(current_app.secret_key.encode(), facts.encode(), "sha256").hex()


def _is_proven(user, form):
    try:
        admit_code(db.session, user_id=user.id, address=request.remote_addr, now=utc_now())
    finally:
        db.session.commit()
    if form.answer.data:
        right = check_passkey(db.session, user, form.answer.data, place(), spent_challenge(), now=utc_now())
    else:
        right = check_code(db.session, user, form.code.data or "", secret_key=current_app.secret_key, now=utc_now())
    if right:
        forgive_code(db.session, user_id=user.id, address=request.remote_addr)
    else:
        note_wrong_code(db.session, user, now=utc_now())
    db.session.commit()
    return right


def _sign_in(user, way):
    start_session(user)
    db.session.commit()
    return redirect(way)


def _confirm(way):
    flask.session.pop(MEMO, None)
    current_session().proven_at = utc_now()
    db.session.commit()
    return redirect(way)


def _has_passkeys(user):
    return bool(list_passkeys(db.session, user.id))
