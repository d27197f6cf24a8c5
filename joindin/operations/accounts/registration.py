"""Becoming somebody here by way of the pages, which tell nobody whether an address has an account.

The account is made when its address is proven, not before: a username that is suddenly taken would
tell as much as an answer.
"""

import datetime as dt

from sqlalchemy import delete, select

from joindin.db.locking import begin_write
from joindin.errors import InvalidInput, RateLimited
from joindin.models import Registration, User
from joindin.operations.accounts.users import create_account
from joindin.operations.outbox import enqueue_mail
from joindin.operations.rate_limits import MAIL_ACCOUNT, consume_attempt
from joindin.queries.accounts.users import get_user_by_email
from joindin.security.passwords import hash_password
from joindin.security.tokens import hash_token, new_session_token
from joindin.utils.text import fold_case_accents

REGISTRATION_TTL = dt.timedelta(days=3)
MSG_LINK_EXPIRED = "This link is no longer good"


def request_registration(
    session, *, username: str, full_name: str, email: str, password: str, now: dt.datetime
) -> None:
    """Mail a link to the address; or, where it has an account already, tell its owner instead."""
    hashed = hash_password(password)
    if not is_mail_allowed(session, email, now=now):
        return
    token = new_session_token()
    known = get_user_by_email(session, email)
    if known is not None:
        mail_existing_account(session, known)
        return
    session.add(
        Registration(
            token_hash=hash_token(token),
            username=username,
            full_name=full_name,
            email=email,
            password_hash=hashed,
            created_at=now,
        )
    )
    enqueue_mail(session, "registration", [email], full_name=full_name, username=username, token=token)


def get_registration_by_token(session, token: str, now: dt.datetime) -> Registration | None:
    return session.scalar(
        select(Registration).where(
            Registration.token_hash == hash_token(token), Registration.created_at > now - REGISTRATION_TTL
        )
    )


def confirm_registration(session, token: str, *, username: str | None = None, now: dt.datetime) -> User:
    """Make the account that was asked for; by another ``username``, if that was given away meanwhile.

    :raises InvalidInput: if the link was used or is too old.
    :raises Conflict: if the username or the address was given away.
    """
    begin_write(session)
    asked = session.scalar(
        select(Registration)
        .where(Registration.token_hash == hash_token(token), Registration.created_at > now - REGISTRATION_TTL)
        .with_for_update()
    )
    if asked is None:
        raise InvalidInput(MSG_LINK_EXPIRED)
    user = create_account(
        session,
        now=now,
        password_hash=asked.password_hash,
        is_verified=True,
        username=username or asked.username,
        full_name=asked.full_name,
        email=asked.email,
    )
    session.execute(delete(Registration).where(Registration.email == asked.email))
    return user


def mail_existing_account(session, user: User) -> None:
    """Remind whoever owns an address that they have an account: somebody just wanted one."""
    enqueue_mail(
        session,
        "registration_existing_account",
        [user.email] if user.is_active else [],
        full_name=user.full_name,
        username=user.username,
    )


def is_mail_allowed(session, email: str, *, now: dt.datetime) -> bool:
    """Whether this address was not sent mail too often lately. Nobody is told: it would tell of others' attempts."""
    try:
        consume_attempt(session, MAIL_ACCOUNT, fold_case_accents(email), now=now)
    except RateLimited:
        return False
    return True


def purge_expired_registrations(session, now: dt.datetime) -> None:
    session.execute(
        delete(Registration)
        .where(Registration.created_at <= now - REGISTRATION_TTL)
        .execution_options(synchronize_session=False)
    )
