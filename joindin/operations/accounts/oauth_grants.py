"""What people let applications do: codes, the tokens that come of them, and taking it all back.

A grant is held while its code or a refresh token is redeemed, so that of two at once one comes too
late. Who comes too late shows that a secret was copied, and the whole grant ends: whoever calls
commits, also when nothing is given out.
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
    """Open a grant, with a code that the application has yet to redeem."""
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


def redeem_code(session, code: str, *, client_id: int, now: dt.datetime) -> Grant | None:
    """The grant of that code, which from now on is spent, whatever else is wrong with the request.

    None for an unknown, lapsed or foreign one; and for one that was spent before, whose grant ends.
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
    is_good = grant.client_id == client_id and grant.code_expires_at > now and grant.revoked_at is None
    return grant if is_good else None


def create_grant(session, *, user_id: int, client_id: int, kind: str, scopes: str, now: dt.datetime) -> Grant:
    """A grant without a code: somebody told the application their password."""
    grant = Grant(user_id=user_id, client_id=client_id, kind=kind, scopes=scopes, created_at=now, redeemed_at=now)
    session.add(grant)
    session.flush()
    return grant


def lock_refresh_token(session, token: str, *, client_id: int, now: dt.datetime) -> RefreshToken | None:
    """That token, for :func:`spend_refresh_token`, with its grant held.

    None for an unknown, lapsed or foreign one; and for one that was spent before, whose grant ends.
    """
    found = session.execute(
        select(RefreshToken.id, RefreshToken.grant_id).where(RefreshToken.token_hash == hash_token(token))
    ).first()
    grant = lock_row(session, Grant, found.grant_id) if found else None
    shown = lock_row(session, RefreshToken, found.id) if grant else None
    if shown is None or grant.revoked_at is not None or grant.client_id != client_id:
        return None
    if shown.used_at is not None:
        revoke_grant(session, grant, now=now)
        return None
    return shown if shown.expires_at is None or shown.expires_at > now else None


def consume_refresh_token(session, shown: RefreshToken, *, now: dt.datetime) -> None:
    """It is not good a second time, and the access that it renews ends."""
    shown.used_at = now
    _end_access(session, AccessToken.grant_id == shown.grant_id, now)
    session.flush()


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
    """Store what was just made for an application."""
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
    """No token that came of it is any good from now on."""
    if grant.revoked_at is None:
        grant.revoked_at = now
    _end_access(session, AccessToken.grant_id == grant.id, now)
    session.flush()


def revoke_client_token(session, token: str, *, client_id: int, now: dt.datetime) -> None:
    """An application gives up a token of its own, of either kind; its grant ends with it. Others' are left alone."""
    hashed = hash_token(token)
    shown = session.execute(
        select(AccessToken.id, AccessToken.grant_id).where(
            AccessToken.token_hash == hashed, AccessToken.client_id == client_id
        )
    ).first()
    if shown is not None:
        _end_access(session, AccessToken.id == shown.id, now)
        grant_id = shown.grant_id
    else:
        grant_id = session.scalar(
            select(Grant.id)
            .join(RefreshToken, RefreshToken.grant_id == Grant.id)
            .where(RefreshToken.token_hash == hashed, Grant.client_id == client_id)
        )
    if grant_id is not None and (grant := lock_row(session, Grant, grant_id)) is not None:
        revoke_grant(session, grant, now=now)


def store_consent(session, *, user_id: int, client_id: int, scopes: Iterable[str], now: dt.datetime) -> None:
    """Keep what somebody allows an application, beside what they allowed it before."""
    values = {"user_id": user_id, "client_id": client_id}
    if insert_or_ignore(session, Consent, **values, scopes=join_scopes(scopes), given_at=now):
        return
    known = session.get(Consent, tuple(values.values()), with_for_update=True, populate_existing=True)
    if known is not None:
        known.scopes, known.given_at = join_scopes({*known.scopes.split(), *scopes}), now
        session.flush()


def revoke_consent(session, *, user_id: int, client_id: int, now: dt.datetime) -> None:
    """Take back all that somebody ever allowed an application; it has to ask again."""
    theirs = (Grant.user_id == user_id, Grant.client_id == client_id)
    quietly = {"synchronize_session": False}
    session.execute(
        delete(Consent).where(Consent.user_id == user_id, Consent.client_id == client_id).execution_options(**quietly)
    )
    session.execute(
        update(Grant).where(*theirs, Grant.revoked_at.is_(None)).values(revoked_at=now).execution_options(**quietly)
    )
    _end_access(session, (AccessToken.user_id == user_id) & (AccessToken.client_id == client_id), now)


def purge_expired_grants(session, before: dt.datetime) -> None:
    """Remove tokens, and grants without any, that ended before then."""
    quietly = {"synchronize_session": False}
    session.execute(
        delete(AccessToken)
        .where(or_(AccessToken.expires_at < before, AccessToken.revoked_at < before))
        .execution_options(**quietly)
    )
    session.execute(delete(RefreshToken).where(RefreshToken.expires_at < before).execution_options(**quietly))
    is_empty = ~(
        select(AccessToken.id).where(AccessToken.grant_id == Grant.id).exists()
        | select(RefreshToken.id).where(RefreshToken.grant_id == Grant.id).exists()
    )
    session.execute(delete(Grant).where(Grant.created_at < before, is_empty).execution_options(**quietly))
    session.execute(delete(Grant).where(Grant.revoked_at < before).execution_options(**quietly))


def _end_access(session, condition, now):
    session.execute(
        update(AccessToken)
        .where(condition, AccessToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
