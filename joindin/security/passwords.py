"""Password hashes: argon2id for new ones; those of Joind.in (bcrypt, MD5), Gancio and Django are still accepted.

A hash takes time and memory on purpose. A process therefore computes few at a time, and refuses with ``Overloaded`` beyond a short queue.

Passwords are prepared by the PRECIS profile OpaqueString (RFC 8265): keyboards send the same letter in several forms.
Hashes that are older than this rule are of the form that was typed then.
"""

import hashlib
import hmac
import secrets
import unicodedata
from contextlib import suppress

import bcrypt
import precis_i18n
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from joindin.security.django_passwords import is_django_hash, matches_django_hash
from joindin.utils.concurrency_limit import ConcurrencyLimit

# The smallest argon2id parameters that OWASP recommends: about 16 ms and 19 MiB for one check.
_argon2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

MAX_PASSWORD_BYTES = 1024

# Before a bcrypt hash of the password itself. Joind.in's are of its MD5: checked both ways, the MD5 would be a password.
PLAIN_BCRYPT_PREFIX = "plain:"
# bcrypt ignores the rest.
MAX_BCRYPT_BYTES = 72

_opaque_string = precis_i18n.get_profile("OpaqueString")

HASHING = ConcurrencyLimit("passwords", max_running=2, max_waiting=14, max_wait_s=5)

# Compared where there is no hash, so that the response time does not reveal whether an account exists.
_DUMMY_HASH = _argon2.hash(secrets.token_hex())


def prepare_password(password: str) -> str:
    """Return the form in which passwords are hashed: letters in form NFC, and only the usual space.

    :raises ValueError: if the password contains control or invisible characters, or none at all.
    """
    try:
        return _opaque_string.enforce(password)
    except UnicodeEncodeError:
        raise ValueError("the password contains characters that cannot be typed everywhere") from None


def hash_password(password: str) -> str:
    """:raises Overloaded: if too many passwords are being hashed."""
    with HASHING:
        return _argon2.hash(_prepared(password))


def check_password(password: str, stored: str | None) -> bool:
    """Whether the password, prepared or as typed, matches the stored hash. Without a hash it takes as long.

    Joind.in stored bcrypt of the MD5 hex of the password, and in its first years the MD5 itself (spec 17.1). Gancio
    stores bcrypt of the password.

    :raises Overloaded: if too many passwords are being hashed.
    """
    if len(password.encode()) > MAX_PASSWORD_BYTES:
        return False
    with HASHING:
        return any(_matches(form, stored) for form in dict.fromkeys((_prepared(password), password)))


def _matches(password, stored):
    if stored and stored.startswith(PLAIN_BCRYPT_PREFIX):
        return _check_bcrypt(password, stored.removeprefix(PLAIN_BCRYPT_PREFIX))
    if stored and is_django_hash(stored):
        return matches_django_hash(password, stored)
    if stored and stored.startswith("$2"):
        return _check_bcrypt(_md5(password), stored)
    if stored and len(stored) == 32:
        return hmac.compare_digest(_md5(password).encode(), stored.lower().encode()) or _equalise_timing(password)
    try:
        return _argon2.verify(stored or _DUMMY_HASH, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether a hash that just matched should be replaced by one with the current algorithm and parameters."""
    return not stored.startswith("$argon2id$") or _argon2.check_needs_rehash(stored)


def matches_as_typed_only(password: str, stored: str) -> bool:
    """Whether a hash that just matched is that of the password as typed, and not of the prepared one."""
    if _prepared(password) == password:
        return False
    with HASHING:
        return not _matches(_prepared(password), stored)


def _prepared(password):
    """Return the prepared form; for passwords that are no longer accepted, form NFC."""
    try:
        return prepare_password(password)
    except ValueError:
        return unicodedata.normalize("NFC", password)


def _equalise_timing(password):
    """Return False after the time of an argon2 check: a quick response would reveal an account with an old hash."""
    with suppress(VerificationError):
        _argon2.verify(_DUMMY_HASH, password)
    return False


def _check_bcrypt(password, stored):
    try:
        return bcrypt.checkpw(password.encode()[:MAX_BCRYPT_BYTES], b"$2b$" + stored.encode()[4:])
    except ValueError:
        # Old data contains truncated hashes.
        return False


def _md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
