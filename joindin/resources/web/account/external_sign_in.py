"""Signing in with an account at the provider that the settings name, and connecting it to one's own."""

import logging
import secrets

import flask
from flask import current_app, redirect, request

from joindin.errors import DomainError, NotFound
from joindin.extensions import db
from joindin.http.html_pages import flash_success, render_page
from joindin.http.sessions import (
    ACCOUNT_PATH,
    current_session,
    next_url,
    recent_sign_in_required,
    require_user,
    session_user,
    sign_in_required,
)
from joindin.models import CONFIRM, CONNECT, SIGN_IN
from joindin.oidc import Provider, ProviderFailed
from joindin.operations.accounts.external_sign_in import (
    begin_external_sign_in,
    complete_external_sign_in,
    confirms_identity,
    connect_identity,
    derive_challenge,
    disconnect_identity,
    resolve_user,
)
from joindin.operations.rate_limits import EXTERNAL_SIGN_IN, client_network, consume_attempt
from joindin.queries.accounts.external_identities import get_identity
from joindin.resources.web.account.second_factor_step import complete_sign_in
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

PAGE_PATH = "/accounts/external/"
SIGN_IN_PATH = "/accounts/login/"
MAX_PARAM_LENGTH = 2000

log = logging.getLogger(__name__)


@blp.get("/accounts/external/login/")
def start_external_sign_in():
    """Off to the provider. A link and no form: what comes back is bound to the browser that left."""
    if session_user():
        return redirect(next_url())
    return redirect(_authorization_redirect(SIGN_IN, next_url()))


@blp.post("/accounts/external/confirm/")
@sign_in_required
def start_confirmation():
    return _redirect_notice(_authorization_redirect(CONFIRM, next_url()))


@blp.get("/accounts/external/")
@recent_sign_in_required
def connection_page():
    return render_page(
        "web/account/external_account.html",
        identity=get_identity(db.session, require_user().id, _provider().issuer),
        user=require_user(),
    )


@blp.post("/accounts/external/connect/")
@recent_sign_in_required
def start_connection():
    return _redirect_notice(_authorization_redirect(CONNECT, PAGE_PATH))


@blp.post("/accounts/external/disconnect/")
@recent_sign_in_required
def disconnect():
    disconnect_identity(db.session, require_user(), _provider().issuer)
    db.session.commit()
    flash_success(f"Your account at {_provider_name()} no longer opens this one.")
    return redirect(PAGE_PATH)


@blp.get("/accounts/external/callback/")
def callback():
    """Back from the provider, with a code or without."""
    provider = _provider()
    back = complete_external_sign_in(
        db.session, _callback_param("state"), browser=flask.session.get("external", ""), now=utc_now()
    )
    db.session.commit()
    if back.user_id is not None and (session_user() is None or require_user().id != back.user_id):
        raise DomainError("You have signed out, or in as somebody else, meanwhile")
    try:
        if provider.has_issuer_mismatch(request.args.get("iss")) or not _callback_param("code"):
            raise ProviderFailed(f"sent back without a code: {_callback_param('error')!r}")
        identity = provider.identify(
            _callback_param("code"),
            redirect_uri=_redirect_uri(),
            **vars(derive_challenge(_callback_param("state"), current_app.secret_key)),
        )
    except ProviderFailed as why:
        log.warning("signing in at %s failed: %s", provider.issuer, why)
        flash_success(f"{_provider_name()} did not tell us who you are. Please try again, or go another way.")
        return redirect(SIGN_IN_PATH if back.purpose == SIGN_IN else ACCOUNT_PATH)
    return {SIGN_IN: _signed_in, CONNECT: _connected, CONFIRM: _confirmed}[back.purpose](back, identity)


def _signed_in(back, identity):
    user = resolve_user(
        db.session,
        identity,
        may_register=current_app.config["OIDC_REGISTRATION"],
        may_link=current_app.config["OIDC_LINK_BY_EMAIL"],
        now=utc_now(),
    )
    db.session.commit()
    if not user.is_active:
        raise DomainError("Your account here is closed")
    return complete_sign_in(user, back.next_url)


def _connected(_back, identity):
    connect_identity(db.session, require_user(), identity, now=utc_now())
    db.session.commit()
    flash_success(f"You can now sign in with {_provider_name()}.")
    return redirect(PAGE_PATH)


def _confirmed(back, identity):
    if not confirms_identity(db.session, require_user(), identity, since=back.started_at):
        raise DomainError(f"That was not your account at {_provider_name()}, or you had signed in there long ago")
    current_session().authenticated_at = utc_now()
    db.session.commit()
    return redirect(back.next_url)


def _authorization_redirect(purpose, way):
    """The provider's address to go to, with everything remembered for the way back."""
    provider = _provider()
    consume_attempt(db.session, EXTERNAL_SIGN_IN, client_network(request.remote_addr), now=utc_now())
    browser = flask.session.setdefault("external", secrets.token_urlsafe(24))
    state = begin_external_sign_in(
        db.session, purpose=purpose, browser=browser, user=session_user(), next_url=way, now=utc_now()
    )
    db.session.commit()
    try:
        return provider.authorization_url(
            redirect_uri=_redirect_uri(),
            state=state,
            force_login=purpose == CONFIRM,
            **vars(derive_challenge(state, current_app.secret_key)),
        )
    except ProviderFailed as why:
        log.warning("%s is not to be had: %s", provider.issuer, why)
        raise DomainError(f"{_provider_name()} does not answer at the moment. Please try again later") from None


def _redirect_notice(address):
    """Lead there by a page of its own: our policy lets forms lead to no other host."""
    page = render_page("web/account/redirect_notice.html", address=address, name=_provider_name())
    page.headers["Refresh"] = f"0; url={address}"
    page.cache_control.no_store = True
    return page


def _callback_param(name):
    return request.args.get(name, "")[:MAX_PARAM_LENGTH]


def _redirect_uri():
    return f"{current_app.config['PUBLIC_URL']}{PAGE_PATH}callback/"


def _provider_name():
    return current_app.config["OIDC_NAME"]


def _provider() -> Provider:
    """:raises NotFound: if the settings name none."""
    settings = current_app.config
    if not settings["OIDC_ISSUER"]:
        raise NotFound("There is no such page")
    known = current_app.extensions.get("oidc")
    if known is None or known.issuer != settings["OIDC_ISSUER"]:
        known = current_app.extensions["oidc"] = Provider(
            settings["OIDC_ISSUER"],
            settings["OIDC_CLIENT_ID"],
            settings["OIDC_CLIENT_SECRET"],
            settings["OIDC_SCOPE"],
            settings["ALLOW_PRIVATE_FETCHES"],
        )
    return known
