"""Accounts: registering, proving an address, setting a new password."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from joindin.credentials import LONGEST_PASSWORD, new_token, password_hash, token_hash
from joindin.database import begin_write
from joindin.errors import Conflict, Invalid
from joindin.models import EmailVerification, PasswordReset, User
from joindin.operations.mail import send_later

SHORTEST_PASSWORD = 6


def register(session, *, now: dt.datetime, password: str, verified: bool = False, **fields) -> User:
    """Make an account; a token that proves its address goes out by mail.

    The password is hashed before the first statement, so that no lock is held meanwhile.

    :raises Conflict: if the name or the address was taken a moment ago.
    """
    user = User(**fields, password_hash=password_hash(password), is_verified=verified, registered_at=now)
    try:
        with session.begin_nested():
            session.add(user)
            session.flush()
    except IntegrityError:
        raise Conflict("That username is already in use. Choose another") from None
    send_verification(session, user, now=now)
    return user


def send_verification(session, user: User, *, now: dt.datetime) -> None:
    token = new_token()
    session.add(EmailVerification(user_id=user.id, token_hash=token_hash(token), created_at=now))
    send_later(session, "verification", [user.email], token=token)


def verify_address(session, token: str) -> User:
    """Take a mailed token as proof; all tokens of that person are used up.

    :raises Invalid: if nobody has such a token.
    """
    begin_write(session)
    user = session.scalar(
        select(User).join(EmailVerification).where(EmailVerification.token_hash == token_hash(token)).with_for_update()
    )
    if user is None:
        raise Invalid("Verification failed")
    user.is_verified = True
    session.execute(delete(EmailVerification).where(EmailVerification.user_id == user.id))
    session.flush()
    return user


def password_problem(password: str) -> str | None:
    """What is wrong with a new password, in the contract's words; None if nothing is. Length in bytes."""
    if len(password.encode()) < SHORTEST_PASSWORD:
        return f"Passwords must be at least {SHORTEST_PASSWORD} characters long"
    if len(password.encode()) > LONGEST_PASSWORD:
        return f"Passwords must be at most {LONGEST_PASSWORD} characters long"
    return None


def remind_of_username(session, user: User) -> None:
    send_later(session, "username_reminder", [user.email], full_name=user.full_name, username=user.username)


def send_password_reset(session, user: User, *, now: dt.datetime) -> None:
    token = new_token()
    session.add(PasswordReset(user_id=user.id, token_hash=token_hash(token), created_at=now))
    send_later(session, "password_reset", [user.email], full_name=user.full_name, token=token)


def reset_password(session, token: str, password: str) -> None:
    """Set a new password against a mailed token; all reset tokens of that person are used up.

    :raises Invalid: if the token is unknown or the password is no good.
    """
    if problem := password_problem(password):
        raise Invalid(problem)
    hashed = password_hash(password)
    begin_write(session)
    user = session.scalar(
        select(User).join(PasswordReset).where(PasswordReset.token_hash == token_hash(token)).with_for_update()
    )
    if user is None:
        raise Invalid("Password could not be reset")
    user.password_hash = hashed
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    session.flush()
