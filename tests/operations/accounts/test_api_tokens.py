"""Password sign-in of the v2.1 API with concurrent writes."""

import hashlib

import pytest
from sqlalchemy import update

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.models import AccessToken, User
from joindin.operations.accounts.api_tokens import issue_password_token
from joindin.queries.accounts.users import get_user_by_username
from joindin.security.passwords import check_password, hash_password
from tests.factories import NOW, make_client, make_user, newest


def sign_alice_in(session, client, password):
    return issue_password_token(
        session, username="alice", password=password, client=client, expirable_clients=(), now=NOW
    )


def execute_concurrently(statement):
    """Execute a statement on another connection, and commit."""
    with db.engine.begin() as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    "old_hash", [hashlib.md5(b"old one").hexdigest(), hash_password("old one")], ids=["md5", "new"]
)
def test_the_old_password_does_not_sign_in_once_another_was_chosen_meanwhile(session, old_hash):
    client = make_client(session)
    user = make_user(session, "alice", password_hash=old_hash)
    session.commit()
    # The session keeps the row as it was read.
    assert get_user_by_username(session, "alice") is user
    session.commit()
    execute_concurrently(update(User).where(User.id == user.id).values(password_hash=hash_password("new one")))

    with pytest.raises(Forbidden, match=r"^Signin failed$"):
        sign_alice_in(session, client, "old one")
    session.commit()

    session.expire_all()
    assert newest(session, AccessToken) is None
    assert check_password("new one", session.get(User, user.id).password_hash)


def test_a_refused_sign_in_writes_nothing(session):
    client = make_client(session)
    user = make_user(session, "alice", password_hash=hashlib.md5(b"right").hexdigest())
    session.commit()

    with pytest.raises(Forbidden, match=r"^Signin failed$"):
        sign_alice_in(session, client, "wrong")

    assert (list(session.new), list(session.dirty)) == ([], [])
    assert session.get(User, user.id).password_hash == hashlib.md5(b"right").hexdigest()
