"""Concurrent requests on accounts and tokens."""

import hashlib

import pytest
from sqlalchemy import func, select

from joindin.models import AccessToken, EmailVerification, Mail, PasswordReset, User
from joindin.security.passwords import check_password
from joindin.security.tokens import hash_token
from tests.concurrency import CONCURRENT_REQUESTS, count_outcomes, run_concurrently
from tests.factories import NOW, days_from_now, make_client, make_user

MSG_USERNAME_TAKEN = "That username is already in use. Choose another"
MSG_EMAIL_TAKEN = "That email is already associated with another account"


@pytest.fixture
def prepare_request(app):
    """``prepare_request(method, path, body, token)`` returns a function that sends the request."""

    def prepare(method, path, body=None, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return lambda: app.test_client().open(f"/v2.1{path}", method=method, json=body, headers=headers)

    return prepare


def registration(**changes):
    return {
        "username": "alice",
        "full_name": "Alice",
        "email": "alice@example.org",
        "password": "correct horse",
        **changes,
    }


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def store_tokens(session, model, user, *tokens):
    session.add_all([model(user_id=user.id, token_hash=hash_token(token), created_at=NOW) for token in tokens])
    session.flush()


def test_a_username_is_registered_once(session, prepare_request):
    names = ["alice", "Alice", "ALICE", "álice"] * (CONCURRENT_REQUESTS // 2)
    bodies = [registration(username=name, email=f"a{number}@example.org") for number, name in enumerate(names)]

    replies = run_concurrently(
        session, [prepare_request("POST", "/users", body) for body in bodies[:CONCURRENT_REQUESTS]]
    )

    assert count_outcomes(replies) == {(201,): 1, (400, MSG_USERNAME_TAKEN): CONCURRENT_REQUESTS - 1}
    assert [count(session, model) for model in (User, EmailVerification, Mail)] == [1, 1, 1]


def test_an_email_address_is_registered_once(session, prepare_request):
    bodies = [registration(username=f"alice{number}") for number in range(CONCURRENT_REQUESTS)]

    replies = run_concurrently(session, [prepare_request("POST", "/users", body) for body in bodies])

    assert count_outcomes(replies) == {(201,): 1, (400, MSG_EMAIL_TAKEN): CONCURRENT_REQUESTS - 1}
    assert [count(session, model) for model in (User, EmailVerification, Mail)] == [1, 1, 1]


@pytest.mark.parametrize(
    "tokens",
    [["a"] * CONCURRENT_REQUESTS, [f"a{number}" for number in range(CONCURRENT_REQUESTS)]],
    ids=["one", "many"],
)
def test_an_email_address_is_verified_once_with_any_token(session, prepare_request, tokens):
    user, other = make_user(session, is_verified=False), make_user(session, is_verified=False)
    store_tokens(session, EmailVerification, user, *set(tokens))
    store_tokens(session, EmailVerification, other, "b")

    replies = run_concurrently(
        session, [prepare_request("POST", "/users/verifications", {"token": token}) for token in tokens]
    )

    assert count_outcomes(replies) == {(204,): 1, (400, "Verification failed"): CONCURRENT_REQUESTS - 1}
    assert session.get(User, user.id).is_verified is True
    assert session.scalars(select(EmailVerification.user_id)).all() == [other.id]


@pytest.mark.parametrize(
    "tokens",
    [["a"] * CONCURRENT_REQUESTS, [f"a{number}" for number in range(CONCURRENT_REQUESTS)]],
    ids=["one", "many"],
)
def test_a_password_is_reset_once_with_any_token(session, prepare_request, tokens):
    user = make_user(session)
    store_tokens(session, PasswordReset, user, *set(tokens))
    bodies = [{"token": token, "password": f"staple {number} horse"} for number, token in enumerate(tokens)]

    replies = run_concurrently(session, [prepare_request("POST", "/users/passwords", body) for body in bodies])

    (winner,) = [body for body, reply in zip(bodies, replies) if reply.status_code == 204]
    assert count_outcomes(replies) == {(204,): 1, (400, "Password could not be reset"): CONCURRENT_REQUESTS - 1}
    assert check_password(winner["password"], session.get(User, user.id).password_hash)
    assert count(session, PasswordReset) == 0


def test_users_sign_in_while_stale_tokens_are_deleted(session, prepare_request):
    web2 = make_client(session, "web2", "web2secret")
    users = [make_user(session, password_hash=hashlib.md5(b"password").hexdigest()) for _ in range(2)]
    for number in range(30):
        session.add(
            AccessToken(
                token_hash=hash_token(str(number)),
                user_id=users[number % 2].id,
                client_id=web2.id,
                created_at=days_from_now(-9),
            )
        )
    credentials = {"grant_type": "password", "password": "password", "client_id": "web2", "client_secret": "web2secret"}

    replies = run_concurrently(
        session,
        [
            prepare_request("POST", "/token", {**credentials, "username": users[number % 2].username})
            for number in range(CONCURRENT_REQUESTS)
        ],
    )

    assert count_outcomes(replies) == {(200,): CONCURRENT_REQUESTS}
    assert len({reply.json["access_token"] for reply in replies}) == count(session, AccessToken) == CONCURRENT_REQUESTS
    assert [session.get(User, user.id).password_hash.split("$")[1] for user in users] == ["argon2id"] * 2


def test_a_sign_in_does_not_restore_a_password_that_was_just_changed(session, prepare_request):
    make_client(session, "web2", "web2secret")
    users = [
        make_user(session, password_hash=hashlib.md5(b"old one").hexdigest()) for _ in range(CONCURRENT_REQUESTS // 2)
    ]
    for user in users:
        store_tokens(session, PasswordReset, user, f"token of {user.id}")
    credentials = {"grant_type": "password", "password": "old one", "client_id": "web2", "client_secret": "web2secret"}

    replies = run_concurrently(
        session,
        [prepare_request("POST", "/token", {**credentials, "username": user.username}) for user in users]
        + [
            prepare_request("POST", "/users/passwords", {"token": f"token of {user.id}", "password": "new one"})
            for user in users
        ],
    )

    assert count_outcomes(replies[CONCURRENT_REQUESTS // 2 :]) == {(204,): CONCURRENT_REQUESTS // 2}
    assert {reply.status_code for reply in replies[: CONCURRENT_REQUESTS // 2]} <= {200, 403}
    assert [check_password("new one", session.get(User, user.id).password_hash) for user in users] == [True] * len(
        users
    )


def test_a_token_is_used_concurrently(session, prepare_request):
    user, token = make_user(session), "0123456789abcdef"
    session.add(
        AccessToken(token_hash=hash_token(token), user_id=user.id, client_id=make_client(session).id, created_at=NOW)
    )

    replies = run_concurrently(session, [prepare_request("GET", "/", token=token) for _ in range(CONCURRENT_REQUESTS)])

    assert count_outcomes(replies) == {(200,): CONCURRENT_REQUESTS}
    assert [reply.json["meta"]["user_uri"] for reply in replies] == [
        f"http://localhost/v2.1/users/{user.id}"
    ] * CONCURRENT_REQUESTS
    assert session.scalars(select(AccessToken.last_used_at)).all() != [None]


def test_a_token_is_revoked_concurrently(session, prepare_request):
    user, web2 = make_user(session), make_client(session, can_be_revoked=False)
    own = AccessToken(token_hash=hash_token("own"), user_id=user.id, client_id=web2.id, created_at=NOW)
    key = AccessToken(token_hash=hash_token("key"), user_id=user.id, client_id=make_client(session).id, created_at=NOW)
    session.add_all([own, key])
    session.flush()

    replies = run_concurrently(
        session, [prepare_request("DELETE", f"/token/{key.id}", token="own") for _ in range(CONCURRENT_REQUESTS)]
    )

    assert set(count_outcomes(replies)) <= {(204,), (404, "No tokens found")}
    assert count_outcomes(replies)[(204,)] >= 1
    assert session.get(AccessToken, key.id).revoked_at is not None


def test_one_of_the_first_registrations_becomes_the_admin(session, prepare_request):
    bodies = [registration(username=f"alice{n}", email=f"a{n}@example.org") for n in range(CONCURRENT_REQUESTS)]

    replies = run_concurrently(session, [prepare_request("POST", "/users", body) for body in bodies])

    assert count_outcomes(replies) == {(201,): CONCURRENT_REQUESTS}
    assert session.scalar(select(func.count()).select_from(User).where(User.is_admin)) == 1


def test_of_two_admins_who_delete_each_other_one_stays(session, prepare_request):
    one, two = (make_user(session, name, is_admin=True) for name in ("one", "two"))
    client = make_client(session)
    for user in (one, two):
        session.add(
            AccessToken(token_hash=hash_token(user.username), user_id=user.id, client_id=client.id, created_at=NOW)
        )

    run_concurrently(
        session,
        [
            prepare_request("DELETE", f"/users/{two.id}", token="one"),
            prepare_request("DELETE", f"/users/{one.id}", token="two"),
        ],
    )

    assert session.scalar(select(func.count()).select_from(User).where(User.is_admin)) == 1
