"""Federation hosts: joined by a share code, and the OAuth application by which users sign in there (spec 13.2 and 13.4)."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select

from joindin.db.locking import begin_write, lock_row
from joindin.errors import InvalidInput, NotFound
from joindin.federation.addresses import Invitation, decode_invitation
from joindin.federation.answers import Membership
from joindin.models import Client, User
from joindin.models.crew import FederationHost
from joindin.operations.accounts.clients import delete_client
from joindin.operations.audit import log_action
from joindin.security.redirect_uris import redirect_uri_error
from joindin.security.scopes import ME_READ
from joindin.security.tokens import derive_federation_secret, hash_token

CALLBACK_PATH = "/api/federation/oauth-callback/"
CLIENT_KEY_LENGTH = 40

MSG_INVALID_CODE = "Invalid code"
MSG_OTHER_INSTANCE = "This invite code is not issued for this instance."
MSG_NO_HOST = "There is no such host"


@dataclass(frozen=True)
class JoinRequest:
    """The application that a host signs users in with. Key and secret follow from the code, so that a request can be repeated."""

    invitation: Invitation
    client_id: str
    client_secret: str

    @property
    def redirect_uri(self) -> str:
        return f"{self.invitation.host_url}{CALLBACK_PATH}"


def read_share_code(share_code: str, *, site: str, secret_key: str) -> JoinRequest:
    """Return the request that redeems the code at its host. ``site`` is the base URL of this instance.

    :raises InvalidInput: if this is no share code, or one for another instance.
    """
    try:
        invitation = decode_invitation(share_code)
    except ValueError:
        raise InvalidInput(MSG_INVALID_CODE) from None
    if invitation.guest_url != site:
        raise InvalidInput(MSG_OTHER_INSTANCE)
    request = JoinRequest(
        invitation,
        derive_federation_secret(secret_key, "client key", invitation.code)[:CLIENT_KEY_LENGTH],
        derive_federation_secret(secret_key, "client secret", invitation.code),
    )
    if redirect_uri_error(request.redirect_uri, is_public=False):
        raise InvalidInput(MSG_INVALID_CODE)
    return request


def join_host(
    session, request: JoinRequest, membership: Membership, *, actor: User, now: dt.datetime
) -> FederationHost:
    """Store the host and the application for it. A repeated request changes the rows that there are."""
    begin_write(session)
    name = membership.host_name or request.invitation.host_url
    client = session.scalar(select(Client).where(Client.key == request.client_id).with_for_update())
    if client is None:
        client = Client(key=request.client_id, needs_pkce=True, created_at=now)
        session.add(client)
    client.name, client.scopes, client.secret_hash = name, ME_READ, hash_token(request.client_secret)
    client.callback_url, client.website = request.redirect_uri, request.invitation.host_url
    session.flush()
    host = session.scalar(select(FederationHost).where(FederationHost.client_id == client.id))
    if host is None:
        host = FederationHost(client_id=client.id)
        session.add(host)
    host.name, host.url = name, request.invitation.host_url
    host.credentials = {"access_token": membership.access_token}
    session.flush()
    log_action(session, "federation_host.add", host, actor=actor)
    return host


def remove_host(session, host_id: int, *, actor: User | None) -> None:
    """Delete a host and its application. Users can no longer sign in there.

    Without an actor the host has removed this instance.

    :raises NotFound: if there is no such host.
    """
    host = lock_row(session, FederationHost, host_id)
    if host is None:
        raise NotFound(MSG_NO_HOST)
    log_action(session, "federation_host.remove", host, actor=actor)
    if host.client_id is not None and (client := session.get(Client, host.client_id)) is not None:
        delete_client(session, client, actor=actor)
    statement = delete(FederationHost).where(FederationHost.id == host_id)
    session.execute(statement.execution_options(synchronize_session=False))
    session.expire_all()
