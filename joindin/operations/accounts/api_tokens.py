"""Signing in, and tokens afterwards."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import locked
from joindin.errors import NotAllowed, NotSignedIn
from joindin.models import AccessToken, Client, Grant, User
from joindin.operations.accounts.oauth_grants import end_grant
from joindin.operations.accounts.password_sign_in import hash_again
from joindin.operations.accounts.second_factors import password_is_enough
from joindin.operations.audit import record
from joindin.queries.accounts.users import user_named
from joindin.security.passwords import check_password, is_outdated
from joindin.security.tokens import new_token, token_hash
from joindin.utils.datetimes import midnight
from joindin.viewer import Person

NEEDS_MORE = "This account takes a second factor. Allow signing in with the password alone on its security page"


def sign_in(
    session, *, username: str, password: str, client: Client, expirable_clients: Collection[str], now: dt.datetime
) -> tuple[User, str]:
    """The person and a new token in clear, which nobody will see again.

    Old tokens of clients that keep theirs for a day only are thrown away on the way (spec 2.11).

    :raises NotSignedIn: if the address was never proven.
    :raises NotAllowed: if nobody goes by that name and password, or not any more; or if they have a
        second factor, which these applications cannot ask for, and did not say that the password is enough.
    """
    user = user_named(session, username)
    if user is not None and not user.is_verified:
        raise NotSignedIn("Not verified")
    if not check_password(password, user.password_hash if user else None) or not user.is_active:
        raise NotAllowed("Signin failed")
    if not password_is_enough(session, user):
        raise NotAllowed(NEEDS_MORE)
    if is_outdated(user.password_hash):
        hash_again(session, user, password)
    forget_stale_tokens(session, expirable_clients, now)
    token = new_token()
    session.add(AccessToken(token_hash=token_hash(token), user_id=user.id, client_id=client.id, created_at=now))
    try:
        session.flush()
    except IntegrityError:
        # The account or the client was deleted a moment ago.
        raise NotAllowed("Signin failed") from None
    return user, token


def forget_stale_tokens(session, client_keys: Collection[str], now: dt.datetime) -> None:
    """Delete tokens of these clients that were last used before yesterday began."""
    clients = select(Client.id).where(Client.key.in_(list(client_keys)))
    yesterday = midnight(now) - dt.timedelta(days=1)
    last_use = func.coalesce(AccessToken.last_used_at, AccessToken.created_at)
    session.execute(delete(AccessToken).where(AccessToken.client_id.in_(clients), last_use < yesterday))


def revoke_token(session, token: AccessToken, *, actor: User | Person, now: dt.datetime) -> None:
    """It is no good any more; if it came of a grant, what would renew it neither."""
    if token.revoked_at is None:
        token.revoked_at = now
        record(session, "token.revoke", token, actor=actor, changes={"scopes": [token.scopes, None]})
    if token.grant_id is not None and (grant := locked(session, Grant, token.grant_id)) is not None:
        end_grant(session, grant, now=now)
    session.flush()
