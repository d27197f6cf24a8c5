"""Who is at the browser: sessions by cookie, for every surface that people use with one.

``session_user()`` is whoever is signed in; a page that takes somebody wears ``require_person``, one
that changes how they sign in wears ``require_recent_sign_in``. Nothing is looked up for a request
without the cookie, and visitors are given none.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from urllib.parse import quote, urlsplit

import flask
from flask import Flask, current_app, g, redirect, request
from flask.sessions import SecureCookieSessionInterface

from joindin.errors import Unauthenticated
from joindin.extensions import db
from joindin.models import BrowserSession, User
from joindin.operations.accounts.sessions import create_browser_session, record_session_use, revoke_browser_session
from joindin.queries.accounts.sessions import get_session_by_token
from joindin.utils.datetimes import utc_now

SESSION_COOKIE = "sessionid"
SIGN_IN_PATH = "/accounts/login/"
CONFIRM_PATH = "/accounts/confirm/"

# Where people land who came from nowhere: a page, which the root of the API is not.
ACCOUNT_PATH = "/accounts/"

MSG_REAUTHENTICATE = "That is not done yet. Show that it is you, and then send it again"

# How long after showing that it is them people may change how they sign in.
REAUTH_WINDOW = dt.timedelta(minutes=15)

MAX_COOKIE_LENGTH = 200


def init_app(app: Flask) -> None:
    app.session_interface = FlashSessionInterface()
    app.after_request(_send_cookie)


class FlashSessionInterface(SecureCookieSessionInterface):
    """Flask's signed cookie, for what need not last: notices, and the way through a sign-in. Nobody is known by it."""

    def open_session(self, app, request):
        # Without a cookie there is no signature to check, and nothing to make a signer for.
        return super().open_session(app, request) if "HTTP_COOKIE" in request.environ else self.session_class()

    def get_cookie_secure(self, app):
        return request.is_secure


def current_session() -> BrowserSession | None:
    """The browser's session if it is signed in; looked up once a request."""
    if "browser_session" not in g:
        known = _recognise(request.cookies.get(SESSION_COOKIE, ""))
        _keep(known, known and known.user)
    return g.browser_session


def session_user() -> User | None:
    # Kept by itself: a rollback makes the session forget what it was loaded with.
    return g.session_user if current_session() else None


def require_user() -> User:
    """Whoever is signed in; :raises Unauthenticated: if nobody is."""
    user = session_user()
    if user is None:
        raise Unauthenticated("Please sign in first")
    return user


def sign_in_required(view: Callable) -> Callable:
    """Send whoever is not signed in to do so, and back here afterwards."""

    @wraps(view)
    def guarded(*args, **kwargs):
        if session_user() is None:
            return redirect(sign_in_url())
        return view(*args, **kwargs)

    return guarded


def recent_sign_in_required(view: Callable) -> Callable:
    """As ``require_person``; and who signed in a while ago shows once more that it is them."""

    @wraps(view)
    def guarded(*args, **kwargs):
        if session_user() is None:
            return redirect(sign_in_url())
        if current_session().authenticated_at <= utc_now() - REAUTH_WINDOW:
            if request.method == "POST":
                flask.flash(MSG_REAUTHENTICATE)
            return redirect(_leading_back(CONFIRM_PATH))
        return view(*args, **kwargs)

    return guarded


def start_session(user: User) -> BrowserSession:
    """Sign ``user`` in at this browser, with a cookie nobody knew before. The caller commits."""
    if (before := current_session()) is not None:
        revoke_browser_session(db.session, before, now=utc_now())
    opened, token = create_browser_session(
        db.session,
        user,
        ip_address=request.remote_addr,
        user_agent=request.user_agent.string,
        lifetime=dt.timedelta(days=current_app.config["SESSION_DAYS"]),
        now=utc_now(),
    )
    flask.session.clear()
    _keep(opened, user)
    g.session_cookie = token
    return opened


def end_session() -> None:
    """Sign this browser out. The caller commits."""
    if (known := current_session()) is not None:
        revoke_browser_session(db.session, known, now=utc_now())
    clear_session_cookie()


def clear_session_cookie() -> None:
    """Take the cookie of a session that is gone already."""
    flask.session.clear()
    _keep(None, None)
    g.session_cookie = ""


def sign_in_url() -> str:
    """Where to sign in, and come back from to what was asked for."""
    return _leading_back(SIGN_IN_PATH)


def session_idle_timeout() -> dt.timedelta:
    return dt.timedelta(days=current_app.config["SESSION_IDLE_DAYS"])


def next_url() -> str:
    """Where ``next`` leads, if it is a path of this site; else home."""
    wanted = request.values.get("next", "")
    return wanted if is_safe_redirect_path(wanted) else ACCOUNT_PATH


def is_safe_redirect_path(address: str) -> bool:
    """Whether browsers read this as a path on this host, and on no other: ``//host`` and ``/\\host`` are others."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or len(address) > 2000:
        return False
    if any(letter <= " " or letter in "\\\x7f" for letter in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def _recognise(token):
    if not token or len(token) > MAX_COOKIE_LENGTH:
        return None
    now = utc_now()
    known = get_session_by_token(db.session, token, now, session_idle_timeout())
    if known is not None and record_session_use(db.session, known, now):
        db.session.commit()
    return known


def _keep(known, user):
    g.browser_session, g.session_user = known, user


def _leading_back(place):
    """``place``, with the way back to what was asked for; a form that was sent is not sent again."""
    back = _way_back()
    return f"{place}?next={quote(back, safe='/')}" if is_safe_redirect_path(back) else place


def _way_back():
    """What was asked for; where only forms are sent to, the page that the form stood on."""
    if request.method == "GET" or "GET" in request.url_rule.methods:
        return request.full_path.rstrip("?")
    page = urlsplit(request.headers.get("Referer", ""))
    if page.netloc != request.host:
        return ACCOUNT_PATH
    return f"{page.path}?{page.query}" if page.query else page.path


def _send_cookie(response):
    token = g._get_current_object().get("session_cookie")
    if token is None:
        return response
    options = {"httponly": True, "samesite": "Lax", "secure": request.is_secure, "path": "/"}
    if token:
        lasts = dt.timedelta(days=current_app.config["SESSION_DAYS"])
        response.set_cookie(SESSION_COOKIE, token, max_age=lasts, **options)
    else:
        response.delete_cookie(SESSION_COOKIE, **options)
    return response
