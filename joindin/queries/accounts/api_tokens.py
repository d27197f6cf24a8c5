"""Recognising callers by what they show."""

import datetime as dt
from functools import cache
from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select, true
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import GANCIO, PASSWORD, PERSONAL, AccessToken, Client, Grant, RefreshToken, User
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.paging import Page, Paging, paginate
from joindin.security.tokens import hash_token, verify_token_hash
from joindin.viewer import UserSnapshot


class TokenIdentity(NamedTuple):
    """A live token, and whom it speaks for. A token without a user is a service's."""

    id: int
    kind: str
    scopes: frozenset[str]
    last_used_at: dt.datetime | None
    user: UserSnapshot | None
    client_id: int | None
    client_key: str | None
    client_name: str | None
    client_is_trusted: bool


USER_COLUMNS = tuple(getattr(User, name) for name in UserSnapshot._fields)


def get_valid_token(connection, token: str, now: dt.datetime) -> TokenIdentity | None:
    """The live token with that value: one indexed statement. Whoever was deactivated has none."""
    row = connection.execute(_SHOWN, {"hash": hash_token(token)}).first()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    id_, kind, scopes, _, last_used_at, client_id, client_key, client_name, is_trusted, *person = row
    return TokenIdentity(
        id_,
        kind,
        _scopes_in(scopes),
        last_used_at,
        UserSnapshot(*person) if person[0] is not None else None,
        client_id,
        client_key,
        client_name,
        bool(is_trusted),
    )


class TokenInfo(NamedTuple):
    """What may be told of a live token, be it one to call with or one to renew access with."""

    scopes: str
    expires_at: dt.datetime | None
    client_id: int | None
    client_key: str | None
    user_email: str | None


def get_token_info(session, token: str, now: dt.datetime) -> TokenInfo | None:
    hashed = hash_token(token)
    to_call = (
        select(AccessToken.scopes, AccessToken.expires_at, Client.id, Client.key, User.email)
        .outerjoin(AccessToken.client)
        .outerjoin(AccessToken.user)
        .where(
            AccessToken.token_hash == hashed,
            *validity_conditions(now),
            or_(User.id.is_(None), User.is_active == true()),
        )
    )
    to_renew = (
        select(Grant.scopes, RefreshToken.expires_at, Client.id, Client.key, User.email)
        .select_from(RefreshToken)
        .join(RefreshToken.grant)
        .join(Grant.client)
        .join(Grant.user)
        .where(
            RefreshToken.token_hash == hashed,
            RefreshToken.used_at.is_(None),
            or_(RefreshToken.expires_at.is_(None), RefreshToken.expires_at > now),
            Grant.revoked_at.is_(None),
            User.is_active == true(),
        )
    )
    row = session.execute(to_call).first() or session.execute(to_renew).first()
    return TokenInfo(*row) if row else None


def authenticate_trusted_client(session, key: str, secret: str) -> Client | None:
    """The client with that key, if the secret is right and it may sign people in."""
    client = session.scalar(select(Client).where(Client.key == key, Client.is_trusted == true()))
    return client if client and client.secret_hash and verify_token_hash(secret, client.secret_hash) else None


def list_revocable_tokens(session, user_id: int, paging: Paging, now: dt.datetime) -> Page:
    """The keys somebody gave to clients that may be cut off again (spec 10.2)."""
    # Also those whose client is gone: nobody else could take them back.
    revocable = or_(AccessToken.client_id.is_(None), Client.can_be_revoked == true())
    conditions = (AccessToken.user_id == user_id, revocable, *validity_conditions(now))
    rows = select(AccessToken).outerjoin(AccessToken.client).where(*conditions).options(*EAGER_LOADS)
    total = session.scalar(
        select(func.count()).select_from(AccessToken).outerjoin(AccessToken.client).where(*conditions)
    )
    return Page(session.scalars(paging.slice(rows.order_by(AccessToken.id))).all(), total, paging)


def get_own_token(session, user_id: int, token_id: int, now: dt.datetime) -> AccessToken | None:
    """One of somebody's own tokens by its row id."""
    wanted = select(AccessToken).where(
        AccessToken.id == token_id, AccessToken.user_id == user_id, *validity_conditions(now)
    )
    return session.scalar(wanted.options(*EAGER_LOADS))


def list_personal_tokens(session, user_id: int) -> list[AccessToken]:
    """All that somebody made for scripts of their own, newest first; those that ended too."""
    mine = (AccessToken.user_id == user_id, AccessToken.kind == PERSONAL)
    return session.scalars(select(AccessToken).where(*mine).order_by(AccessToken.id.desc()).limit(MAX_LISTED)).all()


def list_valid_personal_tokens(session, user_id: int, paging: Paging, now: dt.datetime) -> Page:
    """Those that live, newest first."""
    mine = (AccessToken.user_id == user_id, AccessToken.kind == PERSONAL, *validity_conditions(now))
    return paginate(session, select(AccessToken).where(*mine).order_by(AccessToken.id.desc()), paging)


def find_personal_token(session, user_id: int, token_id: int, now: dt.datetime) -> AccessToken:
    mine = (AccessToken.user_id == user_id, AccessToken.kind == PERSONAL, *validity_conditions(now))
    token = session.scalar(select(AccessToken).where(AccessToken.id == token_id, *mine))
    if token is None:
        raise NotFound("No tokens found")
    return token


def list_sign_ins(session, user_id: int, now: dt.datetime) -> list[AccessToken]:
    """Live tokens that came of signing in through a Joind.in application, newest first."""
    mine = (AccessToken.user_id == user_id, AccessToken.kind == PASSWORD, *validity_conditions(now))
    rows = select(AccessToken).where(*mine).options(*EAGER_LOADS).order_by(AccessToken.id.desc()).limit(MAX_LISTED)
    return session.scalars(rows).all()


def list_gancio_tokens(session, user_id: int, now: dt.datetime) -> list[AccessToken]:
    """Live tokens of Gancio's kind, newest first."""
    mine = (AccessToken.user_id == user_id, AccessToken.kind == GANCIO, *validity_conditions(now))
    rows = select(AccessToken).where(*mine).options(*EAGER_LOADS).order_by(AccessToken.id.desc()).limit(MAX_LISTED)
    return session.scalars(rows).all()


def find_own_token(session, user_id: int, token_id: int) -> AccessToken:
    """One of somebody's own, alive or not; :raises NotFound: if they have none with that number."""
    token = session.scalar(select(AccessToken).where(AccessToken.id == token_id, AccessToken.user_id == user_id))
    if token is None:
        raise NotFound("There is no such token")
    return token


MAX_LISTED = 500
EAGER_LOADS = (joinedload(AccessToken.client).joinedload(Client.owner),)


def validity_conditions(now) -> tuple:
    """The conditions of a token that was neither revoked nor has lapsed."""
    return (
        AccessToken.revoked_at.is_(None),
        or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > now),
    )


@cache
def _scopes_in(text):
    return frozenset(text.split())


_SHOWN = CompiledStatement(
    select(
        AccessToken.id,
        AccessToken.kind,
        AccessToken.scopes,
        AccessToken.expires_at,
        AccessToken.last_used_at,
        Client.id,
        Client.key,
        Client.name,
        Client.is_trusted,
        *USER_COLUMNS,
    )
    .outerjoin(AccessToken.client)
    .outerjoin(AccessToken.user)
    .where(
        AccessToken.token_hash == bindparam("hash"),
        AccessToken.revoked_at.is_(None),
        or_(AccessToken.user_id.is_(None), User.is_active == true()),
    )
)
