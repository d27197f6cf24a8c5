"""Pages for signing in with an account at the external OpenID provider, and for connecting it.

All requests to the provider that one page needs share one deadline. They happen outside of database transactions.
"""

import logging
import secrets

import flask
from flask import current_app, redirect, request

from joindin.errors import DomainError, NotFound
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_error, flash_success, render_page
from joindin.http.pages.languages import gettext
from joindin.http.sessions import (
    ACCOUNT_PATH,
    SIGN_IN_PATH,
    next_url,
    recent_sign_in_required,
    require_user,
    session_user,
    sign_in_required,
)
from joindin.models import CONFIRM, CONNECT, SIGN_IN
from joindin.oidc import Provider, ProviderFailed
from joindin.operations.accounts.external_sign_in import (
    authentication_time,
    begin_external_sign_in,
    complete_external_sign_in,
    confirms_identity,
    connect_identity,
    derive_challenge,
    disconnect_identity,
    resolve_user,
)
from joindin.operations.rate_limits import EXTERNAL_SIGN_IN, client_network, consume_attempt
from joindin.queries.accounts.external_identities import get_user_identity
from joindin.resources.web.account.common import blp
from joindin.resources.web.account.second_factor_step import complete_sign_in, confirm_identity
from joindin.utils.datetimes import utc_now
from joindin.utils.http_client import Deadline

PAGE_PATH = "/accounts/external/"
BROWSER_KEY = "external"
MAX_PARAM_LENGTH = 2000

log = logging.getLogger(__name__)


@blp.get("/accounts/external/login/")
def start_external_sign_in():
    """Redirect to the provider. A link suffices, no form: the callback is bound to the browser that started."""
    if session_user():
        return redirect(next_url())
    return redirect(_begin(SIGN_IN, next_url()))


@blp.post("/accounts/external/confirm/")
@sign_in_required
def start_confirmation():
    return _redirect_notice(_begin(CONFIRM, next_url()))


@blp.get("/accounts/external/")
@recent_sign_in_required
def connection_page():
    return render_page(
        "web/account/external_account.html",
        identity=get_user_identity(db.session, require_user().id, _provider().issuer),
        user=require_user(),
    )


@blp.post("/accounts/external/connect/")
@recent_sign_in_required
def start_connection():
    return _redirect_notice(_begin(CONNECT, PAGE_PATH))


@blp.post("/accounts/external/disconnect/")
@recent_sign_in_required
def disconnect():
    disconnect_identity(db.session, require_user(), _provider().issuer)
    db.session.commit()
    flash_success(
        gettext(
            "Your account at %(name)s is disconnected. It no longer signs you in here.",
            name=_provider_name(),
        )
    )
    return redirect(PAGE_PATH)


@blp.get("/accounts/external/callback/")
def callback():
    """Handle the redirect back from the provider, with an authorization code or an error."""
    provider = _provider()
    pending = complete_external_sign_in(
        db.session, _callback_param("state"), browser=flask.session.get(BROWSER_KEY, ""), now=utc_now()
    )
    user = session_user()
    # Ends the transaction: none may stay open during the requests to the provider.
    db.session.commit()
    if pending.user_id is not None and (user is None or user.id != pending.user_id):
        raise DomainError("You have signed out, or in to another account, in the meantime. Please start again")
    try:
        identity = _identify(provider)
    except ProviderFailed as error:
        log.warning("sign-in at %s failed: %s", provider.issuer, error)
        flash_error(
            gettext("Signing in at %(name)s did not work. Try again, or sign in another way.", name=_provider_name())
        )
        return redirect(SIGN_IN_PATH if pending.purpose == SIGN_IN else ACCOUNT_PATH)
    return {SIGN_IN: _sign_in, CONNECT: _connect, CONFIRM: _confirm}[pending.purpose](pending, identity)


