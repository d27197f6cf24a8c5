"""Refresh tokens: each is used once, with a short grace period for a repeated request.

A client sends a token twice when a response is lost, or when two of its windows renew at the same moment. Within
``GRACE_PERIOD`` the second request gets the tokens of the first one again: they are derived from the used token and the secret
key of the instance, because only their hashes are stored. A later use, or one after the new token was used in turn, means that
the token was copied, and revokes the whole grant. The caller therefore commits also when no token is issued.
"""

import datetime as dt

from sqlalchemy import select

from joindin.db.locking import lock_row
from joindin.models import AccessToken, Grant, RefreshToken
from joindin.operations.accounts.oauth_grants import revoke_access_tokens, revoke_grant
from joindin.security.tokens import hash_token

GRACE_PERIOD = dt.timedelta(seconds=10)


def lock_refresh_token(
    session, token: str, *, successor: str, client_id: int, kind: str, now: dt.datetime
) -> RefreshToken | None:
    """Lock the grant and return the refresh token. It was used before, within the grace period, if it has ``used_at``.

    Return None if the token is unknown, expired, revoked, another client's, or of another kind. ``successor`` is the
    refresh token that this one was or will be exchanged for. A token that is used too late revokes its grant.
    """
    found = session.execute(
        select(RefreshToken.id, RefreshToken.grant_id).where(RefreshToken.token_hash == hash_token(token))
    ).first()
    grant = lock_row(session, Grant, found.grant_id) if found else None
    refresh_token = lock_row(session, RefreshToken, found.id) if grant else None
    if refresh_token is None or grant.revoked_at is not None or (grant.client_id, grant.kind) != (client_id, kind):
        return None
    if refresh_token.used_at is not None:
        if now - refresh_token.used_at <= GRACE_PERIOD and _is_unused(session, successor):
            return refresh_token
        revoke_grant(session, grant, now=now)
        return None
    return refresh_token if refresh_token.expires_at is None or refresh_token.expires_at > now else None


def consume_refresh_token(session, refresh_token: RefreshToken, *, now: dt.datetime) -> None:
    """Mark a refresh token as used and revoke the access tokens of its grant."""
    refresh_token.used_at = now
    revoke_access_tokens(session, AccessToken.grant_id == refresh_token.grant_id, now)
    session.flush()


def get_issued_token(session, access_token: str, *, grant_id: int, now: dt.datetime) -> AccessToken | None:
    """Return the valid access token with that value if it belongs to the grant."""
    return session.scalar(
        select(AccessToken).where(
            AccessToken.token_hash == hash_token(access_token),
            AccessToken.grant_id == grant_id,
            AccessToken.revoked_at.is_(None),
            (AccessToken.expires_at.is_(None)) | (AccessToken.expires_at > now),
        )
    )


def _is_unused(session, token):
    statement = select(RefreshToken.id).where(
        RefreshToken.token_hash == hash_token(token), RefreshToken.used_at.is_(None)
    )
    return session.scalar(statement) is not None
