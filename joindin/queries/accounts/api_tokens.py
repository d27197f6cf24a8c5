"""Access tokens: authentication by token, and lists of a user's tokens."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select, true
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import GANCIO, GANCIO_CLIENT_KEY, PASSWORD, PERSONAL, AccessToken, Client, Grant, RefreshToken, User
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.accounts.users import MAY_SIGN_IN
from joindin.queries.paging import Page, Paging, paginate
from joindin.security.tokens import hash_token, verify_token_hash
from joindin.viewer import UserSnapshot


class TokenIdentity(NamedTuple):
    """A valid token, its user and its client. A token without a user belongs to a service or a guest."""

    id: int
    kind: str
    scopes: frozenset[str]
    last_used_at: dt.datetime | None
    user: UserSnapshot | None
    client_id: int | None
    client_key: str | None
    client_name: str | None
    client_is_trusted: bool
    client_is_first_party: bool
    expires_at: dt.datetime | None = None

    @property
    def may_change_account(self) -> bool:
        """Whether the token may change credentials, addresses, tokens, applications and roles, and list keys.

        The user entered the password for it in an application that the operator trusts with passwords. Tokens that
        were delegated to an application or a script never may.
        """
        return self.kind == PASSWORD and self.client_is_trusted and self.client_is_first_party

    @property
    def is_gancio_password_sign_in(self) -> bool:
        """Whether the user entered the password for it at Gancio's addresses. Gancio's own client has no code flow."""
        return self.kind == GANCIO and self.client_key == GANCIO_CLIENT_KEY and self.client_is_first_party


_TOKEN_INFO_COLUMNS = (Client.id, Client.key, User.email, User.username)

USER_COLUMNS = tuple(getattr(User, name) for name in UserSnapshot._fields)


def get_valid_token(connection, token: str, now: dt.datetime) -> TokenIdentity | None:
    """Return the valid token with that value in one indexed statement, or None.

    Tokens of inactive applications, and of users who are inactive or not verified, are not valid.
    """
    row = connection.execute(_VALID_TOKEN, {"hash": hash_token(token)}).first()
    return parse_valid_token(row, now) if row is not None else None


def parse_valid_token(row: Sequence, now: dt.datetime) -> TokenIdentity | None:
    """Return the token of a row of :data:`VALID_TOKENS`; None if it has expired."""
    id_, kind, scopes, expires_at, last_used_at, client_id, client_key, client_name, *rest = row
    if expires_at is not None and expires_at <= now:
        return None
    is_trusted, is_first_party, *user = rest
    return TokenIdentity(
        id_,
        kind,
        _scopes_in(scopes),
        last_used_at,
        UserSnapshot(*user) if user[0] is not None else None,
        client_id,
        client_key,
        client_name,
        bool(is_trusted),
        bool(is_first_party),
        expires_at,
    )


class TokenInfo(NamedTuple):
    """The public facts about a valid access or refresh token (RFC 7662)."""

    scopes: str
    expires_at: dt.datetime | None
    client_id: int | None
    client_key: str | None
    user_email: str | None
    username: str | None


def get_token_info(session, token: str, now: dt.datetime) -> TokenInfo | None:
    """Return the facts about a valid access or refresh token, or None."""
    hash_ = hash_token(token)
    access_token = (
        select(AccessToken.scopes, AccessToken.expires_at, *_TOKEN_INFO_COLUMNS)
        .outerjoin(AccessToken.client)
        .outerjoin(AccessToken.user)
        .where(
            AccessToken.token_hash == hash_,
            *validity_conditions(now),
            or_(User.id.is_(None), MAY_SIGN_IN),
            or_(Client.id.is_(None), Client.is_active == true()),
        )
    )
    refresh_token = (
        select(Grant.scopes, RefreshToken.expires_at, *_TOKEN_INFO_COLUMNS)
        .select_from(RefreshToken)
        .join(RefreshToken.grant)
        .join(Grant.client)
        .join(Grant.user)
        .where(
            RefreshToken.token_hash == hash_,
            RefreshToken.used_at.is_(None),
            or_(RefreshToken.expires_at.is_(None), RefreshToken.expires_at > now),
            Grant.revoked_at.is_(None),
            MAY_SIGN_IN,
            Client.is_active == true(),
        )
    )
    row = session.execute(access_token).first() or session.execute(refresh_token).first()
    return TokenInfo(*row) if row else None


def authenticate_trusted_client(session, key: str, secret: str) -> Client | None:
    """Return the trusted client with that key and secret, or None."""
    client = session.scalar(
        select(Client).where(Client.key == key, Client.is_trusted == true(), Client.is_active == true())
    )
    return client if client and client.secret_hash and verify_token_hash(secret, client.secret_hash) else None


def list_revocable_tokens(session, user_id: int, paging: Paging, now: dt.datetime) -> Page:
    """List the valid tokens of a user that may be revoked through the API (spec 10.2)."""
    # Also tokens whose client was deleted: no one else could revoke them.
    revocable = or_(AccessToken.client_id.is_(None), Client.can_be_revoked == true())
    conditions = (AccessToken.user_id == user_id, revocable, *validity_conditions(now))
    tokens = select(AccessToken).outerjoin(AccessToken.client).where(*conditions).order_by(AccessToken.id)
    return paginate(session, tokens, paging, *EAGER_LOADS)


def get_own_token(session, user_id: int, token_id: int, now: dt.datetime) -> AccessToken | None:
    """Return a valid token of the user by its id, or None."""
    tokens = select(AccessToken).where(
        AccessToken.id == token_id, AccessToken.user_id == user_id, *validity_conditions(now)
    )
    return session.scalar(tokens.options(*EAGER_LOADS))


def list_personal_tokens(session, user_id: int) -> list[AccessToken]:
    """Return all personal tokens of a user, newest first, also those that have ended."""
    conditions = (AccessToken.user_id == user_id, AccessToken.kind == PERSONAL)
    return session.scalars(
        select(AccessToken).where(*conditions).order_by(AccessToken.id.desc()).limit(MAX_LISTED)
    ).all()


def list_valid_personal_tokens(session, user_id: int, paging: Paging, now: dt.datetime) -> Page:
    """List the valid personal tokens of a user, newest first."""
    conditions = (AccessToken.user_id == user_id, AccessToken.kind == PERSONAL, *validity_conditions(now))
    return paginate(session, select(AccessToken).where(*conditions).order_by(AccessToken.id.desc()), paging)


def find_personal_token(session, user_id: int, token_id: int, now: dt.datetime) -> AccessToken:
    conditions = (AccessToken.user_id == user_id, AccessToken.kind == PERSONAL, *validity_conditions(now))
    token = session.scalar(select(AccessToken).where(AccessToken.id == token_id, *conditions))
    if token is None:
        raise NotFound("No tokens found")
    return token


def list_sign_ins(session, user_id: int, now: dt.datetime) -> list[AccessToken]:
    """Return the valid tokens from sign-ins through a Joind.in application, newest first."""
    conditions = (AccessToken.user_id == user_id, AccessToken.kind == PASSWORD, *validity_conditions(now))
    rows = (
        select(AccessToken).where(*conditions).options(*EAGER_LOADS).order_by(AccessToken.id.desc()).limit(MAX_LISTED)
    )
    return session.scalars(rows).all()


def list_gancio_tokens(session, user_id: int, now: dt.datetime) -> list[AccessToken]:
    """Return the valid tokens from Gancio sign-ins, newest first."""
    conditions = (AccessToken.user_id == user_id, AccessToken.kind == GANCIO, *validity_conditions(now))
    rows = (
        select(AccessToken).where(*conditions).options(*EAGER_LOADS).order_by(AccessToken.id.desc()).limit(MAX_LISTED)
    )
    return session.scalars(rows).all()


def find_own_token(session, user_id: int, token_id: int) -> AccessToken:
    """Return a token of the user, valid or not; :raises NotFound: if there is none with that id."""
    token = session.scalar(select(AccessToken).where(AccessToken.id == token_id, AccessToken.user_id == user_id))
    if token is None:
        raise NotFound("There is no such token")
    return token


MAX_LISTED = 500
EAGER_LOADS = (joinedload(AccessToken.client).joinedload(Client.owner),)


def validity_conditions(now) -> tuple:
    """Return the conditions of a token that is neither revoked nor expired."""
    return (
        AccessToken.revoked_at.is_(None),
        or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > now),
    )


@lru_cache(maxsize=256)
def _scopes_in(text):
    return frozenset(text.split())


# The token with the parameter ``hash``.
VALID_TOKENS = (
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
        Client.is_first_party,
        *USER_COLUMNS,
    )
    .outerjoin(AccessToken.client)
    .outerjoin(AccessToken.user)
    .where(
        AccessToken.token_hash == bindparam("hash"),
        AccessToken.revoked_at.is_(None),
        or_(AccessToken.user_id.is_(None), MAY_SIGN_IN),
        or_(AccessToken.client_id.is_(None), Client.is_active == true()),
    )
)
_VALID_TOKEN = CompiledStatement(VALID_TOKENS)
