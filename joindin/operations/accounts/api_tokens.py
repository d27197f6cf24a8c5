"""Access tokens of the v2.1 API: sign-in with a password, and revocation."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import lock_row
from joindin.errors import Forbidden, Unauthenticated
from joindin.models import AccessToken, Client, Grant, User
from joindin.operations.accounts.oauth_grants import revoke_grant
from joindin.operations.accounts.password_sign_in import is_password_of
from joindin.operations.accounts.second_factors import is_password_only_allowed
from joindin.operations.audit import log_action
from joindin.queries.accounts.users import get_user_by_username
from joindin.security.tokens import hash_token, new_token
from joindin.utils.datetimes import midnight
from joindin.viewer import UserSnapshot

MSG_SECOND_FACTOR_REQUIRED = (
    "This account takes a second factor. Allow signing in with the password alone on its security page"
)


def issue_password_token(
    session, *, username: str, password: str, client: Client, expirable_clients: Collection[str], now: dt.datetime
) -> tuple[User, str]:
    """Return the user and the value of a new token, of which only the hash is stored.

    Old tokens of clients whose tokens expire after a day are deleted (spec 2.11).

    :raises Unauthenticated: if the address of the account is not verified.
    :raises Forbidden: if the name or password is wrong, the account is inactive, or it has a second factor, which
        these clients cannot ask for, and does not allow sign-in with the password alone.
    """
    user = get_user_by_username(session, username)
    if user is not None and not user.is_verified:
        raise Unauthenticated("Not verified")
    if not is_password_of(session, user, password) or not user.is_active:
        raise Forbidden("Signin failed")
    if not is_password_only_allowed(session, user):
        raise Forbidden(MSG_SECOND_FACTOR_REQUIRED)
    purge_stale_tokens(session, expirable_clients, now)
    token = new_token()
    session.add(AccessToken(token_hash=hash_token(token), user_id=user.id, client_id=client.id, created_at=now))
    try:
        session.flush()
    except IntegrityError:
        # The account or the client has just been deleted.
        raise Forbidden("Signin failed") from None
    return user, token


def purge_stale_tokens(session, client_keys: Collection[str], now: dt.datetime) -> None:
    """Delete the tokens of these clients that were last used before the start of yesterday (UTC)."""
    clients = select(Client.id).where(Client.key.in_(list(client_keys)))
    yesterday = midnight(now) - dt.timedelta(days=1)
    last_use = func.coalesce(AccessToken.last_used_at, AccessToken.created_at)
    session.execute(delete(AccessToken).where(AccessToken.client_id.in_(clients), last_use < yesterday))


def revoke_token(session, token: AccessToken, *, actor: User | UserSnapshot, now: dt.datetime) -> None:
    """Revoke a token, and its grant with all refresh tokens if it has one."""
    if token.revoked_at is None:
        token.revoked_at = now
        log_action(session, "token.revoke", token, actor=actor, changes={"scopes": [token.scopes, None]})
    if token.grant_id is not None and (grant := lock_row(session, Grant, token.grant_id)) is not None:
        revoke_grant(session, grant, now=now)
    session.flush()
