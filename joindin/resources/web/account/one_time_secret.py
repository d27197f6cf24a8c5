"""Secrets on the way from the form that created them to the page that shows them once.

They are stored encrypted in the browser's session cookie and expire after half a minute.
"""

import flask
from flask import current_app

from joindin.security.encryption import decrypt, encrypt

TTL_S = 30
SESSION_KEY = "one_time_secret"


def store_one_time_secret(name: str, secret: str) -> None:
    """Store ``secret`` for the page that shows the object ``name``. It replaces an earlier secret."""
    flask.session[SESSION_KEY] = encrypt(current_app.secret_key, _purpose(name), secret)


def pop_one_time_secret(name: str) -> str | None:
    """Return the secret of ``name`` and delete it; None if there is none or it is too old."""
    encrypted = flask.session.pop(SESSION_KEY, None)
    return decrypt(current_app.config["SECRET_KEYS"], _purpose(name), encrypted, max_age_s=TTL_S) if encrypted else None


def _purpose(name):
    return f"one-time secret of {name}"
