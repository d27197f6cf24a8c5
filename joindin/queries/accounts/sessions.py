"""Browser sessions."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from joindin.errors import NotFound
from joindin.models import BrowserSession
from joindin.queries.accounts.second_factors import has_second_factor
from joindin.queries.accounts.users import MAY_SIGN_IN
from joindin.security.tokens import hash_token

# Period after an authentication in which sign-in methods may be changed without another one.
REAUTH_WINDOW = dt.timedelta(minutes=15)


def is_recently_authenticated(session, browser_session: BrowserSession, now: dt.datetime) -> bool:
    """Return whether the user has authenticated in ``REAUTH_WINDOW`` with every factor that the account has now.

    Every check of a recent sign-in calls this function. The second factor follows the password or the external identity
    each time; these alone are not enough for an account with a second factor, also if it was added after the sign-in.
    """
    authenticated_at, second_factor_at = browser_session.authenticated_at, browser_session.second_factor_at
    if authenticated_at <= now - REAUTH_WINDOW:
        return False
    if second_factor_at is not None and second_factor_at >= authenticated_at:
        return True
    return not has_second_factor(session, browser_session.user_id)


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
