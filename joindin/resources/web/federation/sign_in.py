"""Sign-in of users of federation guests, with their account at home (spec 13.5).

The browser's signed cookie holds the ``state`` of the sign-in that has begun, and afterwards the token of the session. The code
verifier is derived from the state and therefore in no cookie. A state is used once.
"""

import datetime as dt
import hmac
import logging
import secrets
from typing import NamedTuple

import flask
from flask import Response, current_app, g, redirect, request

from joindin.errors import Forbidden, NotFound
from joindin.extensions import db
from joindin.federation.requests import OAuthCredentials, PeerFailed
from joindin.http.surface_routing import FEDERATION_CALLBACK
from joindin.models.crew import FederatedUser, FederationGuest
from joindin.operations.crew.federation.users import (
    end_federated_session,
    start_federated_session,
    store_federated_user,
)
from joindin.operations.rate_limits import FEDERATED_SIGN_IN, client_network, consume_attempt
from joindin.queries.crew.federation import find_federated_user
from joindin.resources.web.crew.common import blp
from joindin.resources.web.federation.settings import crew_site, other_instance
from joindin.security.tokens import derive_federation_secret
from joindin.utils.datetimes import utc_now

SESSION_KEY, PENDING_KEY = "federated session", "federated sign-in"
PENDING_TTL_S = 600
MAX_PARAM_LENGTH = 2000
MSG_NO_SIGN_IN = "This sign-in did not begin in this browser, or took too long. Open the event again."
MSG_NO_GUEST = "This event is not shared with your instance."
OAUTH_ERROR, EVENT_ERROR = "oauth_error", "event_error"

log = logging.getLogger(__name__)


class PendingSignIn(NamedTuple):
    """A sign-in that has begun: its state, the guest, the event to return to, and when it began."""

    state: str
    guest_id: int
    event_id: int
    began_at: int


def federated_user(guest_id: int) -> FederatedUser | None:
    """Return the user of the guest who is signed in with this browser. They are loaded once a request."""
    if "federated_user" not in g:
        token = flask.session.get(SESSION_KEY)
        g.federated_user = find_federated_user(db.session, token, utc_now()) if token else None
    user = g.federated_user
    return user if user is not None and user.guest_id == guest_id else None


def begin_sign_in(guest_id: int, event_id: int) -> Response:
    """Redirect to the consent page of the guest.

    :raises Forbidden: if there is no such guest.
    """
    guest = find_guest(guest_id)
    consume_attempt(db.session, FEDERATED_SIGN_IN, client_network(request.remote_addr), now=utc_now())
    db.session.commit()
    state = secrets.token_urlsafe(32)
    flask.session[PENDING_KEY] = PendingSignIn(state, guest_id, event_id, int(utc_now().timestamp()))
    return redirect(other_instance(guest.url).authorization_url(_credentials(guest), state, _code_verifier(state)))


def end_sign_in() -> None:
    """End the federated session of this browser. Commits."""
    if token := flask.session.pop(SESSION_KEY, None):
        end_federated_session(db.session, token)
        db.session.commit()
    flask.session.pop(PENDING_KEY, None)
    g.federated_user = None


def find_guest(guest_id: int) -> FederationGuest:
    """:raises Forbidden: if there is no such guest."""
    guest = db.session.get(FederationGuest, guest_id) if guest_id else None
    if guest is None:
        raise Forbidden(MSG_NO_GUEST)
    return guest


@blp.get(f"{FEDERATION_CALLBACK}/")
def complete_sign_in() -> Response:
    """Handle the return from the guest. Everything that is wrong leads back to the list of events at the guest."""
    pending = _read_pending()
    if pending is None:
        raise Forbidden(MSG_NO_SIGN_IN)
    guest = find_guest(pending.guest_id)
    code, state = _param("code"), _param("state")
    if not code or not hmac.compare_digest(state.encode(), pending.state.encode()):
        return _return_to(guest.url, OAUTH_ERROR)
    del flask.session[PENDING_KEY]
    if not pending.event_id:
        return _return_to(guest.url, EVENT_ERROR)
    url, credentials = guest.url, _credentials(guest)
    # No transaction stays open during the requests.
    db.session.commit()
    try:
        profile, lifetime_s = other_instance(url).identify_user(code, _code_verifier(state), credentials)
        user = store_federated_user(db.session, pending.guest_id, profile, now=utc_now())
    except (PeerFailed, NotFound) as error:
        db.session.rollback()
        log.warning("sign-in of a user of %s failed: %s", url, error)
        return _return_to(url, OAUTH_ERROR)
    expires_at = utc_now() + dt.timedelta(seconds=lifetime_s)
    end_sign_in()
    flask.session[SESSION_KEY] = start_federated_session(db.session, user, expires_at=expires_at)
    db.session.commit()
    return redirect(shared_event_path(pending.event_id, pending.guest_id))


def shared_event_path(event_id: int, guest_id: int) -> str:
    return f"/events/shared/{event_id}/{guest_id}/"


def _read_pending():
    values = flask.session.get(PENDING_KEY)
    try:
        pending = PendingSignIn(*values)
    except TypeError:
        return None
    return pending if utc_now().timestamp() - pending.began_at <= PENDING_TTL_S else None


def _credentials(guest):
    values = guest.credentials
    redirect_uri = f"{crew_site()}{FEDERATION_CALLBACK}/"
    return OAuthCredentials(values.get("client_id", ""), values.get("client_secret", ""), redirect_uri)


def _return_to(guest_url, error):
    return redirect(f"{guest_url}/events/external/?error={error}")


def _code_verifier(state):
    return derive_federation_secret(current_app.config["SECRET_KEY"], "code verifier", state)


def _param(name):
    return request.args.get(name, "")[:MAX_PARAM_LENGTH]
