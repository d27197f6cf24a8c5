"""Password hashes: new ones and those of the original (spec 17.1)."""

import hashlib
from time import perf_counter

import bcrypt
import pytest

from joindin.security.passwords import MAX_PASSWORD_BYTES, check_password, hash_password, needs_rehash

# Seed data of the original: "imaadmin" and "johndoe" have the password "password".
MD5 = hashlib.md5(b"password").hexdigest()
BCRYPT = bcrypt.hashpw(MD5.encode(), bcrypt.gensalt(4)).decode()


@pytest.mark.parametrize("password", ["password", "", "ﬀ ü 漢", "x" * MAX_PASSWORD_BYTES])
def test_password_matches_only_its_own_hash(password):
    stored = hash_password(password)

    assert check_password(password, stored)
    assert not check_password(password[:-1] + "?", stored)
    assert stored.startswith("$argon2id$")
    assert not needs_rehash(stored)


def test_old_hash_takes_as_long_as_no_account():
    def seconds_for(stored):
        started = perf_counter()
        assert not check_password("wrong", stored)
        return perf_counter() - started

    times = {name: min(seconds_for(stored) for _ in range(5)) for name, stored in (("none", None), ("old", MD5))}

    assert times["old"] > times["none"] / 3


def test_hashes_of_one_password_differ():
    assert hash_password("password") != hash_password("password")


@pytest.mark.parametrize(
    "stored", [BCRYPT, "$2y$" + BCRYPT[4:], "$2a$" + BCRYPT[4:], MD5, MD5.upper()], ids=["2b", "2y", "2a", "md5", "MD5"]
)
def test_hashes_of_the_original_match_and_need_a_rehash(stored):
    assert check_password("password", stored)
    assert not check_password("Password", stored)
    assert needs_rehash(stored)


def test_hash_is_not_a_password():
    assert not check_password(MD5, MD5)
    assert not check_password(MD5, BCRYPT)


def test_weaker_argon2_parameters_need_a_rehash():
    assert needs_rehash("$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$" + "A" * 43)


@pytest.mark.parametrize(
    "stored",
    [None, "", "password", "$2y$10$", "$2y$10$tooshort", "$2y$99$" + "a" * 53, "$2", "$argon2id$", "ü" * 32, "x" * 200],
)
def test_invalid_hash_matches_nothing(stored):
    assert not check_password("password", stored)
    assert not check_password("", stored)


def test_too_long_password_is_not_checked():
    too_long = "x" * (MAX_PASSWORD_BYTES + 1)

    assert not check_password(too_long, hash_password(too_long))
