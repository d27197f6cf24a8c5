"""Asking people whether an application may."""

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Response, redirect, request

from joindin.extensions import db
from joindin.http.csrf import check_csrf
from joindin.http.html_pages import render_page
from joindin.http.security_headers import allow_form_action
from joindin.http.sessions import session_user, sign_in_url
from joindin.oauth2.flask_requests import FlaskOAuth2Request
from joindin.oauth2.server import OAuth2Server
from joindin.operations.accounts.oauth_grants import store_consent
from joindin.queries.accounts.oauth_grants import get_consented_scopes
from joindin.security.redirect_uris import csp_source
from joindin.security.scopes import SCOPE_DESCRIPTIONS
from joindin.utils.datetimes import utc_now

# What the form carries along of what the application asked.
CARRIED = (
    "redirect_uri",
    "scope",
    "client_id",
    "state",
    "response_type",
    "code_challenge",
    "code_challenge_method",
)


def authorize(server: OAuth2Server, asked: FlaskOAuth2Request) -> Response:
    """The page, or what the application is told when it was answered. Commits."""
    user = session_user()
    if user is None:
        return redirect(sign_in_url())
    check_csrf()
    try:
        grant = server.get_consent_grant(asked, end_user=user)
    except OAuth2Error as error:
        return server.deny_authorization(asked, error) if error.redirect_uri else _refusal(error)
    client, scopes = grant.client.row, asked.scope.split()
    if request.method != "POST" and not _was_allowed_before(user, client, scopes):
        return _ask(grant, scopes)
    is_allowed = request.method != "POST" or "allow" in request.form
    if is_allowed and request.method == "POST":
        store_consent(db.session, user_id=user.id, client_id=client.id, scopes=scopes, now=utc_now())
    response = server.create_authorization_response(asked, grant_user=user if is_allowed else None, grant=grant)
    db.session.commit()
    return response


def _was_allowed_before(user, client, scopes):
    """Whether the application asks to be let in silently, can prove who it is, and was allowed as much."""
    if request.args.get("approval_prompt") != "auto" or client.is_public:
        return False
    return set(scopes) <= get_consented_scopes(db.session, user.id, client.id)


def _ask(grant, scopes):
    origin = csp_source(grant.redirect_uri)
    # Browsers check where a form leads on to as well.
    allow_form_action(origin)
    carried = {name: grant.request.payload.data.get(name) or "" for name in CARRIED}
    response = render_page(
        "web/oauth2/consent.html",
        client=grant.client.row,
        scopes=[SCOPE_DESCRIPTIONS[scope] for scope in scopes],
        origin=origin,
        carried=carried | {"scope": " ".join(scopes)},
    )
    response.cache_control.no_store = True
    return response


def _refusal(error):
    response = render_page(
        "web/error.html",
        400,
        title="This application cannot be let in",
        about=f"{error.description or 'What it asked for cannot be granted.'} Nothing was sent to it."
        " If you came here from a link in an application, tell those who made it.",
    )
    response.cache_control.no_store = True
    return response
