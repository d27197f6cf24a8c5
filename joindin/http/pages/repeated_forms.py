"""Forms that a browser sends twice, as after a double click: what they add is stored once."""

import datetime as dt

from flask import request

from joindin.errors import RateLimited
from joindin.extensions import db
from joindin.http.pages.csrf import CSRF_FIELD
from joindin.operations.rate_limits import RateLimit, consume_attempt
from joindin.utils.datetimes import utc_now

SENT_FORM = RateLimit("sent form", 1, dt.timedelta(minutes=1))


def is_repeated_form() -> bool:
    """Return whether the same form of the same page was stored within the last minute.

    Every page has a CSRF token of its own: a person who opens the page again can send the same values. A request waits for the
    simultaneous one with the same form. The caller commits together with what the form stores.
    """
    if CSRF_FIELD not in request.form:
        return False
    try:
        consume_attempt(db.session, SENT_FORM, request.path, list(request.form.items(multi=True)), now=utc_now())
    except RateLimited:
        return True
    return False
