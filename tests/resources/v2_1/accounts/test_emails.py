"""Requests for mails (spec 12)."""

import re

import pytest
from sqlalchemy import func, select

from joindin.models import EmailVerification, Mail, PasswordReset
from joindin.operations.rate_limits import MAIL_ACCOUNT
from joindin.security.tokens import hash_token
from tests.factories import make_user, newest

VERIFICATIONS = "/v2.1/emails/verifications"
USERNAME = "/v2.1/emails/reminders/username"
PASSWORD = "/v2.1/emails/reminders/password"


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("is_verified", [False, True])
def test_a_verification_is_mailed_again(api, session, is_verified):
    user = make_user(session, "alice", is_verified=is_verified)

    replies = [api.post(VERIFICATIONS, json={"email": email}) for email in (user.email, " ALICE@example.ORG ")]

    mail, kept = newest(session, Mail), newest(session, EmailVerification)
    assert [(reply.status_code, reply.data, reply.headers["Content-Length"]) for reply in replies] == [
        (202, b"", "0")
    ] * 2
    assert (mail.kind, mail.recipient) == ("verification", "alice@example.org")
    assert re.fullmatch("[0-9a-f]{16}", mail.context["token"])
    assert (kept.token_hash, kept.user_id) == (hash_token(mail.context["token"]), user.id)
    assert (count(session, Mail), count(session, EmailVerification)) == (2, 2)


def test_a_username_is_mailed(api, session):
    user = make_user(session, "alice", full_name="Alice Ash")

    reply = api.post(USERNAME, json={"email": user.email})

    mail = newest(session, Mail)
    assert (reply.status_code, reply.data) == (202, b"")
    assert (mail.kind, mail.recipient) == ("username_reminder", user.email)
    assert mail.context == {"full_name": "Alice Ash", "username": "alice"}


def test_a_reset_token_is_mailed(api, session):
    user = make_user(session, "José", email="jose@example.org", full_name="José B")

    reply = api.post(PASSWORD, json={"username": "jose"})

    mail, kept = newest(session, Mail), newest(session, PasswordReset)
    token = mail.context["token"]
    assert (reply.status_code, reply.data) == (202, b"")
    assert (mail.kind, mail.recipient) == ("password_reset", "jose@example.org")
    assert (mail.context, len(token)) == ({"full_name": "José B", "token": token}, 16)
    assert (kept.token_hash, kept.user_id) == (hash_token(token), user.id)


def test_a_mailed_reset_token_resets_the_password(api, session):
    make_user(session, "alice")
    api.post(PASSWORD, json={"username": "alice"})
    token = newest(session, Mail).context["token"]

    reply = api.post("/v2.1/users/passwords", json={"token": token, "password": "brand new"})

    assert (reply.status_code, reply.data, count(session, PasswordReset)) == (204, b"", 0)


NO_ADDRESS = "The email address must be supplied"
UNKNOWN_ADDRESS = "Can't find that email address"
REFUSED = [
    *[
        (path, body, message)
        for path in (VERIFICATIONS, USERNAME)
        for body, message in (
            ({}, NO_ADDRESS),
            ({"email": ""}, NO_ADDRESS),
            ({"email": None}, NO_ADDRESS),
            ({"email": "alice"}, NO_ADDRESS),
            ({"email": "nobody@example.org"}, UNKNOWN_ADDRESS),
            ({"email": "gone@example.org"}, UNKNOWN_ADDRESS),
            ({"email": ["alice@example.org"]}, "Expected parameter email is not a readable string"),
        )
    ],
    (PASSWORD, {}, "A username must be supplied"),
    (PASSWORD, {"username": " "}, "A username must be supplied"),
    (PASSWORD, {"email": "alice@example.org"}, "A username must be supplied"),
    (PASSWORD, {"username": "nobody"}, "Can't find that user"),
    (PASSWORD, {"username": "gone"}, "Can't find that user"),
    (PASSWORD, {"username": "unreachable"}, "Unable to generate a reset token"),
]


@pytest.mark.parametrize(("path", "body", "message"), REFUSED)
def test_unknown_users_get_no_mail(api, session, path, body, message):
    make_user(session, "alice")
    make_user(session, "gone", is_active=False)
    make_user(session, "unreachable", email=None)

    reply = api.post(path, json=body)

    assert (reply.status_code, reply.json) == (400, [message])
    assert [count(session, model) for model in (Mail, EmailVerification, PasswordReset)] == [0, 0, 0]


@pytest.mark.parametrize("path", [VERIFICATIONS, USERNAME, PASSWORD])
def test_mails_are_asked_for_by_post_alone(api, path):
    reply = api.get(path)

    assert (reply.status_code, reply.json) == (405, ["Method not supported"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (VERIFICATIONS, {"email": "alice@example.org"}),
        (USERNAME, {"email": "alice@example.org"}),
        (PASSWORD, {"username": "alice"}),
    ],
)
def test_the_number_of_mails_to_an_address_is_limited(api, session, path, body):
    make_user(session, "alice")

    answers = [api.post(path, json=body).status_code for _ in range(MAIL_ACCOUNT.max_count + 3)]

    assert (set(answers), count(session, Mail)) == ({202}, MAIL_ACCOUNT.max_count)
