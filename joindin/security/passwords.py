"""Password hashes: argon2id for new ones; bcrypt and MD5 of the original Joind.in are still accepted.

A hash takes time and memory on purpose. A process therefore computes few at a time, and refuses with ``Overloaded`` beyond a short queue.
"""

import hashlib
import hmac
import secrets
from contextlib import suppress

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from joindin.utils.concurrency_limit import ConcurrencyLimit

# The smallest argon2id parameters that OWASP recommends: about 16 ms and 19 MiB for one check.
_argon2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

MAX_PASSWORD_BYTES = 1024

HASHING = ConcurrencyLimit("passwords", max_running=2, max_waiting=14, max_wait_s=5)

# Compared where there is no hash, so that the response time does not reveal whether an account exists.
_DUMMY_HASH = _argon2.hash(secrets.token_hex())


def hash_password(password: str) -> str:
    """:raises Overloaded: if too many passwords are being hashed."""
    with HASHING:
        return _argon2.hash(password)


def check_password(password: str, stored: str | None) -> bool:
    """Whether the password matches the stored hash. Takes as long without a stored hash, and returns False then.

    Joind.in stored bcrypt of the MD5 hex of the password, and in its first years the MD5 itself (spec 17.1).

    :raises Overloaded: if too many passwords are being hashed.
    """
    if len(password.encode()) > MAX_PASSWORD_BYTES:
        return False
    with HASHING:
        return _matches(password, stored)


def _matches(password, stored):
    if stored and stored.startswith("$2"):
        return _check_bcrypt(password, stored)
    if stored and len(stored) == 32:
        return hmac.compare_digest(_md5(password).encode(), stored.lower().encode()) or _equalise_timing(password)
    try:
        return _argon2.verify(stored or _DUMMY_HASH, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether a hash that just matched should be replaced by one with the current algorithm and parameters."""
    return not stored.startswith("$argon2id$") or _argon2.check_needs_rehash(stored)


def _equalise_timing(password):
    """Return False after the time of an argon2 check: a quick response would reveal an account with an old hash."""
    with suppress(VerificationError):
        _argon2.verify(_DUMMY_HASH, password)
    return False


def _check_bcrypt(password, stored):
    try:
        return bcrypt.checkpw(_md5(password).encode(), b"$2b$" + stored.encode()[4:])
    except ValueError:
        # Old data contains truncated hashes.
        return False


def _md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
