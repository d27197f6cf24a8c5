"""Registration, confirmation of an address, and new passwords (spec 9.4 to 9.6)."""

import re

import pytest
from sqlalchemy import select

from joindin.models import AccessToken, EmailVerification, Mail, PasswordReset, User
from joindin.security.passwords import check_password, hash_password
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_client, make_user, newest

ALICE = {
    "username": "alice",
    "full_name": "Alice Ash",
    "email": "alice@example.org",
    "password": "correct horse",
}

NO_USERNAME = "'username' is a required field"
TAKEN_USERNAME = "That username is already in use. Choose another"
NO_FULL_NAME = "'full_name' is a required field"
NO_EMAIL = "A valid entry for 'email' is required"
TAKEN_EMAIL = "That email is already associated with another account"
NO_PASSWORD = "'password' is a required field"
SHORT_PASSWORD = "Passwords must be at least 6 characters long"
EASY_PASSWORD = "That password is easy to guess. Choose another"


@pytest.fixture(autouse=True)
def _inhabited(session):
    """The first account, because it becomes an admin."""
    make_user(session, "first", is_admin=True)


def register(api, **changes):
    return api.post("/v2.1/users", json={**ALICE, **changes})


def verify(api, token):
    return api.post("/v2.1/users/verifications", json={"token": token})


def reset(api, token, password="brand new"):
    return api.post("/v2.1/users/passwords", json={"token": token, "password": password})


def store_confirmation(session, kind, user, token):
    session.add(kind(user_id=user.id, token_hash=hash_token(token), created_at=NOW))
    session.flush()


