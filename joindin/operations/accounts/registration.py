"""Becoming somebody here by way of the pages, which tell nobody whether an address has an account.

The account is made when its address is proven, not before: a username that is suddenly taken would
tell as much as an answer.
"""

import datetime as dt

from sqlalchemy import delete, select

from joindin.db.locking import begin_write
from joindin.errors import Invalid, TooOften
from joindin.models import Registration, User
from joindin.operations.accounts.users import make_account
from joindin.operations.outbox import send_later
from joindin.operations.rate_limits import MAIL_ACCOUNT, admit
from joindin.queries.accounts.users import user_with_email
from joindin.security.passwords import password_hash
from joindin.security.tokens import new_session_token, token_hash
from joindin.utils.text import fold

LASTS = dt.timedelta(days=3)
NO_LONGER = "This link is no longer good"


def ask_for_account(session, *, username: str, full_name: str, email: str, password: str, now: dt.datetime) -> None:
    """Mail a link to the address; or, where it has an account already, tell its owner instead."""
    hashed = password_hash(password)
    if not may_be_mailed(session, email, now=now):
        return
    token = new_session_token()
    known = user_with_email(session, email)
    if known is not None:
        tell_of_account(session, known)
        return
    session.add(
        Registration(
            token_hash=token_hash(token),
            username=username,
            full_name=full_name,
            email=email,
            password_hash=hashed,
            created_at=now,
        )
    )
    send_later(session, "registration", [email], full_name=full_name, username=username, token=token)


def registration_shown(session, token: str, now: dt.datetime) -> Registration | None:
    return session.scalar(
        select(Registration).where(Registration.token_hash == token_hash(token), Registration.created_at > now - LASTS)
    )


def open_account(session, token: str, *, username: str | None = None, now: dt.datetime) -> User:
    """Make the account that was asked for; by another ``username``, if that was given away meanwhile.

    :raises Invalid: if the link was used or is too old.
    :raises Conflict: if the username or the address was given away.
    """
    begin_write(session)
    asked = session.scalar(
        select(Registration)
        .where(Registration.token_hash == token_hash(token), Registration.created_at > now - LASTS)
        .with_for_update()
    )
    if asked is None:
        raise Invalid(NO_LONGER)
    user = make_account(
        session,
        now=now,
        hashed=asked.password_hash,
        verified=True,
        username=username or asked.username,
        full_name=asked.full_name,
        email=asked.email,
    )
    session.execute(delete(Registration).where(Registration.email == asked.email))
    return user


def tell_of_account(session, user: User) -> None:
    """Remind whoever owns an address that they have an account: somebody just wanted one."""
    send_later(
        session,
        "registration_known",
        [user.email] if user.is_active else [],
        full_name=user.full_name,
        username=user.username,
    )


def may_be_mailed(session, email: str, *, now: dt.datetime) -> bool:
    """Whether this address was not sent mail too often lately. Nobody is told: it would tell of others' attempts."""
    try:
        admit(session, MAIL_ACCOUNT, fold(email), now=now)
    except TooOften:
        return False
    return True


def forget_registrations(session, now: dt.datetime) -> None:
    session.execute(
        delete(Registration).where(Registration.created_at <= now - LASTS).execution_options(synchronize_session=False)
    )
