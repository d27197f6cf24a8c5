"""Cookie that marks a browser in which an account was signed in before.

Guesses of other people must not keep an account's owner out. A known device therefore has its own limit of attempts
(``operations/rate_limits.py``), which attempts elsewhere do not use up. The cookie gives no access. It contains the user's id and a
random number, signed with the secret key, and stays when the user signs out. Forged and outdated cookies have no effect.
"""

import secrets

from flask import Flask, current_app, g, request
from itsdangerous import BadData, URLSafeTimedSerializer

from joindin.http.cookie_names import path_cookie_name
from joindin.http.sessions import current_session
from joindin.operations.rate_limits import KnownDevice

# Sent with sign-in pages only: the responses to requests with cookies are not shared by the response cache.
DEVICE_COOKIE, DEVICE_COOKIE_PATH = "device", "/accounts/"
MAX_AGE_S = 365 * 24 * 60 * 60


def init_app(app: Flask) -> None:
    app.after_request(_send_cookie)


def get_known_device() -> KnownDevice | None:
    """Return the device of this request: that of the cookie or, without one, the session that the browser has."""
    if (device := _read_cookie()) is not None:
        return device
    session = current_session()
    return KnownDevice(session.user_id, f"session {session.id}") if session else None


def _send_cookie(response):
    """Mark the browser after a sign-in, unless it is marked for this user already."""
    context = g._get_current_object()
    if not context.get("session_cookie"):
        return response
    user_id, device = context.browser_session.user_id, _read_cookie()
    if device is None or device.user_id != user_id:
        device = KnownDevice(user_id, secrets.token_hex(16))
    response.set_cookie(
        path_cookie_name(DEVICE_COOKIE),
        _serializer().dumps(device),
        max_age=MAX_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
        path=DEVICE_COOKIE_PATH,
    )
    return response


def _read_cookie():
    try:
        return KnownDevice(
            *_serializer().loads(request.cookies.get(path_cookie_name(DEVICE_COOKIE), ""), max_age=MAX_AGE_S)
        )
    except BadData:
        return None


def _serializer():
    # The newest key is the last one.
    return URLSafeTimedSerializer(current_app.config["SECRET_KEYS"][::-1], salt="known device")
