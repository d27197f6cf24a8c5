"""Password sign-in of the v2.1 API with concurrent writes."""

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


def execute_concurrently(statement):
    """Execute a statement on another connection, and commit."""
    with db.engine.begin() as connection:
        connection.execute(statement)


def test_rehashing_does_not_overwrite_a_password_chosen_meanwhile(session):
    client = make_client(session)
    user = make_user(session, "alice", password_hash=hashlib.md5(b"old one").hexdigest())
    session.commit()
    found = get_user_by_username(session, "alice")
    session.commit()
    execute_concurrently(update(User).where(User.id == user.id).values(password_hash=hash_password("new one")))

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
