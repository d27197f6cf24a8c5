"""Secrets on their way from the form that made them to the page that shows them, once.

They travel in the browser's short memory, encrypted, and are good for half a minute.
"""

import base64
import hmac

import flask
from cryptography.fernet import Fernet, InvalidToken
from flask import current_app

TTL_S = 30
SESSION_KEY = "sealed"


def store_one_time_secret(what: str, secret: str) -> None:
    """Keep ``secret`` for the page that shows ``what``."""
    flask.session[SESSION_KEY] = [what, _box().encrypt(secret.encode()).decode()]


def pop_one_time_secret(what: str) -> str | None:
    """The secret, if there is one for that and it is young; it is forgotten by that."""
    kept = flask.session.pop(SESSION_KEY, None)
    if not kept or kept[0] != what:
        return None
    try:
        return _box().decrypt(kept[1].encode(), ttl=TTL_S).decode()
    except InvalidToken:
        return None


def _box():
    key = hmac.digest(current_app.secret_key.encode(), b"sealed", "sha256")
    return Fernet(base64.urlsafe_b64encode(key))
