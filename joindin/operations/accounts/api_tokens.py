"""Signing in, and tokens afterwards."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import lock_row
from joindin.errors import Forbidden, Unauthenticated
from joindin.models import AccessToken, Client, Grant, User
from joindin.operations.accounts.oauth_grants import revoke_grant
from joindin.operations.accounts.password_sign_in import rehash_password
from joindin.operations.accounts.second_factors import is_password_only_allowed
from joindin.operations.audit import log_action
from joindin.queries.accounts.users import get_user_by_username
from joindin.security.passwords import check_password, needs_rehash
from joindin.security.tokens import hash_token, new_token
from joindin.utils.datetimes import midnight
from joindin.viewer import UserSnapshot

MSG_SECOND_FACTOR_REQUIRED = (
    "This account takes a second factor. Allow signing in with the password alone on its security page"
)


def issue_password_token(
    session, *, username: str, password: str, client: Client, expirable_clients: Collection[str], now: dt.datetime
) -> tuple[User, str]:
    """The person and a new token in clear, which nobody will see again.

    Old tokens of clients that keep theirs for a day only are thrown away on the way (spec 2.11).

    :raises Unauthenticated: if the address was never proven.
    :raises Forbidden: if nobody goes by that name and password, or not any more; or if they have a
        second factor, which these applications cannot ask for, and did not say that the password is enough.
    """
    user = get_user_by_username(session, username)
    if user is not None and not user.is_verified:
        raise Unauthenticated("Not verified")
    if not check_password(password, user.password_hash if user else None) or not user.is_active:
        raise Forbidden("Signin failed")
    if not is_password_only_allowed(session, user):
        raise Forbidden(MSG_SECOND_FACTOR_REQUIRED)
    if needs_rehash(user.password_hash):
        rehash_password(session, user, password)
    purge_stale_tokens(session, expirable_clients, now)
    token = new_token()
    session.add(AccessToken(token_hash=hash_token(token), user_id=user.id, client_id=client.id, created_at=now))
    try:
        session.flush()
    except IntegrityError:
        # The account or the client was deleted a moment ago.
        raise Forbidden("Signin failed") from None
    return user, token


def purge_stale_tokens(session, client_keys: Collection[str], now: dt.datetime) -> None:
    """Delete tokens of these clients that were last used before yesterday began."""
    clients = select(Client.id).where(Client.key.in_(list(client_keys)))
    yesterday = midnight(now) - dt.timedelta(days=1)
    last_use = func.coalesce(AccessToken.last_used_at, AccessToken.created_at)
    session.execute(delete(AccessToken).where(AccessToken.client_id.in_(clients), last_use < yesterday))


def revoke_token(session, token: AccessToken, *, actor: User | UserSnapshot, now: dt.datetime) -> None:
    """It is no good any more; if it came of a grant, what would renew it neither."""
    if token.revoked_at is None:
        token.revoked_at = now
        log_action(session, "token.revoke", token, actor=actor, changes={"scopes": [token.scopes, None]})
    if token.grant_id is not None and (grant := lock_row(session, Grant, token.grant_id)) is not None:
        revoke_grant(session, grant, now=now)
    session.flush()
