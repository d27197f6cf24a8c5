"""Browser sessions: creation, use and revocation."""

import datetime as dt

from sqlalchemy import delete, or_, update

from joindin.models import BrowserSession, User
from joindin.security.tokens import hash_token, new_session_token

# The shortest time between two updates of the last use.
MIN_RECORD_INTERVAL = dt.timedelta(minutes=1)

MAX_USER_AGENT_LENGTH = 200


def create_browser_session(
    session,
    user: User,
    *,
    ip_address: str | None,
    user_agent: str | None,
    lifetime: dt.timedelta,
    now: dt.datetime,
    with_second_factor: bool = False,
    authenticated_at: dt.datetime | None = None,
) -> tuple[BrowserSession, str]:
    """Create a session of ``user``; return it and the value of its cookie, of which only the hash is stored.

    ``authenticated_at`` is the time when an external provider authenticated the user, if that was before now.
    """
    token = new_session_token()
    opened = BrowserSession(
        token_hash=hash_token(token),
        user_id=user.id,
        created_at=now,
        authenticated_at=authenticated_at or now,
        second_factor_at=now if with_second_factor else None,
        last_seen_at=now,
        expires_at=now + lifetime,
        ip_address=ip_address,
        user_agent=(user_agent or "")[:MAX_USER_AGENT_LENGTH] or None,
    )
    session.add(opened)
    session.flush()
    return opened, token


def record_session_use(session, used: BrowserSession, now: dt.datetime) -> bool:
    """Store the time of use, at most once a minute; return whether anything was written."""
    if used.last_seen_at > now - MIN_RECORD_INTERVAL:
        return False
    session.execute(
        update(BrowserSession)
        .where(BrowserSession.id == used.id, BrowserSession.last_seen_at <= now - MIN_RECORD_INTERVAL)
        .values(last_seen_at=now)
    )
    return True


def record_authentication(session, browser_session: BrowserSession, *, now: dt.datetime) -> None:
    """Store that the user has confirmed the password or the external identity."""
    browser_session.authenticated_at = now
    session.flush()


def record_second_factor(session, browser_session: BrowserSession, *, now: dt.datetime) -> None:
    """Store that the user has confirmed a second factor."""
    browser_session.second_factor_at = now
    session.flush()


def revoke_browser_session(session, ended_session: BrowserSession, *, now: dt.datetime) -> None:
    ended_session.revoked_at = ended_session.revoked_at or now
    session.flush()


def revoke_browser_sessions(
    session, user_id: int, *, now: dt.datetime, kept_session: BrowserSession | None = None
) -> None:
    """Sign the user out in all browsers except ``kept_session``."""
    ended = update(BrowserSession).where(BrowserSession.user_id == user_id, BrowserSession.revoked_at.is_(None))
    if kept_session is not None:
        ended = ended.where(BrowserSession.id != kept_session.id)
    session.execute(ended.values(revoked_at=now))


def purge_expired_sessions(session, before: dt.datetime) -> int:
    """Delete sessions that ended before that time; return their number."""
    return session.execute(
        delete(BrowserSession)
        .where(
            or_(
                BrowserSession.expires_at < before,
                BrowserSession.revoked_at < before,
            )
        )
        .execution_options(synchronize_session=False)
    ).rowcount
