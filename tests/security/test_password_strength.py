"""Passwords that an attacker would try first."""

import pytest

from joindin.security.password_strength import is_common_password


@pytest.mark.parametrize(
    "password",
    [
        "password", "PASSWORD", "letmein", "password1234!", " 123password ", "joindin", "Joind.in 2026!", "!!joindin!!",
        "ann", "Ann Ash", "AnnAsh2026", "ann.ash", "ann@example.org", "annexampleorg1", "Zoe", "zoë",
    ],
)  # fmt: skip
def test_common_passwords_and_names_are_refused(password):
    assert is_common_password(password, "Ann Ash", "ann@example.org", None, "", "Zoë") is True


@pytest.mark.parametrize("password", ["correct horse battery", "annotation machine", "x", "!!!", "", "ash tree lane"])
def test_other_passwords_are_accepted(password):
    assert is_common_password(password, "Ann Ash", "ann@example.org", None, "") is False
