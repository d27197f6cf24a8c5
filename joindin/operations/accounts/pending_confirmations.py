"""One-time tokens sent by mail: registrations, new addresses, verifications and password resets.

Only hashes of tokens are stored. A token is valid once and, where its kind has a lifetime, for that time.
"""

import datetime as dt

from sqlalchemy import delete, select

from joindin.db.locking import begin_write
from joindin.errors import RateLimited
from joindin.models import (
    EMAIL_CHANGE_TTL,
    EmailChange,
    EmailVerification,
    FormerEmail,
    PasswordReset,
    Registration,
    User,
)
from joindin.operations.rate_limits import MAIL_ACCOUNT, consume_attempt
from joindin.queries.accounts.email_changes import FORMER_EMAIL_RETENTION
from joindin.security.tokens import hash_token
from joindin.utils.email_addresses import normalize_email

LIFETIMES = {
    Registration: dt.timedelta(days=3),
    EmailChange: EMAIL_CHANGE_TTL,
    EmailVerification: None,
    PasswordReset: dt.timedelta(days=1),
}
MSG_LINK_EXPIRED = "This link is no longer valid. Please request a new one"


def add_confirmation(session, model: type, token: str, *, now: dt.datetime, **columns) -> None:
    """Store the hash of a token that is about to be mailed."""
    session.add(model(token_hash=hash_token(token), created_at=now, **columns))


def get_confirmation(session, model: type, token: str, *, now: dt.datetime):
    """Return the row of a valid token, or None."""
    return session.scalar(select(model).where(*_is_valid(model, token, now)))


def lock_confirmation(session, model: type, token: str, *, now: dt.datetime):
    """Lock and return the row of a valid token, or None. The row of its user, if it has one, is locked first."""
    begin_write(session)
    locked = select(model).where(*_is_valid(model, token, now)).with_for_update()
    if "user_id" in model.__table__.c:
        locked = select(User, model).join(model, model.user_id == User.id).where(*_is_valid(model, token, now))
        row = session.execute(locked.with_for_update().execution_options(populate_existing=True)).first()
        return row[1] if row else None
    return session.scalar(locked)


def delete_confirmations(session, user_id: int, *models: type) -> None:
    """Delete all tokens of a user of these kinds."""
    for model in models:
        session.execute(delete(model).where(model.user_id == user_id))


def purge_expired_confirmations(session, now: dt.datetime) -> None:
    """Delete the registrations and address changes that were not confirmed in time, and addresses replaced long ago."""
    for model in (Registration, EmailChange):
        session.execute(
            delete(model).where(model.created_at <= now - LIFETIMES[model]).execution_options(synchronize_session=False)
        )
    session.execute(
        delete(FormerEmail)
        .where(FormerEmail.replaced_at <= now - FORMER_EMAIL_RETENTION)
        .execution_options(synchronize_session=False)
    )


def is_mail_allowed(session, email: str, *, now: dt.datetime) -> bool:
    """Count a mail to the address and return whether the address has not had too many.

    The requester is not told about a refusal, which would reveal requests of others.
    """
    try:
        consume_attempt(session, MAIL_ACCOUNT, normalize_email(email), now=now)
    except RateLimited:
        return False
    return True


def _is_valid(model, token, now):
    lifetime = LIFETIMES[model]
    conditions = [model.token_hash == hash_token(token)]
    return conditions if lifetime is None else [*conditions, model.created_at > now - lifetime]
