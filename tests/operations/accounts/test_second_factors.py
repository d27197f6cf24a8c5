"""Authenticator apps and recovery codes."""

import datetime as dt

import pyotp
import pytest
from sqlalchemy import select

from joindin.errors import Conflict, NotConfigured
from joindin.models import Authenticator, Passkey, RecoveryCode
from joindin.operations.accounts.second_factors import (
    RECOVERY_CODE_COUNT,
    add_authenticator,
    allow_password_only,
    is_password_only_allowed,
    make_recovery_codes,
    reencrypt_authenticators,
    reset_second_factors,
    verify_code,
)
from tests.factories import NOW, make_user

KEY = "used in tests only"
SECRETS = {"ann": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "bob": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"}


def code_of(name, at=NOW):
    return pyotp.TOTP(SECRETS[name]).at(at)


@pytest.fixture
def ann(session):
    return make_user(session, "ann")


def add_app(session, user, at=NOW - dt.timedelta(minutes=5)):
    return add_authenticator(session, user, SECRETS[user.username], code_of(user.username, at), secret_key=KEY, now=at)


def add_passkey_row(session, user):
    session.add(Passkey(user_id=user.id, credential_id=f"{user.id}", public_key=b"", name="key", created_at=NOW))
    session.flush()


def verify(session, user, code):
    return verify_code(session, user, code, secret_keys=(KEY,), now=NOW)


def test_a_code_is_accepted_once(session, ann):
    add_app(session, ann)

    assert [verify(session, ann, code_of("ann")) for _ in range(2)] == [True, False]


def test_a_code_may_contain_spaces_as_apps_show_it(session, ann):
    add_app(session, ann)
    code = code_of("ann")

    assert verify(session, ann, f" {code[:3]} {code[3:]} ")


def test_the_code_of_one_user_does_not_use_up_the_time_step_of_another(session, ann):
    bob = make_user(session, "bob")
    add_app(session, ann)
    add_app(session, bob)

    assert [verify(session, user, code_of(user.username)) for user in (ann, bob)] == [True, True]


def test_a_code_of_another_user_is_refused(session, ann):
    add_app(session, ann)
    add_app(session, make_user(session, "bob"))

    assert not verify(session, ann, code_of("bob"))


def test_a_recovery_code_works_once_in_any_case_for_its_owner_only(session, ann):
    bob = make_user(session, "bob")
    add_app(session, bob)
    codes = add_app(session, ann)

    assert len(codes) == RECOVERY_CODE_COUNT
    assert not verify(session, bob, codes[0])
    assert [verify(session, ann, codes[0].upper()) for _ in range(2)] == [True, False]


def test_a_second_factor_that_is_added_later_keeps_the_recovery_codes(session, ann):
    add_passkey_row(session, ann)
    codes = make_recovery_codes(session, ann, now=NOW)

    assert add_app(session, ann) is None
    assert verify(session, ann, codes[0])


def test_an_account_has_one_authenticator(session, ann):
    add_app(session, ann)

    with pytest.raises(Conflict):
        add_app(session, ann, at=NOW)


@pytest.mark.parametrize("has_factor", [True, False])
def test_sign_in_with_the_password_alone_is_a_setting_of_accounts_with_a_second_factor(session, ann, has_factor):
    if has_factor:
        add_app(session, ann)
    assert is_password_only_allowed(session, ann) is not has_factor

    allow_password_only(session, ann, True)

    assert (ann.allows_password_only, is_password_only_allowed(session, ann)) == (has_factor, True)


def test_a_reset_removes_the_factors_of_one_user(session, ann):
    bob = make_user(session, "bob")
    for user in (ann, bob):
        add_app(session, user)
        add_passkey_row(session, user)
    allow_password_only(session, ann, True)

    reset_second_factors(session, ann, actor=None)

    for model in (Authenticator, Passkey, RecoveryCode):
        assert set(session.scalars(select(model.user_id))) == {bob.id}
    assert ann.allows_password_only is False


def test_a_code_is_accepted_while_the_former_key_is_listed(session, ann):
    add_app(session, ann)

    accepted = verify_code(session, ann, code_of("ann", NOW), secret_keys=("the current key", KEY), now=NOW)

    assert accepted


def test_a_changed_key_is_reported_and_recovery_codes_still_work(session, ann, caplog):
    codes = add_app(session, ann)

    with pytest.raises(NotConfigured, match="The secret key of this server was changed"):
        verify_code(session, ann, code_of("ann", NOW), secret_keys=("another key",), now=NOW)

    assert f"The authenticator of user {ann.id} cannot be decrypted" in caplog.text
    assert verify_code(session, ann, codes[0], secret_keys=("another key",), now=NOW)


def test_secrets_are_encrypted_again_with_the_current_key(session, ann):
    add_app(session, ann)

    unreadable_before = reencrypt_authenticators(session, ("another key",))
    unreadable = reencrypt_authenticators(session, ("the current key", KEY))

    assert (unreadable_before, unreadable) == (1, 0)
    assert verify_code(session, ann, code_of("ann", NOW), secret_keys=("the current key",), now=NOW)
