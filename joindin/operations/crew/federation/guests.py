"""Federation guests: admitted by an invite code, removed with their users (spec 13.2 and 13.4)."""

import datetime as dt
import hmac
from dataclasses import dataclass

from sqlalchemy import delete, select

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import InvalidInput, NotFound
from joindin.models import FEDERATION, AccessToken, User
from joindin.models.crew import CONFIRMED, FederatedUser, FederationGuest, FederationInvite, Participation
from joindin.operations.audit import log_action
from joindin.operations.crew.federation.invites import is_expired
from joindin.operations.crew.participations import lock_shift
from joindin.operations.crew.signup import MSG_BUSY
from joindin.operations.crew.waiting_list import fill_free_places
from joindin.security.tokens import derive_federation_secret, hash_token

MSG_INVITE_INVALID = "Invite code is not valid"
MSG_INVITE_EXPIRED = "Invite code is expired"
MSG_NO_GUEST = "There is no such guest"


@dataclass(frozen=True)
class GuestDetails:
    """The introduction of a guest. The credentials are those of this instance at its OAuth server."""

    name: str
    url: str
    client_id: str
    client_secret: str


def admit_guest(
    session, details: GuestDetails, code: str, *, secret_key: str, now: dt.datetime
) -> tuple[FederationGuest, str]:
    """Redeem an invite code. Return the guest and its access token in plain text.

    The same guest may repeat this with the same code and credentials: the answer may have been lost. It gets the same token.

    :raises InvalidInput: if there is no such code for the address, or it has expired.
    """
    found = session.scalar(select(FederationInvite.id).where(FederationInvite.code_hash == hash_token(code)))
    invite = lock_row(session, FederationInvite, found) if found else None
    if invite is None or invite.url != details.url:
        raise InvalidInput(MSG_INVITE_INVALID)
    if is_expired(invite, now):
        raise InvalidInput(MSG_INVITE_EXPIRED)
    token = derive_federation_secret(secret_key, "access token", code)
    if invite.guest_id is not None:
        return _find_admitted(session, invite.guest_id, details, token), token
    issued = AccessToken(
        kind=FEDERATION,
        token_hash=hash_token(token),
        scopes="",
        description=f"Access token for federated guest {details.name}",
        created_at=now,
    )
    session.add(issued)
    session.flush()
    credentials = {"client_id": details.client_id, "client_secret": details.client_secret}
    guest = FederationGuest(name=details.name, url=details.url, access_token_id=issued.id, credentials=credentials)
    session.add(guest)
    session.flush()
    invite.guest_id = guest.id
    log_action(session, "federation_guest.add", guest, actor=None)
    return guest, token


def remove_guest(session, guest_id: int, *, actor: User | None, now: dt.datetime, timezone: str) -> None:
    """Delete a guest with its token, its users and their participations. Free places go to the waiting lists.

    Without an actor the guest itself leaves.

    :raises NotFound: if there is no such guest.
    :raises Conflict: if the locks are not free in time.
    """

    def remove():
        guest = lock_row(session, FederationGuest, guest_id)
        if guest is None:
            raise NotFound(MSG_NO_GUEST)
        log_action(session, "federation_guest.remove", guest, actor=actor)
        shifts = [lock_shift(session, shift_id) for shift_id in _list_confirmed_shift_ids(session, guest_id)]
        # The guest and everything of it follow the token.
        token = delete(AccessToken).where(AccessToken.id == guest.access_token_id)
        session.execute(token.execution_options(synchronize_session=False))
        session.expire_all()
        for shift in shifts:
            fill_free_places(session, shift, now=now, timezone=timezone)

    retry_on_lock_timeout(session, remove, message=MSG_BUSY)


def _find_admitted(session, guest_id, details, token):
    guest = session.get_one(FederationGuest, guest_id)
    stored = guest.credentials
    for name in ("client_id", "client_secret"):
        if not hmac.compare_digest(stored.get(name, "").encode(), getattr(details, name).encode()):
            raise InvalidInput(MSG_INVITE_INVALID)
    # The token depends on the secret key of the instance, which may have changed.
    session.get_one(AccessToken, guest.access_token_id).token_hash = hash_token(token)
    session.flush()
    return guest


def _list_confirmed_shift_ids(session, guest_id):
    statement = (
        select(Participation.shift_id)
        .join(FederatedUser, FederatedUser.id == Participation.federated_user_id)
        .where(FederatedUser.guest_id == guest_id, Participation.state == CONFIRMED)
        .distinct()
        .order_by(Participation.shift_id)
    )
    return session.scalars(statement).all()
