"""Password checks shared by all surfaces."""

import hashlib

import pytest
from argon2 import PasswordHasher

from joindin.models import User
from joindin.operations.accounts.password_sign_in import authenticate_password
from joindin.security.passwords import check_password, hash_password, needs_rehash
from tests.factories import make_user


@pytest.mark.parametrize("login", ["ann", "ANN", "ann@example.org"])
def test_a_user_is_authenticated_by_username_or_address(session, login):
    ann = make_user(session, "ann", password_hash=hash_password("right"))

    assert authenticate_password(session, login, "right") is ann
    assert authenticate_password(session, login, "wrong") is None


@pytest.mark.parametrize(
    "login", ["joe@exämple.net", "JOE@XN--EXMPLE-CUA.NET", "joe@exa\u0308mple.net", "Joe@Exämple.Net"]
)
def test_a_user_is_authenticated_by_every_spelling_of_the_address(session, login):
    joe = make_user(session, "joe", email="joe@exämple.net", password_hash=hash_password("right"))
    make_user(session, "other", email="joe@example.net", password_hash=hash_password("right"))

    assert authenticate_password(session, login, "right") is joe


def test_a_password_typed_in_another_unicode_form_authenticates_and_replaces_the_old_hash(session):
    typed_then, typed_now = "pa\u0308ssword", "pässword"
    ann = make_user(session, "ann", password_hash=PasswordHasher(2, 19 * 1024, 1).hash(typed_then))

    assert authenticate_password(session, "ann", typed_now) is None
    assert authenticate_password(session, "ann", typed_then) is ann
    session.commit()
    assert session.get_one(User, ann.id, populate_existing=True)
    assert authenticate_password(session, "ann", typed_now) is ann


def test_an_unknown_name_is_not_authenticated(session):
    assert authenticate_password(session, "ann", "") is None


def test_an_account_without_a_password_is_not_authenticated(session):
    make_user(session, "ann", password_hash=None)

    assert authenticate_password(session, "ann", "") is None


@pytest.mark.parametrize(("password", "is_rehashed"), [("right", True), ("wrong", False)])
def test_the_right_password_replaces_a_hash_of_an_old_kind(session, password, is_rehashed):
    old_hash = hashlib.md5(b"right").hexdigest()
    ann = make_user(session, "ann", password_hash=old_hash)

    authenticate_password(session, "ann", password)
    session.commit()

    stored = session.get_one(User, ann.id, populate_existing=True).password_hash
    assert (stored != old_hash) is is_rehashed
    assert check_password("right", stored)
    assert needs_rehash(stored) is not is_rehashed
