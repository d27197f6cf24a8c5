"""Invite codes for federation guests. They are valid for 48 hours, for one address and one guest (spec 13.1)."""

import datetime as dt

from sqlalchemy import delete

from joindin.db.locking import lock_row
from joindin.errors import InvalidInput, NotFound
from joindin.federation.addresses import normalize_instance_url
from joindin.models import User
from joindin.models.crew import FederationInvite
from joindin.operations.audit import log_action
from joindin.security.tokens import hash_token, new_invite_code

INVITE_TTL = dt.timedelta(hours=48)
MSG_NO_INVITE = "There is no such invite code"


def create_invite(
    session, url: str, *, code: str | None = None, actor: User, now: dt.datetime
) -> tuple[FederationInvite, str]:
    """Store an invite for the instance at ``url`` and return it with its code in plain text, random unless it is given.

    :raises InvalidInput: if this is no address of an instance.
    """
    try:
        url = normalize_instance_url(url)
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    code = code or new_invite_code()
    invite = FederationInvite(code_hash=hash_token(code), url=url, created_at=now)
    session.add(invite)
    session.flush()
    log_action(session, "federation_invite.create", invite, actor=actor)
    return invite, code


def withdraw_invite(session, invite_id: int, *, actor: User) -> None:
    """Delete an invite that no guest has redeemed.

    :raises NotFound: if there is no such invite.
    """
    invite = lock_row(session, FederationInvite, invite_id)
    if invite is None or invite.guest_id is not None:
        raise NotFound(MSG_NO_INVITE)
    log_action(session, "federation_invite.withdraw", invite, actor=actor)
    session.delete(invite)
    session.flush()


def is_expired(invite: FederationInvite, now: dt.datetime) -> bool:
    return invite.created_at + INVITE_TTL < now


def purge_expired_invites(session, before: dt.datetime) -> None:
    """Delete the invites that expired before that time."""
    expired = FederationInvite.created_at < before - INVITE_TTL
    session.execute(delete(FederationInvite).where(expired).execution_options(synchronize_session=False))
