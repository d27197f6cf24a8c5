"""Browser sessions."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from joindin.errors import NotFound
from joindin.models import BrowserSession
from joindin.queries.accounts.users import MAY_SIGN_IN
from joindin.security.tokens import hash_token


def get_session_by_token(session, token: str, now: dt.datetime, idle: dt.timedelta) -> BrowserSession | None:
    """Return the valid session with that cookie and its user in one indexed statement, or None.

    Sessions of users who are inactive or not verified are not valid.
    """
    return session.scalar(
        select(BrowserSession)
        .join(BrowserSession.user)
        .where(BrowserSession.token_hash == hash_token(token), MAY_SIGN_IN, *_is_valid(now, idle))
        .options(contains_eager(BrowserSession.user))
    )


def list_sessions(session, user_id: int, now: dt.datetime, idle: dt.timedelta) -> list[BrowserSession]:
    """Return the valid sessions of a user, the most recently used first."""
    valid = select(BrowserSession).where(BrowserSession.user_id == user_id, *_is_valid(now, idle))
    return session.scalars(valid.order_by(BrowserSession.last_seen_at.desc(), BrowserSession.id.desc())).all()


def find_own_session(session, user_id: int, session_id: int) -> BrowserSession:
    found = session.get(BrowserSession, session_id)
    if found is None or found.user_id != user_id:
        raise NotFound("There is no such session")
    return found


def _is_valid(now, idle):
    return (
        BrowserSession.revoked_at.is_(None),
        BrowserSession.expires_at > now,
        BrowserSession.last_seen_at > now - idle,
    )
