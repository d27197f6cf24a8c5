"""Personal access tokens, which users create for their own scripts."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func, select

from joindin.db.locking import lock_row
from joindin.errors import InvalidInput, Unauthenticated
from joindin.models import PERSONAL, AccessToken, User
from joindin.operations.audit import log_action
from joindin.queries.accounts.api_tokens import validity_conditions
from joindin.security.scopes import join_scopes
from joindin.security.tokens import (
    MIXED_CASE_ALPHANUMERIC,
    PERSONAL_TOKEN_PREFIX,
    derive_prefixed_token,
    hash_token,
    new_prefixed_token,
)
from joindin.utils.datetimes import EARLIEST, LATEST
from joindin.viewer import UserSnapshot

SECRET_LENGTH = 50
MAX_DESCRIPTION_LENGTH = 1000
MAX_PERSONAL_TOKENS = 100
MIN_LIFETIME, MAX_LIFETIME = dt.timedelta(days=1), dt.timedelta(days=366)

MSG_DESCRIPTION_REQUIRED = "Say what the token is for"
MSG_DESCRIPTION_TOO_LONG = f"The description must have at most {MAX_DESCRIPTION_LENGTH} characters"
MSG_SCOPE_REQUIRED = "Choose at least one scope"
MSG_INVALID_EXPIRY = "The token must expire between a day and a year from now, or never"
MSG_IMPOSSIBLE_EXPIRY = "The token must expire between the years 2 and 9998, or never"
MSG_TOO_MANY_TOKENS = "You have %(number)d tokens already. Revoke some first"


def create_personal_token(
    session,
    *,
    actor: User | UserSnapshot,
    description: str,
    scopes: Collection[str],
    expires_at: dt.datetime | None,
    now: dt.datetime,
    allows_any_expiry: bool = False,
    form_secret: str | None = None,
) -> tuple[AccessToken, str]:
    """Create a token; return it and its value, which is not stored. Calls with the same ``form_secret`` create one token.

    ``allows_any_expiry`` allows an expiry in the past and one beyond a year, as in ephios (spec 12 and 24.2).

    :raises InvalidInput: if a field is invalid, or the user has too many tokens.
    """
    if not description:
        raise InvalidInput(MSG_DESCRIPTION_REQUIRED)
    if len(description) > MAX_DESCRIPTION_LENGTH:
        raise InvalidInput(MSG_DESCRIPTION_TOO_LONG)
    if not scopes:
        raise InvalidInput(MSG_SCOPE_REQUIRED)
    # A tolerance of one minute for a lifetime that was counted from an earlier moment.
    bounds = (now + MIN_LIFETIME - dt.timedelta(minutes=1), now + MAX_LIFETIME)
    earliest, latest = (EARLIEST, LATEST) if allows_any_expiry else bounds
    if expires_at is not None and not earliest <= expires_at <= latest:
        raise InvalidInput(MSG_IMPOSSIBLE_EXPIRY if allows_any_expiry else MSG_INVALID_EXPIRY)
    if lock_row(session, User, actor.id) is None:
        raise Unauthenticated("You must be logged in")
    value_format = (PERSONAL_TOKEN_PREFIX, SECRET_LENGTH, MIXED_CASE_ALPHANUMERIC)
    secret = derive_prefixed_token(form_secret, *value_format) if form_secret else new_prefixed_token(*value_format)
    same = session.scalar(select(AccessToken).where(AccessToken.token_hash == hash_token(secret)))
    if same is not None:
        return same, secret
    valid_tokens = (AccessToken.user_id == actor.id, AccessToken.kind == PERSONAL, *validity_conditions(now))
    if session.scalar(select(func.count()).select_from(AccessToken).where(*valid_tokens)) >= MAX_PERSONAL_TOKENS:
        raise InvalidInput(MSG_TOO_MANY_TOKENS, number=MAX_PERSONAL_TOKENS)
    token = AccessToken(
        kind=PERSONAL,
        token_hash=hash_token(secret),
        user_id=actor.id,
        scopes=join_scopes(scopes),
        description=description,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    log_action(session, "token.create", token, actor=actor, changes={"scopes": [None, token.scopes]})
    return token, secret
