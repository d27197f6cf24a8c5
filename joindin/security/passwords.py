"""Password hashes."""

import hashlib
import hmac
import secrets
from contextlib import suppress

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's smallest argon2id setting: about 16 ms and 19 MiB for one sign-in.
_argon2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
MAX_PASSWORD_BYTES = 1024
_DUMMY_HASH = _argon2.hash(secrets.token_hex())


def hash_password(password: str) -> str:
    return _argon2.hash(password)


def check_password(password: str, stored: str | None) -> bool:
    """Whether the password fits the stored hash, which is argon2id or Joind.in's own.

    Joind.in kept bcrypt of the MD5 hex of the password, and in its first years the bare MD5
    (spec 17.1). Without a stored hash this takes as long as with one and answers no.
    """
    if len(password.encode()) > MAX_PASSWORD_BYTES:
        return False
    if stored and stored.startswith("$2"):
        return _check_bcrypt(password, stored)
    if stored and len(stored) == 32:
        return hmac.compare_digest(_md5(password).encode(), stored.lower().encode()) or _equalise_timing(password)
    try:
        return _argon2.verify(stored or _DUMMY_HASH, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether a hash that just matched should be made again with today's algorithm and settings."""
    return not stored.startswith("$argon2id$") or _argon2.check_needs_rehash(stored)


def _equalise_timing(password):
    """No, but not at once: a quick answer would tell that there is an account, and an old one."""
    with suppress(VerificationError):
        _argon2.verify(_DUMMY_HASH, password)
    return False


def _check_bcrypt(password, stored):
    try:
        return bcrypt.checkpw(_md5(password).encode(), b"$2b$" + stored.encode()[4:])
    except ValueError:
        # Old data holds hashes that were cut off.
        return False


def _md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
