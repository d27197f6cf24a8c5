"""Signing in, where somebody else writes in between."""

import hashlib

import pytest
from sqlalchemy import update

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.models import User
from joindin.operations.accounts.api_tokens import issue_password_token
from joindin.queries.accounts.users import get_user_by_username
from joindin.security.passwords import check_password, hash_password
from tests.factories import NOW, make_client, make_user


def sign_alice_in(session, client, password):
    return issue_password_token(
        session, username="alice", password=password, client=client, expirable_clients=(), now=NOW
    )


def elsewhere(statement):
    """Carry a statement out and commit it, over a connection of its own."""
    with db.engine.begin() as connection:
        connection.execute(statement)


def test_a_password_chosen_meanwhile_is_not_overwritten_by_the_better_hash_of_the_old(session):
    client = make_client(session)
    user = make_user(session, "alice", password_hash=hashlib.md5(b"old one").hexdigest())
    session.commit()
    found = get_user_by_username(session, "alice")
    session.commit()
    elsewhere(update(User).where(User.id == user.id).values(password_hash=hash_password("new one")))

    signed_in, _token = sign_alice_in(session, client, "old one")
    session.commit()

    session.expire_all()
    assert signed_in is found
    assert check_password("new one", session.get(User, user.id).password_hash)


def test_a_refused_sign_in_writes_nothing(session):
    client = make_client(session)
    user = make_user(session, "alice", password_hash=hashlib.md5(b"right").hexdigest())
    session.commit()

    with pytest.raises(Forbidden, match=r"^Signin failed$"):
        sign_alice_in(session, client, "wrong")

    assert (list(session.new), list(session.dirty)) == ([], [])
    assert session.get(User, user.id).password_hash == hashlib.md5(b"right").hexdigest()
