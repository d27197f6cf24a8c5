"""Authentication by username and password for every surface. Each attempt is counted before the password is checked."""

from flask import request

from joindin.extensions import db
from joindin.models import User
from joindin.operations.accounts.password_sign_in import authenticate_password
from joindin.operations.accounts.second_factors import is_password_only_allowed
from joindin.operations.rate_limits import consume_sign_in_attempt, reset_sign_in_attempts
from joindin.utils.datetimes import utc_now


def count_login_attempt(name: str, ip_address: str | None = None) -> None:
    """Count an attempt to sign in as ``name`` and commit the count, also if the request fails later.

    It counts for the address of the request, unless a trusted client passes its user's.

    :raises RateLimited: if the limit is used up.
    """
    try:
        consume_sign_in_attempt(db.session, name=name, ip_address=ip_address or request.remote_addr, now=utc_now())
    finally:
        db.session.commit()


def reset_login_attempts(name: str, ip_address: str | None = None) -> None:
    """Take back the attempts counted by :func:`count_login_attempt`. The caller commits."""
    reset_sign_in_attempts(db.session, name=name, ip_address=ip_address or request.remote_addr)


def authenticate(name: str, password: str) -> User | None:
    """Return the active user with that username or e-mail address and that password. The caller commits.

    :raises RateLimited: if the limit is used up.
    """
    count_login_attempt(name)
    user = authenticate_password(db.session, name, password)
    if user is None or not user.is_active:
        return None
    reset_login_attempts(name)
    return user


def authenticate_for_client(name: str, password: str) -> User | None:
    """As :func:`authenticate`, for an application, which cannot ask for a second factor.

    A user with a second factor is not authenticated, unless they allowed applications to use the password alone.
    """
    user = authenticate(name, password)
    return user if user is not None and is_password_only_allowed(db.session, user) else None
