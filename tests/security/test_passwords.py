"""Password hashes: new ones and those of the original (spec 17.1)."""

import hashlib
from time import process_time

import bcrypt
import pytest
from argon2 import PasswordHasher

from joindin.security.passwords import (
    MAX_PASSWORD_BYTES,
    PLAIN_BCRYPT_PREFIX,
    check_password,
    hash_password,
    matches_as_typed_only,
    needs_rehash,
    prepare_password,
)

# Those of the module, so that the hashes need no replacement for their parameters.
PARAMETERS = {"time_cost": 2, "memory_cost": 19 * 1024, "parallelism": 1}

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
    def cpu_seconds_for(stored):
        started = process_time()
        assert not check_password("wrong", stored)
        return process_time() - started

    times = {name: min(cpu_seconds_for(stored) for _ in range(5)) for name, stored in (("none", None), ("old", MD5))}

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


@pytest.mark.parametrize("version", ["$2a$", "$2b$", "$2y$"])
def test_hash_of_gancio_matches_and_needs_a_rehash(version):
    plain = bcrypt.hashpw(b"p\xc3\xa4ssword", bcrypt.gensalt(4)).decode()
    stored = f"{PLAIN_BCRYPT_PREFIX}{version}{plain[4:]}"

    assert check_password("pässword", stored)
    assert check_password("pa\u0308ssword", stored)
    assert not check_password("password", stored)
    assert not check_password(hashlib.md5("pässword".encode()).hexdigest(), stored)
    assert needs_rehash(stored)


def test_hash_of_gancio_covers_the_first_72_bytes():
    stored = PLAIN_BCRYPT_PREFIX + bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode()

    assert check_password("x" * 100, stored)
    assert not check_password("x" * 71, stored)


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


@pytest.mark.parametrize(
    ("chosen", "typed"),
    [
        ("pässword ü", "pa\u0308ssword u\u0308"),
        ("pa\u0308ssword", "pässword"),
        ("two words", "two\u00a0words"),
        ("Å", "\u212b"),
    ],
)
def test_a_password_matches_in_every_form_that_keyboards_send(chosen, typed):
    assert check_password(typed, hash_password(chosen))


@pytest.mark.parametrize(("chosen", "typed"), [("pässword", "password"), ("Password", "password"), ("ﬁve", "five")])
def test_other_letters_are_another_password(chosen, typed):
    assert not check_password(typed, hash_password(chosen))


@pytest.mark.parametrize("typed", ["pa\u0308ssword", "two\u00a0words", "pass\u200bword", "👨‍👩‍👧 family"])
def test_a_hash_of_the_form_that_was_typed_still_matches(typed):
    for stored in (PasswordHasher(**PARAMETERS).hash(typed), hashlib.md5(typed.encode()).hexdigest()):
        assert check_password(typed, stored)
        assert not check_password(typed + "x", stored)


def test_a_hash_that_matches_as_typed_only_is_replaced():
    old, new = PasswordHasher(**PARAMETERS).hash("pa\u0308ss"), hash_password("pa\u0308ss")

    assert [matches_as_typed_only("pa\u0308ss", stored) for stored in (old, new)] == [True, False]
    assert matches_as_typed_only("plain", hash_password("plain")) is False


@pytest.mark.parametrize("password", ["pass\u200bword", "pass\x00word", "\u202epassword", "pass\nword", ""])
def test_a_password_with_characters_that_are_not_seen_cannot_be_prepared(password):
    with pytest.raises(ValueError, match="characters"):
        prepare_password(password)
