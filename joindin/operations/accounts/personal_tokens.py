"""Tokens that people make for themselves, for scripts of their own."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func, select

from joindin.db.locking import locked
from joindin.errors import Invalid, NotSignedIn
from joindin.models import PERSONAL, AccessToken, User
from joindin.operations.audit import record
from joindin.queries.accounts.api_tokens import is_alive
from joindin.security.scopes import join_scopes
from joindin.security.tokens import MIXED, OWN, new_secret, token_hash
from joindin.viewer import Person

LENGTH = 50
LONGEST_DESCRIPTION = 1000
MOST = 100
SHORTEST, LONGEST = dt.timedelta(days=1), dt.timedelta(days=366)

NO_DESCRIPTION = "Say what the token is for"
LONG_DESCRIPTION = f"The description must have at most {LONGEST_DESCRIPTION} characters"
NO_SCOPE = "Choose at least one scope"
BAD_EXPIRY = "The token must expire between a day and a year from now, or never"
TOO_MANY = f"You have {MOST} tokens already. Revoke some first"


def make_token(
    session,
    *,
    actor: User | Person,
    description: str,
    scopes: Collection[str],
    expires_at: dt.datetime | None,
    now: dt.datetime,
) -> tuple[AccessToken, str]:
    """The token, and its value in clear, which nobody will see again.

    :raises Invalid: if a part of it is no good, or there are too many.
    """
    if not description:
        raise Invalid(NO_DESCRIPTION)
    if len(description) > LONGEST_DESCRIPTION:
        raise Invalid(LONG_DESCRIPTION)
    if not scopes:
        raise Invalid(NO_SCOPE)
    # A minute's grace for those who count a day from when they began to write.
    if expires_at is not None and not now + SHORTEST - dt.timedelta(minutes=1) <= expires_at <= now + LONGEST:
        raise Invalid(BAD_EXPIRY)
    if locked(session, User, actor.id) is None:
        raise NotSignedIn("You must be logged in")
    mine = (AccessToken.user_id == actor.id, AccessToken.kind == PERSONAL, *is_alive(now))
    if session.scalar(select(func.count()).select_from(AccessToken).where(*mine)) >= MOST:
        raise Invalid(TOO_MANY)
    secret = new_secret(OWN, LENGTH, MIXED)
    token = AccessToken(
        kind=PERSONAL,
        token_hash=token_hash(secret),
        user_id=actor.id,
        scopes=join_scopes(scopes),
        description=description,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    record(session, "token.create", token, actor=actor, changes={"scopes": [None, token.scopes]})
    return token, secret
