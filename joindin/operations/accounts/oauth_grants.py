"""OAuth grants: authorization codes, tokens, consents and their revocation.

A grant is locked while its code or a refresh token is redeemed, so that one of two simultaneous uses is second. A
second use of a code means that it was copied, and revokes the whole grant. The caller therefore commits also when no
token is issued. Renewal is in ``refresh_tokens.py``.
"""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import delete, or_, select, update

from joindin.db.locking import lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.models import AccessToken, Consent, Grant, RefreshToken
from joindin.security.scopes import join_scopes
from joindin.security.tokens import hash_token


def store_code(
    session,
    code: str,
    *,
    user_id: int,
    client_id: int,
    kind: str,
    scopes: str,
    redirect_uri: str | None,
    code_challenge: str | None,
    lifetime: dt.timedelta,
    now: dt.datetime,
) -> None:
    """Create a grant with an authorization code that the client has yet to redeem."""
    session.add(
        Grant(
            user_id=user_id,
            client_id=client_id,
            kind=kind,
            scopes=scopes,
            code_hash=hash_token(code),
            code_expires_at=now + lifetime,
            code_challenge=code_challenge,
            redirect_uri=redirect_uri,
            created_at=now,
        )
    )
    session.flush()


def redeem_code(session, code: str, *, client_id: int, kind: str, now: dt.datetime) -> Grant | None:
    """Mark the code as used and return its grant.

    Return None if it is unknown, expired, revoked, another client's, or of another kind.

    A code that was used before revokes its grant. The code counts as used even if the rest of the request is invalid.
    """
    id_ = session.scalar(select(Grant.id).where(Grant.code_hash == hash_token(code)))
    grant = lock_row(session, Grant, id_) if id_ is not None else None
    if grant is None:
        return None
    if grant.redeemed_at is not None:
        revoke_grant(session, grant, now=now)
        return None
    grant.redeemed_at = now
    session.flush()
    is_own = (grant.client_id, grant.kind) == (client_id, kind)
    return grant if is_own and grant.code_expires_at > now and grant.revoked_at is None else None


def create_grant(session, *, user_id: int, client_id: int, kind: str, scopes: str, now: dt.datetime) -> Grant:
    """Create a grant without a code, for the password flow."""
    grant = Grant(user_id=user_id, client_id=client_id, kind=kind, scopes=scopes, created_at=now, redeemed_at=now)
    session.add(grant)
    session.flush()
    return grant


def store_tokens(
    session,
    *,
    kind: str,
    scopes: str,
    client_id: int,
    user_id: int | None,
    grant_id: int | None,
    access_token: str,
    access_expires_at: dt.datetime | None,
    refresh_token: str | None,
    refresh_expires_at: dt.datetime | None,
    now: dt.datetime,
) -> None:
    """Store the hashes of newly issued tokens."""
    session.add(
        AccessToken(
            kind=kind,
            token_hash=hash_token(access_token),
            user_id=user_id,
            client_id=client_id,
            grant_id=grant_id,
            scopes=scopes,
            created_at=now,
            expires_at=access_expires_at,
        )
    )
    if refresh_token is not None:
        session.add(
            RefreshToken(
                token_hash=hash_token(refresh_token), grant_id=grant_id, created_at=now, expires_at=refresh_expires_at
            )
        )
    session.flush()


def revoke_grant(session, grant: Grant, *, now: dt.datetime) -> None:
    """Revoke a grant with all its tokens."""
    if grant.revoked_at is None:
        grant.revoked_at = now
    revoke_access_tokens(session, AccessToken.grant_id == grant.id, now)
    session.flush()


def revoke_client_token(session, token: str, *, client_id: int, now: dt.datetime) -> None:
    """Revoke a token of the client's own, of either kind, with its grant. Tokens of other clients are not touched."""
    hash_ = hash_token(token)
    access_token = session.execute(
        select(AccessToken.id, AccessToken.grant_id).where(
            AccessToken.token_hash == hash_, AccessToken.client_id == client_id
        )
    ).first()
    if access_token is not None:
        revoke_access_tokens(session, AccessToken.id == access_token.id, now)
        grant_id = access_token.grant_id
    else:
        grant_id = session.scalar(
            select(Grant.id)
            .join(RefreshToken, RefreshToken.grant_id == Grant.id)
            .where(RefreshToken.token_hash == hash_, Grant.client_id == client_id)
        )
    if grant_id is not None and (grant := lock_row(session, Grant, grant_id)) is not None:
        revoke_grant(session, grant, now=now)


def store_consent(session, *, user_id: int, client_id: int, scopes: Iterable[str], now: dt.datetime) -> None:
    """Add scopes to those that a user allows a client without being asked."""
    values = {"user_id": user_id, "client_id": client_id}
    if insert_or_ignore(session, Consent, **values, scopes=join_scopes(scopes), given_at=now):
        return
    consent = session.get(Consent, tuple(values.values()), with_for_update=True, populate_existing=True)
    if consent is not None:
        consent.scopes, consent.given_at = join_scopes({*consent.scopes.split(), *scopes}), now
        session.flush()


def revoke_consent(session, *, user_id: int, client_id: int, now: dt.datetime) -> None:
    """Delete the user's consent for a client and revoke all its grants and tokens. It has to ask again."""
    _revoke_all(session, lambda model: (model.user_id == user_id) & (model.client_id == client_id), now)


def revoke_client_tokens(session, client_id: int, *, now: dt.datetime) -> None:
    """Delete all consents for a client and revoke all its grants and tokens."""
    _revoke_all(session, lambda model: model.client_id == client_id, now)


def purge_expired_grants(session, before: dt.datetime) -> None:
    """Delete tokens that ended before that time, and grants without tokens."""
    unsynchronized = {"synchronize_session": False}
    session.execute(
        delete(AccessToken)
        .where(or_(AccessToken.expires_at < before, AccessToken.revoked_at < before))
        .execution_options(**unsynchronized)
    )
    session.execute(delete(RefreshToken).where(RefreshToken.expires_at < before).execution_options(**unsynchronized))
    is_empty = ~(
        select(AccessToken.id).where(AccessToken.grant_id == Grant.id).exists()
        | select(RefreshToken.id).where(RefreshToken.grant_id == Grant.id).exists()
    )
    session.execute(delete(Grant).where(Grant.created_at < before, is_empty).execution_options(**unsynchronized))
    session.execute(delete(Grant).where(Grant.revoked_at < before).execution_options(**unsynchronized))


def _revoke_all(session, is_affected, now):
    """Revoke what ``is_affected(model)`` selects. Grants come first: a code that is being redeemed holds the lock of its
    grant, and the token that it gives exists when the tokens are revoked.
    """
    unsynchronized = {"synchronize_session": False}
    session.execute(delete(Consent).where(is_affected(Consent)).execution_options(**unsynchronized))
    session.execute(
        update(Grant)
        .where(is_affected(Grant), Grant.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(**unsynchronized)
    )
    revoke_access_tokens(session, is_affected(AccessToken), now)


def revoke_access_tokens(session, condition, now: dt.datetime) -> None:
    """Revoke the access tokens that fulfil the condition."""
    session.execute(
        update(AccessToken)
        .where(condition, AccessToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