def test_a_registered_user_is_not_verified(api, session):
    reply = register(api)

    user = newest(session, User)
    assert (reply.status_code, reply.data) == (201, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/users/{user.id}"
    assert (user.username, user.full_name, user.email) == ("alice", "Alice Ash", "alice@example.org")
    assert (user.twitter_username, user.biography) == ("", "")
    assert (user.is_active, user.is_verified, user.is_admin, user.is_trusted) == (True, False, False, False)
    assert user.password_hash.startswith("$argon2id$")
    assert check_password("correct horse", user.password_hash)


def test_the_token_is_mailed_and_only_its_hash_is_kept(api, session):
    register(api)

    mail, kept = newest(session, Mail), newest(session, EmailVerification)
    token = mail.context["token"]
    assert (mail.kind, mail.recipient, mail.context) == ("verification", "alice@example.org", {"token": token})
    assert re.fullmatch("[0-9a-f]{16}", token)
    assert (kept.token_hash, kept.user_id) == (hash_token(token), newest(session, User).id)


def test_a_registration_may_say_more(api, session):
    reply = register(api, twitter_username="@alice", biography="Two\nlines", is_admin=True, trusted=1, is_verified=True)

    user = newest(session, User)
    assert reply.status_code == 201
    assert (user.twitter_username, user.biography) == ("@alice", "Two\nlines")
    assert (user.is_admin, user.is_trusted, user.is_verified) == (False, False, False)


def test_registered_fields_are_trimmed_and_without_markup(api, session):
    reply = register(
        api, username=" al<b>ice\n", full_name=' "Ä" & <i>x</i> ', email=" alice@example.org ", biography=" <3 "
    )

    user = newest(session, User)
    assert reply.status_code == 201
    assert (user.username, user.full_name, user.email, user.biography) == (
        "alice",
        '"Ä" & x',
        "alice@example.org",
        "<3",
    )


REFUSED = [
    ({"username": ""}, [NO_USERNAME]),
    ({"username": " <b></b> "}, [NO_USERNAME]),
    ({"username": None, "full_name": None, "email": None, "password": None}, [NO_USERNAME, NO_FULL_NAME, NO_EMAIL, NO_PASSWORD]),
    ({"username": "TAKEN", "full_name": "", "email": "x", "password": "short"}, [TAKEN_USERNAME, NO_FULL_NAME, NO_EMAIL, SHORT_PASSWORD]),
    ({"username": "täken"}, [TAKEN_USERNAME]),
    ({"username": "gone"}, [TAKEN_USERNAME]),
    ({"email": "alice"}, [NO_EMAIL]),
    ({"email": "alice@example"}, [NO_EMAIL]),
    ({"email": "alice@example.org\nbcc: bob@example.org"}, [NO_EMAIL]),
    ({"email": f"{'a' * 200}@example.org"}, [NO_EMAIL]),
    ({"email": "Taken@Example.org"}, [TAKEN_EMAIL]),
    ({"password": ""}, [NO_PASSWORD]),
    ({"password": "12345"}, [SHORT_PASSWORD]),
    ({"password": "x" * 1025}, ["Passwords must be at most 1024 characters long"]),
    ({"password": "Password1!"}, [EASY_PASSWORD]),
    ({"password": "alice-1987"}, [EASY_PASSWORD]),
    ({"password": "ALICE@example.org"}, [EASY_PASSWORD]),
    ({"password": "joind.in"}, [EASY_PASSWORD]),
    ({"username": "x" * 101}, ["The field 'username' must not be longer than 100 characters"]),
    ({"full_name": "x" * 201}, ["The field 'full_name' must not be longer than 200 characters"]),
    ({"twitter_username": "x" * 51}, ["The field 'twitter_username' must not be longer than 50 characters"]),
    ({"biography": "x" * 10_001}, ["The field 'biography' must not be longer than 10000 characters"]),
    ({"username": ["alice"]}, ["Expected parameter username is not a readable string"]),
    ({"password": True}, ["Expected parameter password is not a readable string"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "messages"), REFUSED)
def test_all_errors_are_reported_together_in_the_order_of_the_contract(api, session, changes, messages):
    make_user(session, "taken")
    gone = make_user(session, "gone", is_active=False)

    reply = register(api, **changes)

    assert (reply.status_code, reply.json) == (400, [". ".join(messages)])
    assert (newest(session, User).id, newest(session, Mail), newest(session, EmailVerification)) == (
        gone.id,
        None,
        None,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "x" * 100, "full_name": "ü" * 200, "twitter_username": "x" * 50, "biography": "x" * 10_000},
        {"password": "xv7kqb"},
        {"password": "äöü"},
        {"password": "x" * 1024},
        {"username": 2024, "full_name": 7.5, "password": 83507462},
        # One ligature that folds to eighteen letters.
        {"full_name": "\ufdfa" * 200, "email": f"{'a' * 64}@{'b' * 63}.{'c' * 63}.org"},
    ],
)
def test_the_longest_and_the_oddest_are_taken(api, session, changes):
    reply = register(api, **changes)
    again = register(api, **changes)

    user = newest(session, User)
    expected = {**ALICE, **changes}
    assert reply.status_code == 201
    assert [user.username, user.full_name, user.email] == [
        str(expected[key]) for key in ("username", "full_name", "email")
    ]
    assert check_password(str(expected["password"]), user.password_hash)
    assert (again.status_code, again.json) == (400, [f"{TAKEN_USERNAME}. {TAKEN_EMAIL}"])


@pytest.mark.parametrize(
    ("is_allowed", "asked", "is_verified"),
    [(True, "true", True), (True, True, True), (True, "1", False), (True, None, False), (False, "true", False)],
)
def test_a_test_platform_verifies_users_on_request(api, app, session, monkeypatch, is_allowed, asked, is_verified):
    monkeypatch.setitem(app.config, "ALLOW_AUTO_VERIFY_USERS", is_allowed)

    reply = register(api, auto_verify_user=asked)

    assert reply.status_code == 201
    assert newest(session, User).is_verified is is_verified
    assert newest(session, Mail).kind == "verification"


