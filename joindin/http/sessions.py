"""Browser sessions by cookie, for every surface that people use in a browser.

``session_user()`` is the signed-in user. A page for signed-in users is decorated with ``sign_in_required``, a page that changes
how they sign in with ``recent_sign_in_required``. A request without the cookie causes no query, and visitors get no cookie.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from urllib.parse import quote, urlsplit

import flask
from flask import Flask, Response, current_app, g, redirect, request
from flask.sessions import SecureCookieSessionInterface

from joindin.errors import Unauthenticated
from joindin.extensions import db
from joindin.http.cookie_names import LANGUAGE_COOKIE, host_cookie_name
from joindin.http.pages.languages import gettext, set_page_language
from joindin.http.request_identity import set_session_user
from joindin.models import BrowserSession, User
from joindin.operations.accounts.sessions import create_browser_session, record_session_use, revoke_browser_session
from joindin.queries.accounts.sessions import get_session_by_token, is_recently_authenticated
from joindin.queries.crew.users import load_preferred_language
from joindin.utils.datetimes import utc_now

SESSION_COOKIE = "sessionid"
SIGN_IN_PATH = "/accounts/login/"
CONFIRM_PATH = "/accounts/confirm/"

# Target of redirects without ``next``. The root path belongs to the API.
ACCOUNT_PATH = "/accounts/"

# Keys of the secret of the CSRF tokens that the browser got before its user signed in, and of the id of the user for whom
# the current secret was made (``pages/csrf.py``).
VISITOR_CSRF_SECRET = "visitor_csrf_secret"
CSRF_USER_ID = "csrf_user_id"

MSG_REAUTHENTICATE = "Nothing has changed yet. Confirm your identity, then send the form again"

MAX_COOKIE_LENGTH = 200


def init_app(app: Flask) -> None:
    app.session_interface = FlashSessionInterface()
    app.after_request(_send_cookie)


class FlashSessionInterface(SecureCookieSessionInterface):
    """Flask's signed cookie, for flash messages and the steps of a sign-in. It identifies no user."""

    def open_session(self, app, request):
        # Without a cookie there is no signature to check; creating the signer would cost time.
        return super().open_session(app, request) if "HTTP_COOKIE" in request.environ else self.session_class()

    def get_cookie_name(self, app):
        return host_cookie_name(super().get_cookie_name(app))

    def get_cookie_secure(self, app):
        return request.is_secure


def current_session() -> BrowserSession | None:
    """Return the browser's session if it is signed in. It is loaded once a request."""
    if "browser_session" not in g:
        session = _load_session(request.cookies.get(host_cookie_name(SESSION_COOKIE), ""))
        _save_session(session, session and session.user)
    return g.browser_session


def session_user() -> User | None:
    # Stored separately: a rollback expires the relations of the session row.
    return g.session_user if current_session() else None


def ignore_session() -> None:
    """Treat this request as a visitor's, so that an error page needs no database. The cookie stays."""
    _save_session(None, None)


def require_user() -> User:
    """Return the signed-in user; :raises Unauthenticated: for visitors."""
    user = session_user()
    if user is None:
        raise Unauthenticated("Please sign in first")
    return user


def sign_in_required(view: Callable) -> Callable:
    """Redirect visitors to the sign-in page, and back to this view afterwards.

    A form that they sent comes back instead, see ``pages/error_pages.py``.
    """

    @wraps(view)
    def guarded(*args, **kwargs):
        require_user()
        return view(*args, **kwargs)

    return guarded


def recent_sign_in_required(view: Callable) -> Callable:
    """As :func:`sign_in_required`; users who did not authenticate recently have to confirm their identity first."""

    @wraps(view)
    def guarded(*args, **kwargs):
        if session_user() is None:
            return redirect(sign_in_url())
        return view(*args, **kwargs) if has_recent_sign_in() else redirect_to_confirmation()

    return guarded


def has_recent_sign_in() -> bool:
    return is_recently_authenticated(db.session, current_session(), utc_now())


def redirect_to_confirmation() -> Response:
    """Have the signed-in user confirm their identity, and come back to this page. A form has to be sent again."""
    if request.method == "POST":
        set_page_language()
        flask.flash(gettext(MSG_REAUTHENTICATE))
    return redirect(_with_next(CONFIRM_PATH))


