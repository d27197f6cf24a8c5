"""Devices of people without an account: the cookie ``guest``, and the check of writes below ``/guest/``.

The cookie has 128 random bits. It is sent below ``/guest/`` only, so all other pages stay without cookies and in the response cache.
The first write creates the device. Its cookie is sent again on the first write of each later day, for another 400 days.

Pages of visitors have no CSRF token. A write below ``/guest/``, or a message of the contact form, is accepted if the browser says that a page of this site, or its user,
sent it (``Sec-Fetch-Site``, ``Origin``). Otherwise the sender gets a page that shows the same form again, with a token (site 2.2).
"""

from urllib.parse import quote

from flask import Flask, Response, g, request

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.http.cookie_names import path_cookie_name
from joindin.http.pages.csrf import (
    CSRF_FIELD,
    GUEST_PATH,
    SAFE_METHODS,
    has_own_origin,
    has_valid_token,
    is_form_without_token,
)
from joindin.http.pages.html_pages import render_page
from joindin.http.pages.languages import lazy_gettext, set_page_language
from joindin.http.surface_routing import WEB, before_surface_request
from joindin.models import Device
from joindin.operations.devices import DEVICE_TTL, create_device, record_device_use
from joindin.queries.devices import get_device_by_token
from joindin.utils.datetimes import utc_now

GUEST_COOKIE = "guest"
# Says at the sign-in that the device has stored something (``resources/web/personal/guest_welcome.py``).
MARKER_COOKIE, MARKER_PATH = "guest_marker", "/accounts/"
MAX_COOKIE_LENGTH = 100
TRUSTED_FETCH_SITES = ("same-origin", "none")
MSG_CONFIRM = lazy_gettext("Please confirm")
MSG_STOPPED = "An administrator has stopped this device. You can still read and delete what it has stored"


def init_app(app: Flask) -> None:
    before_surface_request(app, WEB, _check_sender)
    app.after_request(_send_cookies)


def current_device() -> Device | None:
    """Return the device of a request below ``/guest/``. It is loaded once a request."""
    if "guest_device" not in g:
        token = _cookie_value()
        g.guest_device = get_device_by_token(db.session, token) if token else None
    return g.guest_device


def require_device() -> Device:
    """Return the device of a write below ``/guest/``, and create it for a browser that has none. The caller commits.

    :raises Forbidden: if an administrator has stopped the device.
    """
    device = current_device()
    if device is None:
        device, g.guest_cookie = create_device(db.session, now=utc_now())
        g.guest_device = device
    elif device.is_stopped:
        raise Forbidden(MSG_STOPPED)
    elif record_device_use(device, now=utc_now()):
        g.guest_cookie = _cookie_value()
    g.guest_marker = "1"
    return device


def forget_device() -> None:
    """Delete the cookie of this device. The caller has deleted the device."""
    g.guest_device, g.guest_cookie, g.guest_marker = None, "", ""


def leave_device() -> None:
    """Delete the marker of this device, so that sign-ins do not ask until its next write."""
    g.guest_marker = ""


def welcome_path(next_path: str) -> str:
    """Return the address where a user decides about the stars of this device; from there the way leads to ``next_path``."""
    return f"{GUEST_PATH}welcome/?next={quote(next_path, safe='/')}"


def has_device_marker() -> bool:
    """Return whether the device of a request below ``/accounts/`` has stored something."""
    return path_cookie_name(MARKER_COOKIE) in request.cookies


def _cookie_value():
    token = request.cookies.get(path_cookie_name(GUEST_COOKIE), "")
    return token if len(token) <= MAX_COOKIE_LENGTH else ""


def _check_sender() -> Response | None:
    if not request.endpoint or not is_form_without_token() or request.method in SAFE_METHODS:
        return None
    if request.headers.get("Sec-Fetch-Site") in TRUSTED_FETCH_SITES or has_own_origin():
        return None
    if "Origin" not in request.headers and has_valid_token():
        return None
    set_page_language()
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != CSRF_FIELD]
    return render_page("web/guest/confirm.html", 403, title=MSG_CONFIRM, fields=fields)


def _send_cookies(response):
    context = g._get_current_object()
    if response.status_code < 400:
        _send_cookie(response, GUEST_COOKIE, GUEST_PATH, context.get("guest_cookie"))
        _send_cookie(response, MARKER_COOKIE, MARKER_PATH, context.get("guest_marker"))
    return response


def _send_cookie(response, name, path, value):
    """Set a cookie; an empty value deletes it, and None leaves it as it is."""
    options = {"httponly": True, "samesite": "Lax", "secure": request.is_secure, "path": path}
    if value:
        response.set_cookie(path_cookie_name(name), value, max_age=DEVICE_TTL, **options)
    elif value is not None:
        response.delete_cookie(path_cookie_name(name), **options)