def test_from_registration_to_the_first_sign_in(api, session):
    make_client(session, "web2", "web2secret")
    entrance = {
        "grant_type": "password",
        "username": "alice",
        "password": "correct horse",
        "client_id": "web2",
        "client_secret": "web2secret",
    }
    register(api)
    too_soon = api.post("/v2.1/token", json=entrance)

    verified = verify(api, newest(session, Mail).context["token"])

    signed_in = api.post("/v2.1/token", json=entrance)
    assert (too_soon.status_code, too_soon.json) == (401, ["Not verified"])
    assert (verified.status_code, verified.data) == (204, b"")
    assert (signed_in.status_code, list(signed_in.json)) == (200, ["access_token", "user_uri"])


def test_proving_an_address_uses_up_all_tokens_of_that_person(api, session):
    alice, bob = make_user(session, is_verified=False), make_user(session, is_verified=False)
    store_confirmation(session, EmailVerification, alice, "a1")
    store_confirmation(session, EmailVerification, alice, "a2")
    store_confirmation(session, EmailVerification, bob, "b1")

    first, again, with_other = verify(api, " a1 "), verify(api, "a1"), verify(api, "a2")

    assert (first.status_code, again.json, with_other.json) == (204, ["Verification failed"], ["Verification failed"])
    assert (session.get(User, alice.id).is_verified, session.get(User, bob.id).is_verified) == (True, False)
    assert session.scalars(select(EmailVerification.user_id)).all() == [bob.id]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Verification token must be supplied"),
        ({"token": ""}, "Verification token must be supplied"),
        ({"token": None}, "Verification token must be supplied"),
        ({"token": "unknown"}, "Verification failed"),
        ({"token": hash_token("known")}, "Verification failed"),
        ({"token": "x" * 100_000}, "Verification failed"),
        ({"token": ["known"]}, "Expected parameter token is not a readable string"),
    ],
)
def test_an_address_is_not_proven_without_its_token(api, session, body, message):
    user = make_user(session, is_verified=False)
    store_confirmation(session, EmailVerification, user, "known")

    reply = api.post("/v2.1/users/verifications", json=body)

    assert (reply.status_code, reply.json) == (400, [message])
    assert session.get(User, user.id).is_verified is False


def test_a_new_password_uses_up_all_reset_tokens_and_ends_access(api, session):
    alice = make_user(session, password_hash=hash_password("forgotten"), is_verified=False)
    bob = make_user(session)
    api.signed_in(alice)
    for user, token in ((alice, "a1"), (alice, "a2"), (bob, "b1")):
        store_confirmation(session, PasswordReset, user, token)

    first, again, with_other = reset(api, "a1"), reset(api, "a1"), reset(api, "a2")

    user = session.get(User, alice.id)
    assert (first.status_code, first.data) == (204, b"")
    assert (again.status_code, again.json) == (400, ["Password could not be reset"])
    assert (with_other.status_code, with_other.json) == (400, ["Password could not be reset"])
    assert (check_password("brand new", user.password_hash), user.is_verified) == (True, False)
    assert session.scalars(select(PasswordReset.user_id)).all() == [bob.id]
    assert None not in session.scalars(select(AccessToken.revoked_at)).all()
    assert user.email_proven_at is not None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"password": "short"}, "Reset token must be supplied"),
        ({"token": "known"}, "New password must be supplied"),
        ({"token": "unknown", "password": "short"}, SHORT_PASSWORD),
        ({"token": "known", "password": "short"}, SHORT_PASSWORD),
        ({"token": "known", "password": "qwertyuiop"}, EASY_PASSWORD),
        ({"token": "known", "password": "Alice Ash"}, EASY_PASSWORD),
        ({"token": "unknown", "password": "long enough"}, "Password could not be reset"),
        ({"token": "verification", "password": "long enough"}, "Password could not be reset"),
    ],
)
def test_a_password_is_not_reset_without_its_token(api, session, body, message):
    user = make_user(session, full_name="Alice Ash", password_hash="kept")
    store_confirmation(session, PasswordReset, user, "known")
    store_confirmation(session, EmailVerification, user, "verification")

    reply = api.post("/v2.1/users/passwords", json=body)

    assert (reply.status_code, reply.json) == (400, [message])
    assert session.get(User, user.id).password_hash == "kept"
