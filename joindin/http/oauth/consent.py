"""Consent page of the OAuth authorization endpoints."""

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Response, redirect, request

from joindin.extensions import db
from joindin.http.pages.csrf import check_csrf
from joindin.http.pages.html_pages import render_page
from joindin.http.pages.languages import gettext, lazy_gettext, send_language, set_page_language
from joindin.http.security_headers import allow_form_action
from joindin.http.sessions import has_recent_sign_in, redirect_to_confirmation, session_user, sign_in_url
from joindin.oauth2.flask_requests import FlaskOAuth2Request
from joindin.oauth2.server import OAuth2Server
from joindin.operations.accounts.oauth_grants import store_consent
from joindin.queries.accounts.oauth_grants import get_consented_scopes
from joindin.queries.crew.federation import is_application_of_host
from joindin.security.redirect_uris import csp_source
from joindin.security.scopes import SCOPE_DESCRIPTIONS
from joindin.utils.datetimes import utc_now

# Errors of Authlib that people see.
AUTHLIB_ERRORS = (
    lazy_gettext("Missing 'client_id' parameter."),
    lazy_gettext("The client does not exist on this server."),
)

# Parameters of the authorization request that the form sends back.
ROUND_TRIPPED_FIELDS = (
    "redirect_uri",
    "scope",
    "client_id",
    "state",
    "response_type",
    "code_challenge",
    "code_challenge_method",
)


def authorize(server: OAuth2Server, oauth_request: FlaskOAuth2Request) -> Response:
    """Return the consent page, or redirect to the application after the user has decided. Commits.

    A consent creates tokens and therefore needs a recent sign-in. A silent approval of the same scopes does not.
    """
    set_page_language()
    user = session_user()
    if user is None:
        return redirect(sign_in_url())
    check_csrf()
    try:
        grant = server.get_consent_grant(oauth_request, end_user=user)
    except OAuth2Error as error:
        return server.deny_authorization(oauth_request, error) if error.redirect_uri else _error_page(error)
    client, scopes = grant.client.row, oauth_request.scope.split()
    is_asked = request.method != "POST" and not _has_silent_consent(user, client, scopes)
    is_allowed = request.method != "POST" or "allow" in request.form
    if (is_asked or (request.method == "POST" and is_allowed)) and not has_recent_sign_in():
        return redirect_to_confirmation()
    if is_asked:
        return _consent_page(grant, scopes, server.policy.refresh_token_ttl)
    if is_allowed and request.method == "POST":
        store_consent(db.session, user_id=user.id, client_id=client.id, scopes=scopes, now=utc_now())
    response = server.create_authorization_response(oauth_request, grant_user=user if is_allowed else None, grant=grant)
    db.session.commit()
    return response


def _has_silent_consent(user, client, scopes):
    """Return whether a confidential application asks for silent approval of scopes that the user granted before."""
    if request.args.get("approval_prompt") != "auto" or client.is_public:
        return False
    return set(scopes) <= get_consented_scopes(db.session, user.id, client.id)


def _consent_page(grant, scopes, refresh_token_ttl):
    origin = csp_source(grant.redirect_uri)
    # Browsers apply form-action to redirects after the form as well.
    allow_form_action(origin)
    fields = {name: grant.request.payload.data.get(name) or "" for name in ROUND_TRIPPED_FIELDS}
    response = render_page(
        "web/oauth2/consent.html",
        client=grant.client.row,
        is_of_federation_host=is_application_of_host(db.session, grant.client.row.id),
        scopes=[gettext(SCOPE_DESCRIPTIONS[scope]) for scope in scopes],
        origin=origin,
        idle_days=refresh_token_ttl and refresh_token_ttl.days,
        carried=fields | {"scope": " ".join(scopes)},
    )
    response.cache_control.no_store = True
    return send_language(response)


def _error_page(error):
    response = render_page(
        "web/error.html",
        400,
        title=gettext("This application cannot be authorised"),
        about=" ".join(
            (
                gettext(error.description or "Its request is not valid."),
                gettext(
                    "Nothing was sent to it. If you followed a link in an application, please tell its developers."
                ),
            )
        ),
    )
    response.cache_control.no_store = True
    return send_language(response)
