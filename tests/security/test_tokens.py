"""Creation and verification of tokens. The values pin formats that clients and stored data depend on."""

import base64
import hashlib
import re

import pytest

from joindin.security.tokens import (
    LOWERCASE_ALPHANUMERIC,
    MIXED_CASE_ALPHANUMERIC,
    derive_client_secret,
    derive_form_secret,
    derive_prefixed_token,
    derive_recovery_codes,
    hash_token,
    new_client_key,
    new_prefixed_token,
    new_session_token,
    new_token,
    parse_unsubscribe_token,
    unsubscribe_token,
    verify_token_hash,
)


def test_token_is_verified_by_its_sha_256():
    stored = hash_token("0123456789abcdef")

    assert stored == hashlib.sha256(b"0123456789abcdef").hexdigest()
    assert verify_token_hash("0123456789abcdef", stored)
    assert not verify_token_hash("0123456789abcdee", stored)
    assert not verify_token_hash(stored, stored)


@pytest.mark.parametrize(
    ("create", "pattern"),
    [
        (new_token, r"[0-9a-f]{16}"),
        (new_session_token, r"[\w-]{43}"),
        (new_client_key, r"[\w+/]{64}"),
        (lambda: new_prefixed_token("jia", 30), r"jia[a-z0-9]{27}"),
        (lambda: new_prefixed_token("jip", 40, MIXED_CASE_ALPHANUMERIC), r"jip[a-zA-Z0-9]{37}"),
    ],
)
def test_tokens_have_their_form_and_differ(create, pattern):
    tokens = {create() for _ in range(50)}

    assert len(tokens) == 50
    assert [token for token in tokens if not re.fullmatch(pattern, token)] == []


def test_recovery_codes_have_their_form_and_differ():
    codes = derive_recovery_codes("one", 10) + derive_recovery_codes("another", 10)

    assert len(set(codes)) == 20
    assert [code for code in codes if not re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", code)] == []
    assert derive_recovery_codes("one", 10) == codes[:10]


def test_the_secret_of_a_form_depends_on_the_form_and_the_key():
    secrets = {derive_form_secret(*arguments) for arguments in (("key", "form"), ("key", "other"), ("other", "form"))}

    assert len(secrets) == 3
    assert [secret for secret in secrets if not re.fullmatch("[0-9a-f]{64}", secret)] == []
    assert derive_form_secret("key", "form") in secrets


def test_a_token_derived_from_a_secret_has_the_form_of_a_new_one():
    derived = {derive_prefixed_token(str(number), "jip", 40, MIXED_CASE_ALPHANUMERIC) for number in range(50)}

    assert len(derived) == 50
    assert [token for token in derived if not re.fullmatch(r"jip[a-zA-Z0-9]{37}", token)] == []
    assert derive_prefixed_token("7", "jip", 40, MIXED_CASE_ALPHANUMERIC) in derived


def test_prefixed_tokens_use_the_whole_alphabet():
    letters = set("".join(new_prefixed_token("", 1000) for _ in range(5)))

    assert letters == set(LOWERCASE_ALPHANUMERIC)


def test_client_secret_depends_on_key_client_and_generation():
    secrets = {
        derive_client_secret(*arguments)
        for arguments in (("key", "client", 1), ("key", "client", 2), ("key", "other", 1), ("other", "client", 1))
    }

    assert len(secrets) == 4
    assert derive_client_secret("key", "client", 1) == derive_client_secret("key", "client", 1)
    assert {len(base64.b64decode(secret)) for secret in secrets} == {48}


def test_unsubscribe_token_names_user_and_topic():
    token = unsubscribe_token("key", 7, "feedback")

    assert parse_unsubscribe_token(("key",), token) == (7, "feedback")
    assert parse_unsubscribe_token(("other",), token) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token.replace("7-", "8-", 1),
        lambda token: token.replace("feedback", "hosting"),
        lambda token: token[:-1],
        lambda token: token + "0",
        lambda token: token.replace("7-", "07-", 1),
        lambda token: token.replace("7-", "٧-", 1),
        lambda token: token.replace("7-", "12345678901-", 1),
        lambda _token: "",
        lambda _token: "7",
        lambda _token: "7-feedback",
    ],
)
def test_changed_unsubscribe_token_is_refused(change):
    assert parse_unsubscribe_token(("key",), change(unsubscribe_token("key", 7, "feedback"))) is None
