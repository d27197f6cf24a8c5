"""Asking for a name and a password, on whichever surface: every attempt is counted before it is made."""

from flask import request

from joindin.extensions import db
from joindin.models import User
from joindin.operations.accounts.password_sign_in import user_with_password
from joindin.operations.accounts.second_factors import password_is_enough
from joindin.operations.rate_limits import admit_sign_in, forgive_sign_in
from joindin.utils.datetimes import utc_now


def count_attempt(name: str, address: str | None = None) -> None:
    """Count an attempt to sign in as ``name``, and keep the count whatever comes of it.

    It counts for the caller's address, unless a caller who is believed names another.

    :raises TooOften: if there were too many.
    """
    try:
        admit_sign_in(db.session, name=name, address=address or request.remote_addr, now=utc_now())
    finally:
        db.session.commit()


def forgive_attempt(name: str, address: str | None = None) -> None:
    """The attempt was an honest one."""
    forgive_sign_in(db.session, name=name, address=address or request.remote_addr)


def proven(name: str, password: str) -> User | None:
    """The active user with that username or address and that password; the caller commits.

    :raises TooOften: if there were too many attempts.
    """
    count_attempt(name)
    user = user_with_password(db.session, name, password)
    if user is None or not user.is_active:
        return None
    forgive_attempt(name)
    return user


def proven_to_application(name: str, password: str) -> User | None:
    """The same for an application, which cannot ask for more than a password.

    Who has a second factor is nobody here, unless they said that for applications the password is enough.
    """
    user = proven(name, password)
    return user if user is not None and password_is_enough(db.session, user) else None
