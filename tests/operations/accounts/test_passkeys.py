"""Passkeys, created and used by a device in software."""

import json

import pytest
from sqlalchemy import select, update

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.models import Passkey
from joindin.operations.accounts.passkeys import (
    MAX_PASSKEYS,
    MAX_RESPONSE_LENGTH,
    RelyingParty,
    add_passkey,
    build_creation_options,
    build_request_options,
    verify_passkey,
)
from tests.factories import NOW, make_user
from tests.resources.web.account.passkey_device import PasskeyDevice

SITE = RelyingParty("localhost", "http://localhost")
CHALLENGE = b"a challenge of thirty-two bytes."


@pytest.fixture
def ann(session):
    return make_user(session, "ann")


def add(session, user, device, name="key"):
    options = json.loads(build_creation_options(session, user, SITE, CHALLENGE))
    return add_passkey(session, user, device.make(options), SITE, CHALLENGE, name=name, now=NOW)


def sign(session, user, device):
    return device.sign(json.loads(build_request_options(session, user, SITE, CHALLENGE)))


def test_the_first_passkey_comes_with_recovery_codes(session, ann):
    first, second = (add(session, ann, PasskeyDevice()) for _ in range(2))

    assert (len(first), second) == (10, None)


def test_the_options_of_a_sign_in_name_the_passkeys_of_the_user(session, ann):
    """Security keys without storage need the ids of their credentials."""
    device = PasskeyDevice()
    add(session, ann, device)
    add(session, make_user(session), PasskeyDevice())

    options = json.loads(build_request_options(session, ann, SITE, CHALLENGE))

    (passkey,) = session.scalars(select(Passkey).where(Passkey.user_id == ann.id))
    assert [each["id"] for each in options["allowCredentials"]] == [passkey.credential_id]


def test_the_options_for_a_new_passkey_exclude_those_of_the_user(session, ann):
    add(session, ann, PasskeyDevice())

    options = json.loads(build_creation_options(session, ann, SITE, CHALLENGE))

    (passkey,) = session.scalars(select(Passkey))
    assert [each["id"] for each in options["excludeCredentials"]] == [passkey.credential_id]


def test_a_passkey_signs_in_its_owner_only(session, ann):
    device, bob = PasskeyDevice(), make_user(session)
    add(session, ann, device)
    response = sign(session, ann, device)

    assert not verify_passkey(session, bob, response, SITE, CHALLENGE, now=NOW)
    assert verify_passkey(session, ann, response, SITE, CHALLENGE, now=NOW)


def test_the_same_response_is_accepted_once(session, ann):
    device = PasskeyDevice()
    add(session, ann, device)
    response = sign(session, ann, device)

    assert [verify_passkey(session, ann, response, SITE, CHALLENGE, now=NOW) for _ in range(2)] == [True, False]


def test_one_of_two_simultaneous_uses_is_refused(session, ann):
    """The other use commits between the check of the counter and its update."""
    device = PasskeyDevice()
    add(session, ann, device)
    session.commit()
    response = sign(session, ann, device)
    (passkey,) = session.scalars(select(Passkey))
    session.commit()
    with db.engine.begin() as connection:
        connection.execute(update(Passkey).where(Passkey.id == passkey.id).values(sign_count=device.count))

    assert not verify_passkey(session, ann, response, SITE, CHALLENGE, now=NOW)


def test_a_passkey_of_another_site_is_refused(session, ann):
    with pytest.raises(InvalidInput):
        add(session, ann, PasskeyDevice(origin="http://evil.example"))

    assert session.scalars(select(Passkey)).all() == []


def test_the_number_of_passkeys_is_limited(session, ann):
    session.add_all(
        Passkey(user_id=ann.id, credential_id=f"id{number}", public_key=b"", name="key", created_at=NOW)
        for number in range(MAX_PASSKEYS)
    )
    session.flush()

    with pytest.raises(Conflict, match=f"You have {MAX_PASSKEYS} passkeys already"):
        add_passkey(session, ann, PasskeyDevice().make({"challenge": "YQ"}), SITE, b"a", name="key", now=NOW)


@pytest.mark.parametrize("response", ["", "[]", "[" * 9000, "{}", "null", "x" * (MAX_RESPONSE_LENGTH + 1)])
def test_a_malformed_response_is_refused(session, ann, response):
    assert not verify_passkey(session, ann, response, SITE, CHALLENGE, now=NOW)
    with pytest.raises(InvalidInput):
        add_passkey(session, ann, response, SITE, CHALLENGE, name="key", now=NOW)
