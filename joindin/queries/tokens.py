"""Recognising callers by what they show."""

import datetime as dt

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import joinedload

from joindin.credentials import matches_hash, token_hash
from joindin.models import AccessToken, Client
from joindin.queries.paging import Page, Paging


def token_shown(session, token: str, now: dt.datetime) -> AccessToken | None:
    """The live token with that value, its user and its client: one indexed statement."""
    return session.scalar(
        select(AccessToken)
        .where(AccessToken.token_hash == token_hash(token), *_alive(now))
        .options(joinedload(AccessToken.user), joinedload(AccessToken.client))
    )


def trusted_client(session, key: str, secret: str) -> Client | None:
    """The client with that key, if the secret is right and it may sign people in."""
    client = session.scalar(select(Client).where(Client.key == key, Client.is_trusted == true()))
    return client if client and client.secret_hash and matches_hash(secret, client.secret_hash) else None


def list_revocable_tokens(session, user_id: int, paging: Paging, now: dt.datetime) -> Page:
    """The keys somebody gave to clients that may be cut off again (spec 10.2)."""
    # Also those whose client is gone: nobody else could take them back.
    revocable = or_(AccessToken.client_id.is_(None), Client.can_be_revoked == true())
    conditions = (AccessToken.user_id == user_id, revocable, *_alive(now))
    rows = select(AccessToken).outerjoin(AccessToken.client).where(*conditions).options(*SHOWN)
    total = session.scalar(
        select(func.count()).select_from(AccessToken).outerjoin(AccessToken.client).where(*conditions)
    )
    return Page(session.scalars(paging.slice(rows.order_by(AccessToken.id))).all(), total, paging)


def token_of(session, user_id: int, token_id: int, now: dt.datetime) -> AccessToken | None:
    """One of somebody's own tokens by its row id."""
    wanted = select(AccessToken).where(AccessToken.id == token_id, AccessToken.user_id == user_id, *_alive(now))
    return session.scalar(wanted.options(*SHOWN))


SHOWN = (joinedload(AccessToken.client).joinedload(Client.owner),)


def _alive(now):
    return (
        AccessToken.revoked_at.is_(None),
        or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > now),
    )
