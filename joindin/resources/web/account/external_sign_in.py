"""Signing in with an account at the provider that the settings name, and connecting it to one's own."""

import logging
import secrets

import flask
from flask import current_app, redirect, request

from joindin.errors import NotFound, Refused
from joindin.extensions import db
from joindin.http.html_pages import notify, show_page
from joindin.http.sessions import (
    HOME,
    current_session,
    person,
    require_person,
    require_recent_sign_in,
    session_user,
    way_on,
)
from joindin.models import CONFIRM, CONNECT, SIGN_IN
from joindin.oidc import Provider, ProviderFailed
from joindin.operations.accounts.external_sign_in import (
    connect,
    disconnect,
    is_same_person,
    person_of,
    secrets_of,
    send_out,
    welcome_back,
)
from joindin.operations.rate_limits import EXTERNAL_SIGN_IN, admit, network
from joindin.queries.accounts.external_identities import identity_of
from joindin.resources.web.account.second_factor_step import welcome
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

HERE = "/accounts/external/"
SIGN_IN_PAGE = "/accounts/login/"
LONGEST_ANSWER = 2000

log = logging.getLogger(__name__)


@blp.get("/accounts/external/login/")
def sign_in_elsewhere():
    """Off to the provider. A link and no form: what comes back is bound to the browser that left."""
    if session_user():
        return redirect(way_on())
    return redirect(_way_in(SIGN_IN, way_on()))


@blp.post("/accounts/external/confirm/")
@require_person
def confirm_elsewhere():
    return _go_on(_way_in(CONFIRM, way_on()))


@blp.get("/accounts/external/")
@require_recent_sign_in
def show_connection():
    return show_page(
        "web/accounts/external.html", identity=identity_of(db.session, person().id, _provider().issuer), user=person()
    )


@blp.post("/accounts/external/connect/")
@require_recent_sign_in
def connect_elsewhere():
    return _go_on(_way_in(CONNECT, HERE))


@blp.post("/accounts/external/disconnect/")
@require_recent_sign_in
def disconnect_elsewhere():
    disconnect(db.session, person(), _provider().issuer)
    db.session.commit()
    notify(f"Your account at {_provider_name()} no longer opens this one.")
    return redirect(HERE)


@blp.get("/accounts/external/callback/")
def come_back():
    """Back from the provider, with a code or without."""
    provider = _provider()
    back = welcome_back(db.session, _answer("state"), browser=flask.session.get("external", ""), now=utc_now())
    db.session.commit()
    if back.user_id is not None and (session_user() is None or person().id != back.user_id):
        raise Refused("You have signed out, or in as somebody else, meanwhile")
    try:
        if provider.came_from_another(request.args.get("iss")) or not _answer("code"):
            raise ProviderFailed(f"sent back without a code: {_answer('error')!r}")
        identity = provider.identify(
            _answer("code"), redirect_uri=_redirect_uri(), **vars(secrets_of(_answer("state"), current_app.secret_key))
        )
    except ProviderFailed as why:
        log.warning("signing in at %s failed: %s", provider.issuer, why)
        notify(f"{_provider_name()} did not tell us who you are. Please try again, or go another way.")
        return redirect(SIGN_IN_PAGE if back.purpose == SIGN_IN else HOME)
    return {SIGN_IN: _signed_in, CONNECT: _connected, CONFIRM: _confirmed}[back.purpose](back, identity)


def _signed_in(back, identity):
    user = person_of(
        db.session,
        identity,
        may_register=current_app.config["OIDC_REGISTRATION"],
        may_link=current_app.config["OIDC_LINK_BY_EMAIL"],
        now=utc_now(),
    )
    db.session.commit()
    if not user.is_active:
        raise Refused("Your account here is closed")
    return welcome(user, back.way_on)


def _connected(_back, identity):
    connect(db.session, person(), identity, now=utc_now())
    db.session.commit()
    notify(f"You can now sign in with {_provider_name()}.")
    return redirect(HERE)


def _confirmed(back, identity):
    if not is_same_person(db.session, person(), identity, since=back.began_at):
        raise Refused(f"That was not your account at {_provider_name()}, or you had signed in there long ago")
    current_session().proven_at = utc_now()
    db.session.commit()
    return redirect(back.way_on)


def _way_in(purpose, way):
    """The provider's address to go to, with everything remembered for the way back."""
    provider = _provider()
    admit(db.session, EXTERNAL_SIGN_IN, network(request.remote_addr), now=utc_now())
    browser = flask.session.setdefault("external", secrets.token_urlsafe(24))
    state = send_out(db.session, purpose=purpose, browser=browser, user=session_user(), way_on=way, now=utc_now())
    db.session.commit()
    try:
        return provider.way_in(
            redirect_uri=_redirect_uri(),
            state=state,
            anew=purpose == CONFIRM,
            **vars(secrets_of(state, current_app.secret_key)),
        )
    except ProviderFailed as why:
        log.warning("%s is not to be had: %s", provider.issuer, why)
        raise Refused(f"{_provider_name()} does not answer at the moment. Please try again later") from None


def _go_on(address):
    """Lead there by a page of its own: our policy lets forms lead to no other host."""
    page = show_page("web/accounts/go_on.html", address=address, name=_provider_name())
    page.headers["Refresh"] = f"0; url={address}"
    page.cache_control.no_store = True
    return page


def _answer(name):
    return request.args.get(name, "")[:LONGEST_ANSWER]


def _redirect_uri():
    return f"{current_app.config['PUBLIC_URL']}{HERE}callback/"


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