def _identify(provider):
    deadline = Deadline()
    if provider.has_issuer_mismatch(request.args.get("iss"), deadline=deadline):
        raise ProviderFailed("the response comes from another issuer")
    if not _callback_param("code"):
        raise ProviderFailed(f"the response contains no code: {_callback_param('error')!r}")
    return provider.identify(
        _callback_param("code"),
        redirect_uri=_redirect_uri(),
        deadline=deadline,
        **vars(derive_challenge(_callback_param("state"), current_app.secret_key)),
    )


def _sign_in(pending, identity):
    user = resolve_user(
        db.session,
        identity,
        may_register=current_app.config["OIDC_REGISTRATION"],
        may_link=current_app.config["OIDC_LINK_BY_EMAIL"],
        now=utc_now(),
    )
    db.session.commit()
    if not user.is_active:
        raise DomainError("Your account here is deactivated")
    if not user.is_verified:
        raise DomainError(
            "The address of your account here is not confirmed. Sign in with your password to get a new link"
        )
    return complete_sign_in(user, pending.next_url, authenticated_at=authentication_time(identity, utc_now()))


def _connect(_pending, identity):
    connect_identity(db.session, require_user(), identity, now=utc_now())
    db.session.commit()
    flash_success(gettext("You can now sign in with %(name)s.", name=_provider_name()))
    return redirect(PAGE_PATH)


def _confirm(pending, identity):
    if not confirms_identity(db.session, require_user(), identity, since=pending.started_at):
        raise DomainError(
            "You signed in to another account at %(name)s, or too long ago. Please confirm again", name=_provider_name()
        )
    return confirm_identity(require_user(), pending.next_url)


def _begin(purpose, return_path):
    """Store a pending sign-in and return the URL at the provider to redirect to."""
    provider = _provider()
    consume_attempt(db.session, EXTERNAL_SIGN_IN, client_network(request.remote_addr), now=utc_now())
    browser = flask.session.setdefault(BROWSER_KEY, secrets.token_urlsafe(24))
    state = begin_external_sign_in(
        db.session, purpose=purpose, browser=browser, user=session_user(), next_url=return_path, now=utc_now()
    )
    # Ends the transaction: none may stay open during the requests to the provider.
    db.session.commit()
    try:
        return provider.authorization_url(
            redirect_uri=_redirect_uri(),
            state=state,
            force_login=purpose == CONFIRM,
            **vars(derive_challenge(state, current_app.secret_key)),
        )
    except ProviderFailed as error:
        log.warning("%s is not available: %s", provider.issuer, error)
        raise DomainError(
            "%(name)s does not respond at the moment. Please try again later", name=_provider_name()
        ) from None


def _redirect_notice(url):
    """Redirect by a page: the content security policy forbids forms to redirect to other hosts."""
    page = render_page("web/account/redirect_notice.html", url=url, name=_provider_name())
    page.headers["Refresh"] = f"0; url={url}"
    page.cache_control.no_store = True
    return page


def _callback_param(name):
    return request.args.get(name, "")[:MAX_PARAM_LENGTH]


def _redirect_uri():
    return f"{current_app.config['PUBLIC_URL']}{PAGE_PATH}callback/"


def _provider_name():
    return current_app.config["OIDC_NAME"]


def _provider() -> Provider:
    """Return the provider of the settings, one object a process; :raises NotFound: if the settings name none."""
    settings = current_app.config
    if not settings["OIDC_ISSUER"]:
        raise NotFound("Page not found")
    provider = current_app.extensions.get("oidc")
    if provider is None or provider.issuer != settings["OIDC_ISSUER"]:
        provider = current_app.extensions["oidc"] = Provider(
            settings["OIDC_ISSUER"],
            settings["OIDC_CLIENT_ID"],
            settings["OIDC_CLIENT_SECRET"],
            settings["OIDC_SCOPE"],
            settings["ALLOW_PRIVATE_FETCHES"],
        )
    return provider
