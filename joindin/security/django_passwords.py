"""Password hashes of Django, as imported accounts have them until their next sign-in.

argon2 hashes are those of ``passwords.py`` with a prefix, and are converted when they are imported. The others keep Django's
form ``algorithm$parameters$salt$hash``.
"""

import base64
import hashlib
import hmac
from contextlib import suppress

import bcrypt

PBKDF2 = {"pbkdf2_sha256": "sha256", "pbkdf2_sha1": "sha1"}
BCRYPT = "bcrypt_sha256"
SCRYPT = "scrypt"
ARGON2_PREFIX = "argon2$argon2"
MAX_ITERATIONS = 10_000_000
MAX_SCRYPT_MEMORY = 256 << 20


def convert_django_hash(encoded: str) -> str | None:
    """Return the form in which the hash is stored; None if it is unusable or of an unknown kind."""
    if encoded.startswith(ARGON2_PREFIX):
        return encoded.removeprefix("argon2")
    return encoded if is_django_hash(encoded) else None


def is_django_hash(stored: str) -> bool:
    return stored.partition("$")[0] in (*PBKDF2, BCRYPT, SCRYPT)


def matches_django_hash(password: str, stored: str) -> bool:
    """Return whether the password matches. A malformed hash matches none."""
    algorithm, _, rest = stored.partition("$")
    with suppress(ValueError, TypeError, MemoryError):
        if algorithm in PBKDF2:
            iterations, salt, expected = rest.split("$")
            return _is_equal(_pbkdf2(PBKDF2[algorithm], password, salt, int(iterations)), expected)
        if algorithm == SCRYPT:
            cost, salt, block_size, parallelism, expected = rest.split("$")
            return _is_equal(_scrypt(password, salt, int(cost), int(block_size), int(parallelism)), expected)
        if algorithm == BCRYPT:
            digest = hashlib.sha256(password.encode()).hexdigest()
            return bcrypt.checkpw(digest.encode(), rest.encode())
    return False


def _pbkdf2(digest, password, salt, iterations):
    if iterations > MAX_ITERATIONS:
        raise ValueError("too many iterations")
    return hashlib.pbkdf2_hmac(digest, password.encode(), salt.encode(), iterations)


def _scrypt(password, salt, cost, block_size, parallelism):
    return hashlib.scrypt(
        password.encode(),
        salt=salt.encode(),
        n=cost,
        r=block_size,
        p=parallelism,
        maxmem=MAX_SCRYPT_MEMORY,
        dklen=64,
    )


def _is_equal(digest, expected):
    return hmac.compare_digest(base64.b64encode(digest), expected.encode())
