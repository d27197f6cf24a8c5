"""Asking for a name and a password, on whichever surface: every attempt is counted before it is made."""

from flask import request

from joindin.extensions import db
from joindin.models import User
from joindin.operations.accounts.password_sign_in import authenticate_password
from joindin.operations.accounts.second_factors import is_password_only_allowed
from joindin.operations.rate_limits import consume_sign_in_attempt, reset_sign_in_attempts
from joindin.utils.datetimes import utc_now


def count_login_attempt(name: str, address: str | None = None) -> None:
    """Count an attempt to sign in as ``name``, and keep the count whatever comes of it.

    It counts for the caller's address, unless a caller who is believed names another.

    :raises RateLimited: if there were too many.
    """
    try:
        consume_sign_in_attempt(db.session, name=name, ip_address=address or request.remote_addr, now=utc_now())
    finally:
        db.session.commit()


def reset_login_attempts(name: str, address: str | None = None) -> None:
    """The attempt was an honest one."""
    reset_sign_in_attempts(db.session, name=name, ip_address=address or request.remote_addr)


def authenticate(name: str, password: str) -> User | None:
    """The active user with that username or address and that password; the caller commits.

    :raises RateLimited: if there were too many attempts.
    """
    count_login_attempt(name)
    user = authenticate_password(db.session, name, password)
    if user is None or not user.is_active:
        return None
    reset_login_attempts(name)
    return user


def authenticate_for_client(name: str, password: str) -> User | None:
    """The same for an application, which cannot ask for more than a password.

    Who has a second factor is nobody here, unless they said that for applications the password is enough.
    """
    user = authenticate(name, password)
    return user if user is not None and is_password_only_allowed(db.session, user) else None