def start_session(
    user: User, *, with_second_factor: bool, authenticated_at: dt.datetime | None = None
) -> BrowserSession:
    """Sign ``user`` in with a new cookie value, which prevents session fixation. The caller commits.

    Forms that a visitor has open stay valid, and those of this user whose session has expired. Those of another user, or of
    one who is still signed in, do not.
    """
    if (previous := current_session()) is not None:
        revoke_browser_session(db.session, previous, now=utc_now())
    session, token = create_browser_session(
        db.session,
        user,
        ip_address=request.remote_addr,
        user_agent=request.user_agent.string,
        lifetime=dt.timedelta(days=current_app.config["SESSION_DAYS"]),
        now=utc_now(),
        with_second_factor=with_second_factor,
        authenticated_at=authenticated_at,
    )
    is_of_others = flask.session.get(CSRF_USER_ID, user.id) != user.id
    visitor_secret = None if previous or is_of_others else flask.session.get(current_app.config["WTF_CSRF_FIELD_NAME"])
    flask.session.clear()
    if visitor_secret:
        flask.session[VISITOR_CSRF_SECRET] = visitor_secret
    _save_session(session, user)
    g.session_cookie = token
    g.session_language = load_preferred_language(db.session, user.id)
    return session


def end_session() -> None:
    """Sign this browser out. The caller commits."""
    if (session := current_session()) is not None:
        revoke_browser_session(db.session, session, now=utc_now())
    clear_session_cookie()


def clear_session_cookie() -> None:
    """Delete the cookie of a session that no longer exists."""
    flask.session.clear()
    _save_session(None, None)
    g.session_cookie = ""


def sign_in_url() -> str:
    """Return the address of the sign-in page, with this request's address as ``next``."""
    return _with_next(SIGN_IN_PATH)


def session_idle_timeout() -> dt.timedelta:
    return dt.timedelta(days=current_app.config["SESSION_IDLE_DAYS"])


def next_url() -> str:
    """Return the parameter ``next`` if it is a path of this site; else the account page."""
    path = request.values.get("next", "")
    return path if is_safe_redirect_path(path) else ACCOUNT_PATH


def is_safe_redirect_path(address: str) -> bool:
    """Return whether browsers resolve this to a path on the same host. ``//host`` and ``/\\host`` lead to others."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or len(address) > 2000:
        return False
    if any(letter <= " " or letter in "\\\x7f" for letter in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def _load_session(token):
    if not token or len(token) > MAX_COOKIE_LENGTH:
        return None
    now = utc_now()
    session = get_session_by_token(db.session, token, now, session_idle_timeout())
    if session is not None and record_session_use(db.session, session, now):
        db.session.commit()
    return session


def _save_session(session, user):
    g.browser_session, g.session_user = session, user
    set_session_user(user)


def _with_next(path):
    """Add this request's address as ``next``. A form that was sent is not sent again."""
    target = _return_path()
    return f"{path}?next={quote(target, safe='/')}" if is_safe_redirect_path(target) else path


def _return_path():
    """Return the requested address; for addresses without ``GET``, the page that held the form."""
    if request.method == "GET" or "GET" in request.url_rule.methods:
        return request.full_path.rstrip("?")
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ACCOUNT_PATH
    if page.netloc != request.host:
        return ACCOUNT_PATH
    return f"{page.path}?{page.query}" if page.query else page.path


def _send_cookie(response):
    token = g._get_current_object().get("session_cookie")
    if token is None:
        return response
    options = {"httponly": True, "samesite": "Lax", "secure": request.is_secure, "path": "/"}
    if token:
        lifetime = dt.timedelta(days=current_app.config["SESSION_DAYS"])
        response.set_cookie(host_cookie_name(SESSION_COOKIE), token, max_age=lifetime, **options)
        if language := g.get("session_language"):
            response.set_cookie(LANGUAGE_COOKIE, language, **(options | {"httponly": False}))
    else:
        response.delete_cookie(host_cookie_name(SESSION_COOKIE), **options)
    return response
