"""Password hashes of Django, as accounts of an imported ephios have them."""

import base64
import hashlib

import bcrypt
import pytest
from argon2 import PasswordHasher

from joindin.security.django_passwords import convert_django_hash
from joindin.security.passwords import check_password, needs_rehash

PASSWORD = "Grüße, 漢字"
UTF8 = PASSWORD.encode()


def b64(digest):
    return base64.b64encode(digest).decode()


HASHES = {
    "pbkdf2_sha256": f"pbkdf2_sha256$1000$salt${b64(hashlib.pbkdf2_hmac('sha256', UTF8, b'salt', 1000))}",
    "pbkdf2_sha1": f"pbkdf2_sha1$1000$salt${b64(hashlib.pbkdf2_hmac('sha1', UTF8, b'salt', 1000))}",
    "scrypt": f"scrypt$1024$salt$8$5${b64(hashlib.scrypt(UTF8, salt=b'salt', n=1024, r=8, p=5))}",
    "bcrypt_sha256": "bcrypt_sha256$"
    + bcrypt.hashpw(hashlib.sha256(UTF8).hexdigest().encode(), bcrypt.gensalt(4)).decode(),
    "argon2": "argon2" + PasswordHasher(time_cost=2, memory_cost=102400, parallelism=8).hash(PASSWORD),
}


@pytest.mark.parametrize("algorithm", HASHES)
def test_a_hash_matches_its_password_only_and_is_replaced_at_the_next_sign_in(algorithm):
    stored = convert_django_hash(HASHES[algorithm])

    assert len(stored) <= 200
    assert check_password(PASSWORD, stored)
    assert not check_password("another", stored)
    assert needs_rehash(stored)


@pytest.mark.parametrize("stored", ["!", "!YHmMIT9aKtchKiYl", "", "md5$salt$00", "unknown$1$2", "argon2id"])
def test_unusable_and_unknown_hashes_are_not_kept(stored):
    assert convert_django_hash(stored) is None


@pytest.mark.parametrize(
    "stored",
    [
        "pbkdf2_sha256$",
        "pbkdf2_sha256$x$salt$hash",
        "pbkdf2_sha256$0$salt$hash",
        "pbkdf2_sha256$99999999999$salt$hash",
        "scrypt$3$salt$8$5$hash",
        "scrypt$1099511627776$salt$8$5$hash",
        "scrypt$1024$salt$8",
        "bcrypt_sha256$x",
        "pbkdf2_sha256$1000$salt$ü",
    ],
)
def test_a_malformed_hash_matches_no_password(stored):
    assert not check_password(PASSWORD, stored)
