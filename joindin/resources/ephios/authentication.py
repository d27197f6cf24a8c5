"""Authentication of the ephios API: a browser session, or a bearer token with its scopes (spec 3)."""

import datetime as dt
from functools import partial

from flask import Flask, g, request

from joindin.errors import Forbidden, ServiceUnavailable, Unauthenticated
from joindin.extensions import reader, token_usage_recorder
from joindin.http.authentication import authenticate_token, read_authorization
from joindin.http.cookie_names import LANGUAGE_COOKIE
from joindin.http.pages.csrf import CSRF_FIELD, SAFE_METHODS, CsrfFailed, check_csrf
from joindin.http.request_identity import ANONYMOUS, get_caller
from joindin.http.sessions import session_user
from joindin.http.surface_routing import EPHIOS, before_surface_request, current_surface
from joindin.models import FEDERATION
from joindin.performance.caching.personal_responses import offer
from joindin.queries.accounts.api_tokens import get_valid_token
from joindin.queries.crew.users import load_preferred_language
from joindin.queries.crew.viewers import (
    CrewViewer,
    get_token_with_facts,
    load_crew_viewer,
    load_service_viewer,
    make_crew_viewer,
)
from joindin.resources.ephios.formats import negotiate_format
from joindin.resources.ephios.texts import MSG_NO_CREDENTIALS, MSG_NO_PERMISSION
from joindin.security.scopes import CONFIDENTIAL_READ
from joindin.viewer import UserSnapshot

# The document has formats of its own.
SCHEMA_PATHS = frozenset({"/api/schema/", "/api/schema/swagger-ui/"})
# Addresses that need no credentials.
PUBLIC_PATHS = SCHEMA_PATHS | {"/api/federation/setup/"}


def init_app(app: Flask) -> None:
    before_surface_request(app, EPHIOS, _authenticate)
    app.after_request(_remember_language)


def require_user() -> UserSnapshot:
    """Return the user of the request.

    :raises Forbidden: if the token has no user, as tokens of services have.
    """
    user = get_caller().user
    if user is None:
        raise Forbidden(MSG_NO_PERMISSION)
    return user


def crew_viewer() -> CrewViewer:
    """Return the user of the request with their rights over everything. They are loaded once a request.

    :raises Forbidden: if the token has no user.
    """
    if "crew_viewer" not in g:
        user, facts = require_user(), g.get("viewer_facts")
        g.crew_viewer = load_crew_viewer(reader(), user) if facts is None else make_crew_viewer(user, facts)
    return g.crew_viewer


def require_reader() -> None:
    """:raises Forbidden: for tokens of federation guests."""
    caller = get_caller()
    is_service = caller.token is not None and caller.token.kind != FEDERATION
    if caller.user is None and not is_service:
        raise Forbidden(MSG_NO_PERMISSION)


def crew_reader() -> CrewViewer:
    """Return the user of the request, or the service that belongs to no person.

    The operator registers services. They see what their scopes allow: all active events, with ``CONFIDENTIAL_READ`` all people.

    :raises Forbidden: as ``require_reader``.
    """
    require_reader()
    if get_caller().user is not None:
        return crew_viewer()
    return load_service_viewer(reader(), views_profiles=CONFIDENTIAL_READ in get_caller().token.scopes)


def require_profile_rights() -> CrewViewer:
    """:raises Forbidden: if the user may not view all profiles."""
    viewer = crew_reader()
    if not viewer.rights.views_profiles:
        raise Forbidden(MSG_NO_PERMISSION)
    return viewer


def require_federation_guest() -> int:
    """Return the id of the token of the federation guest that sent the request.

    :raises Forbidden: for users and for tokens of another kind.
    """
    if not is_federation_guest():
        raise Forbidden(MSG_NO_PERMISSION)
    return get_caller().token.id


def is_federation_guest() -> bool:
    token = get_caller().token
    return token is not None and token.kind == FEDERATION


def is_for_guests(path: str) -> bool:
    """Return whether only federation guests may use an address."""
    return path.startswith("/api/federation/") and path not in PUBLIC_PATHS


def offer_to_token(until: dt.datetime | None = None) -> None:
    """Let the server repeat this response to the same token while the database is unchanged, and before ``until``."""
    token = get_caller().token
    if token is not None:
        ends = [end for end in (until, token.expires_at) if end is not None]
        record_use = partial(token_usage_recorder().record, token)
        offer(request.environ, min(ends) if ends else None, record_use)


def _authenticate():
    """Refuse anonymous requests before the method is checked, as the original does.

    The session is read before the token: ephios sends no challenge and no 401 for that reason.

    :raises NotFound, NotAcceptable: if there is no such format.
    :raises Unauthenticated, CsrfFailed, InsufficientScope:
    """
    if (request.url_rule is None and not _is_wrong_method()) or request.path in SCHEMA_PATHS:
        return
    negotiate_format()
    if request.path in PUBLIC_PATHS:
        return
    if session_user() is not None:
        check_csrf()
        if _is_wrong_method() and request.method not in SAFE_METHODS and not _has_csrf_token():
            raise CsrfFailed("CSRF token missing")
    elif authenticate_token(read_authorization(("bearer",)), _get_token) is ANONYMOUS:
        raise Unauthenticated(MSG_NO_CREDENTIALS)


def _get_token(connection, token, now):
    """Reads need the facts about the user too: the same statement loads them. Writes load them when they need them."""
    if request.method not in SAFE_METHODS:
        return get_valid_token(connection, token, now)
    found, g.viewer_facts = get_token_with_facts(connection, token, now)
    return found


def _has_csrf_token():
    return request.headers.get("X-CSRFToken") or request.form.get(CSRF_FIELD)


def _is_wrong_method():
    return getattr(request.routing_exception, "code", None) == 405


def _remember_language(response):
    """Send the preferred language of the user as a cookie, as the original does, unless the browser has the cookie.

    A write is committed by now. If the database fails here, its response is sent without the cookie.
    """
    user = get_caller().user
    if user is None or current_surface() != EPHIOS or LANGUAGE_COOKIE in request.cookies:
        return response
    known = g.get("crew_viewer") or g.get("viewer_facts")
    try:
        language = known.preferred_language if known else load_preferred_language(reader(), user.id)
    except ServiceUnavailable:
        return response
    if language:
        response.set_cookie(LANGUAGE_COOKIE, language, secure=request.is_secure, samesite="Lax")
    return response
