"""Signing a browser in, and out again."""

import datetime as dt

from sqlalchemy import delete, or_, update

from joindin.models import BrowserSession, User
from joindin.security.tokens import new_session_token, token_hash

# The last use is written down at most this often.
SEEN_INTERVAL = dt.timedelta(minutes=1)

LONGEST_AGENT = 200


def open_session(
    session, user: User, *, address: str | None, user_agent: str | None, lasts: dt.timedelta, now: dt.datetime
) -> tuple[BrowserSession, str]:
    """A new session of ``user``, and what its cookie holds, which nobody will see again."""
    token = new_session_token()
    opened = BrowserSession(
        token_hash=token_hash(token),
        user_id=user.id,
        created_at=now,
        proven_at=now,
        last_seen_at=now,
        expires_at=now + lasts,
        address=address,
        user_agent=(user_agent or "")[:LONGEST_AGENT] or None,
    )
    session.add(opened)
    session.flush()
    return opened, token


def note_seen(session, seen: BrowserSession, now: dt.datetime) -> bool:
    """Write down that a session was used, if the last note is a minute old; whether anything was written."""
    if seen.last_seen_at > now - SEEN_INTERVAL:
        return False
    session.execute(
        update(BrowserSession)
        .where(BrowserSession.id == seen.id, BrowserSession.last_seen_at <= now - SEEN_INTERVAL)
        .values(last_seen_at=now)
    )
    return True


def close_session(session, closed: BrowserSession, *, now: dt.datetime) -> None:
    closed.revoked_at = closed.revoked_at or now
    session.flush()


def close_sessions(session, user_id: int, *, now: dt.datetime, but: BrowserSession | None = None) -> None:
    """Sign somebody out everywhere, save in the browser at hand if it is named."""
    ended = update(BrowserSession).where(BrowserSession.user_id == user_id, BrowserSession.revoked_at.is_(None))
    if but is not None:
        ended = ended.where(BrowserSession.id != but.id)
    session.execute(ended.values(revoked_at=now))


def forget_ended_sessions(session, before: dt.datetime) -> int:
    """Delete sessions that ended, or were last used, before then; how many."""
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
