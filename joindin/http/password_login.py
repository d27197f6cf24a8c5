"""Authentication by username and password for every surface. Each attempt is counted before the password is checked."""

from flask import request

from joindin.extensions import db
from joindin.http.known_devices import get_known_device
from joindin.models import User
from joindin.operations.accounts.password_sign_in import authenticate_password
from joindin.operations.accounts.second_factors import is_password_only_allowed
from joindin.operations.rate_limits import KnownDevice, consume_sign_in_attempt, reset_sign_in_attempts
from joindin.utils.datetimes import utc_now


def count_login_attempt(name: str, ip_address: str | None = None, device: KnownDevice | None = None) -> None:
    """Count an attempt to sign in as ``name`` and commit the count, also if the request fails later.

    It counts for the address of the request, unless a trusted client passes its user's, or for the ``device`` if it is one
    of that user.

    :raises RateLimited: if the limit is used up.
    """
    try:
        ip_address = ip_address or request.remote_addr
        consume_sign_in_attempt(db.session, name=name, ip_address=ip_address, device=device, now=utc_now())
    finally:
        db.session.commit()


def reset_login_attempts(name: str, ip_address: str | None = None, device: KnownDevice | None = None) -> None:
    """Take back the attempts counted by :func:`count_login_attempt`. The caller commits."""
    reset_sign_in_attempts(db.session, name=name, ip_address=ip_address or request.remote_addr, device=device)


def authenticate(name: str, password: str) -> User | None:
    """Return the active user with that username or e-mail address and that password, in a browser. The caller commits.

    :raises RateLimited: if the limit of the browser or the network is used up.
    """
    return _authenticate(name, password, get_known_device())


def authenticate_for_client(name: str, password: str) -> User | None:
    """As :func:`authenticate`, for an application, which cannot ask for a second factor and is no known device.

    A user with a second factor is not authenticated, unless they allowed applications to use the password alone.
    """
    user = _authenticate(name, password, None)
    return user if user is not None and is_password_only_allowed(db.session, user) else None


def _authenticate(name, password, device):
    count_login_attempt(name, device=device)
    user = authenticate_password(db.session, name, password)
    if user is None or not user.is_active:
        return None
    reset_login_attempts(name, device=device)
    return user
