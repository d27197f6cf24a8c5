"""Insecure values that production accepts."""

import pytest

from joindin.config import load_settings
from joindin.monitoring.insecure_settings import find_insecure_settings

PRODUCTION = {
    "MODE": "production",
    "SECRET_KEY": "a key of the tests, 0123456789",
    "WEBSITE_URL": "https://conferences.example",
    "MAIL_FROM": "info@conferences.example",
    "MAIL_URL": "smtps://ann:hidden@mail.example",
}


def find(tmp_path, **changed):
    return find_insecure_settings(load_settings({"INSTANCE": str(tmp_path), **changed}, environment={}))


def test_production_has_no_insecure_values_by_default(tmp_path):
    assert find(tmp_path, **PRODUCTION) == []


def test_development_is_not_checked(tmp_path):
    assert find(tmp_path, ALLOW_AUTO_VERIFY_USERS="yes") == []


@pytest.mark.parametrize(
    ("name", "value", "beginning"),
    [
        ("ALLOW_AUTO_VERIFY_USERS", "yes", "JOINDIN_ALLOW_AUTO_VERIFY_USERS is for test platforms"),
        ("ALLOW_AUTO_APPROVE_EVENTS", "yes", "JOINDIN_ALLOW_AUTO_APPROVE_EVENTS is for test platforms"),
        ("MAIL_FORWARD_ALL_TO", "ann@example.org", "JOINDIN_MAIL_FORWARD_ALL_TO is for test platforms"),
        ("WEBSITE_URL", "http://conferences.example", "JOINDIN_WEBSITE_URL is not an https address"),
        ("PUBLIC_URL", "http://conferences.example", "JOINDIN_PUBLIC_URL is not an https address"),
        ("MAIL_URL", "files", "Mails are written to a folder"),
        ("MAIL_URL", "smtp://ann:hidden@mail.example", "JOINDIN_MAIL_URL sends the password unencrypted"),
        ("ALLOWED_HOSTS", "*", "JOINDIN_ALLOWED_HOSTS accepts every host name"),
    ],
)
def test_an_insecure_value_is_reported(tmp_path, name, value, beginning):
    [problem] = find(tmp_path, **PRODUCTION | {name: value})

    assert (problem.startswith(beginning), "hidden" in problem) == (True, False)
