"""Forms that a browser sends twice, as after a double click: what they add is stored once.

A browser shows the response of the last request, so both responses show the same secret if the form makes one.
"""

import datetime as dt
from typing import NamedTuple

from flask import current_app, request

from joindin.extensions import db
from joindin.http.pages.csrf import CSRF_FIELD
from joindin.http.pages.forms import IDEMPOTENCY_FIELD
from joindin.http.sessions import current_session
from joindin.operations.rate_limits import RateLimit, count_attempt
from joindin.security.tokens import derive_form_secret, new_form_secret
from joindin.utils.datetimes import utc_now

SENT_FORM = RateLimit("sent form", 1, dt.timedelta(minutes=1))


class SentForm(NamedTuple):
    is_repeated: bool
    # 64 hex digits for what the form makes. The form and its repetition have the same ones, and no other form has them.
    secret: str


def is_repeated_form(*, has_token: bool = True) -> bool:
    """Return whether the same form of the same page was stored within the last minute.

    A form without a token (``has_token``) is repeated if it has the same values.

    Every page has a CSRF token of its own: a person who opens the page again can send the same values. A request waits for the
    simultaneous one with the same form. The caller commits together with what the form stores.
    """
    return (CSRF_FIELD in request.form or not has_token) and _count_form()[0] > SENT_FORM.max_count


def read_sent_form() -> SentForm:
    """Return the secret of what a form makes, and whether the form is repeated, as :func:`is_repeated_form`.

    The page has the field ``idempotency_key`` with a random key, of which the secret is derived. A form without it is never
    repeated.
    """
    if not request.form.get(IDEMPOTENCY_FIELD):
        return SentForm(False, new_form_secret())
    count, ends_at = _count_form()
    # After that minute the same form makes something else.
    secret = _derive_secret([*_sent_form(), ends_at])
    return SentForm(count > SENT_FORM.max_count, secret)


def _count_form():
    # A form may contain a password. Without the secret key nothing can be compared with the stored hash.
    return count_attempt(db.session, SENT_FORM, [_derive_secret(_sent_form())], now=utc_now())


def _sent_form():
    session = current_session()
    return [request.path, session and session.id, *request.form.items(multi=True)]


def _derive_secret(values):
    return derive_form_secret(current_app.secret_key, "\n".join(map(repr, values)))
