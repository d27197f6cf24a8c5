"""Passwords and tokens, as they are made, kept and recognised (spec 17.1)."""

import hashlib
from time import perf_counter

import bcrypt
import pytest

from joindin.security.encryption import decrypt, encrypt
from joindin.security.passwords import MAX_PASSWORD_BYTES, check_password, hash_password, needs_rehash
from joindin.security.tokens import hash_token, new_token, verify_token_hash

# The seed of the original: "imaadmin" and "johndoe" have the password "password".
MD5 = hashlib.md5(b"password").hexdigest()
BCRYPT = bcrypt.hashpw(MD5.encode(), bcrypt.gensalt(4)).decode()


@pytest.mark.parametrize("password", ["password", "", "ﬀ ü 漢", "x" * MAX_PASSWORD_BYTES])
def test_a_password_fits_its_own_hash_alone(password):
    stored = hash_password(password)

    assert check_password(password, stored)
    assert not check_password(password[:-1] + "?", stored)
    assert stored.startswith("$argon2id$")
    assert not needs_rehash(stored)


def test_an_account_with_a_hash_of_old_is_not_told_by_the_time_it_takes():
    def time_taken(stored):
        started = perf_counter()
        assert not check_password("wrong", stored)
        return perf_counter() - started

    times = {name: min(time_taken(stored) for _ in range(5)) for name, stored in (("nobody", None), ("old", MD5))}

    assert times["old"] > times["nobody"] / 3


def test_what_was_sealed_is_read_by_who_sealed_it_and_for_what_it_was():
    sealed = encrypt("a secret of ours", "this", "text")

    assert ("text" in sealed, decrypt("a secret of ours", "this", sealed)) == (False, "text")
    assert decrypt("another secret", "this", sealed) is None
    assert decrypt("a secret of ours", "that", sealed) is None
    assert decrypt("a secret of ours", "this", sealed[:-4] + "AAAA") is None
    assert decrypt("a secret of ours", "this", "") is None


def test_the_same_password_is_never_hashed_alike():
    assert hash_password("password") != hash_password("password")


@pytest.mark.parametrize(
    "stored", [BCRYPT, "$2y$" + BCRYPT[4:], "$2a$" + BCRYPT[4:], MD5, MD5.upper()], ids=["2b", "2y", "2a", "md5", "MD5"]
)
def test_the_hashes_of_the_original_are_recognised_and_outdated(stored):
    assert check_password("password", stored)
    assert not check_password("Password", stored)
    assert needs_rehash(stored)


def test_the_hash_itself_is_no_password():
    assert not check_password(MD5, MD5)
    assert not check_password(MD5, BCRYPT)


def test_weaker_settings_of_argon2_are_outdated():
    assert needs_rehash("$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$" + "A" * 43)


@pytest.mark.parametrize(
    "stored",
    [None, "", "password", "$2y$10$", "$2y$10$tooshort", "$2y$99$" + "a" * 53, "$2", "$argon2id$", "ü" * 32, "x" * 200],
)
def test_nothing_fits_a_hash_that_is_none(stored):
    assert not check_password("password", stored)
    assert not check_password("", stored)


def test_what_is_longer_than_any_password_is_not_even_tried():
    too_long = "x" * (MAX_PASSWORD_BYTES + 1)

    assert not check_password(too_long, hash_password(too_long))


def test_tokens_are_sixteen_hex_digits_and_all_different():
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {16}
    assert set("".join(tokens)) <= set("0123456789abcdef")


def test_a_token_is_recognised_by_its_sha_256():
    stored = hash_token("0123456789abcdef")

    assert stored == hashlib.sha256(b"0123456789abcdef").hexdigest()
    assert verify_token_hash("0123456789abcdef", stored)
    assert not verify_token_hash("0123456789abcdee", stored)
    assert not verify_token_hash(stored, stored)
