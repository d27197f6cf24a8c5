"""Settings: invalid values, order of the sources, and the table in the README."""

import re
from pathlib import Path

import pytest

from joindin.config import SETTINGS, SettingError, find_unknown_settings, load_settings, local_website_url

README = Path(__file__).parent.parent / "README.md"

INVALID_VALUES = {
    "MODE": ["prod", "", "Production"],
    "INSTANCE": ["", "/dev/null"],
    "DATABASE_URL": ["mysql://host/name", "sqlite:file", "sqlite:///", "sqlite://", "sqlite:///:memory:", "nonsense"],
    "SITE_NAME": ["", "two\nlines"],
    "SITE_TWITTER": ["two words", "a-name-that-is-too-long"],
    "SECRET_KEY": ["short"],
    "SECRET_KEY_PREVIOUS": ["short", "a former key of this server,short"],
    "WEBSITE_URL": ["ftp://web.example", "web.example", "http://", "http:///path", "http://a b", "http://web:port"],
    "ALLOWED_HOSTS": ["a b", "http://a.example", "a.example,/"],
    "MEDIA_DIR": ["/dev/null"],
    "MEDIA_URL": [
        *("images", "/srv/images", "file://", "file:///", "file://host/images", "file:///dev/null", "file:///a/../b"),
        *("s3://", "s3:///images", "s3://key:secret@bucket", "s3://bucket//a", "s3://bucket/..", "s3://bucket?a=b"),
        *("ftp://host/images", "http://host/images"),
    ],
    "MEDIA_TIMEOUT": ["0", "never"],
    "MAIL_URL": ["http://mail.example", "smtp://", "smtp://mail.example:99999"],
    "MAIL_FROM": ["nonsense"],
    "MAIL_CONTACT": ["nonsense", ",", "ann@example.org, nonsense"],
    "MAIL_FORWARD_ALL_TO": ["nonsense"],
    "QUEUE_URL": ["amqp://host", "redis://", "sqlite:queue"],
    "ALLOW_AUTO_VERIFY_USERS": ["perhaps", ""],
    "ALLOW_AUTO_APPROVE_EVENTS": ["2"],
    "CREW_TIMEZONE": ("Nowhere/City", ""),
    "MAX_PENDING_EVENTS": ["0", "-1", "three", "1.5"],
    "TALK_COMMENT_LIMIT": ["0", "-1", "many"],
    "TALK_COMMENT_WINDOW": ["0", "1h"],
    "MAX_COMMENT_EDIT_MINUTES": ["-1", "15m"],
    "TOKENS_NEED_TLS": ["maybe"],
    "AKISMET_BLOG": ["blog"],
    "AKISMET_URL": ["akismet", ""],
    "ALLOW_PRIVATE_FETCHES": ["loopback"],
    "AUDIT_DAYS": ["-1"],
    "AUDIT_ADDRESS_DAYS": ["never"],
    "PUBLIC_URL": ["home"],
    "SESSION_DAYS": ["0"],
    "SESSION_IDLE_DAYS": ["0"],
    "OIDC_ISSUER": ["issuer"],
    "OIDC_NAME": [""],
    "OIDC_SCOPE": ["email"],
    "OIDC_REGISTRATION": ["perhaps"],
    "OIDC_LINK_BY_EMAIL": ["perhaps"],
    "TRUSTED_PROXIES": ["-1", "11", "yes"],
    "LOG_FORMAT": ["", "JSON", "xml"],
    "SENTRY_DSN": [
        *("sentry.example.org", "https://sentry.example.org/7", "https://key@sentry.example.org", "https://key@/7"),
        *(
            "ftp://key@sentry.example.org/7",
            "https://key@sentry.example.org/7?a=b",
            "https://key@sentry.example.org:x/7",
        ),
    ],
    "METRICS_TOKEN": ["short"],
    "MAX_BODY_BYTES": ["0", "8M"],
    "MAX_IMAGE_BYTES": ["0"],
    "MAX_JSON_BYTES": ["0"],
    "STATEMENT_TIMEOUT": ["0", "3601", "1m"],
    "FRAGMENT_CACHE_BYTES": ["-1", "lots"],
    "QUERY_CACHE_BYTES": ["-1", "lots"],
    "OLD_API_BASE": ["api.joind.in"],
    "PLAIN_SQL": ["perhaps"],
    "ANSWER_CACHE_BYTES": ["-1", "lots"],
    "REPLICA_URLS": ["mysql://host/name", "sqlite:///file", "postgresql://host/name", "nonsense"],
}
# Every text is a valid key, and every list of texts a valid list of keys.
UNCHECKED = {"AKISMET_KEY", "EXPIRABLE_CLIENTS", "FORWARDING_CLIENTS", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"}

CASES = [(name, value) for name, values in INVALID_VALUES.items() for value in values]


def as_shown(default):
    """The default as the README's table shows it."""
    if isinstance(default, bool):
        return "`yes`" if default else "`no`"
    if isinstance(default, tuple):
        default = ",".join(default)
    return f"`{default}`" if default not in (None, "") else ""


def test_the_table_in_the_readme_is_complete_and_current():
    rows = [
        re.split(r" *\| *", line)[1:4] for line in README.read_text().splitlines() if line.startswith("| `JOINDIN_")
    ]

    assert rows == [[f"`{setting.variable}`", as_shown(setting.default), setting.help] for setting in SETTINGS]


def test_every_setting_that_is_checked_is_tested_here():
    assert INVALID_VALUES.keys() | UNCHECKED == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s.default is not None], ids=lambda s: s.name)
def test_a_default_is_a_valid_value(setting):
    assert setting.check(setting.default) == setting.default


@pytest.mark.parametrize(("name", "value"), CASES)
def test_an_invalid_override_is_refused_with_the_name_of_the_variable(tmp_path, name, value):
    with pytest.raises(SettingError, match=f"^JOINDIN_{name} is wrong: "):
        load_settings({"INSTANCE": str(tmp_path), name: value}, {})


@pytest.mark.parametrize("code", ["MAX_PENDING_EVENTS = 'many'", "MAX_PENDING_EVENTS = 0", "MAX_PENDING_EVENTS = None"])
def test_an_invalid_value_in_the_instances_file_is_refused(tmp_path, code):
    (tmp_path / "config.py").write_text(code)

    with pytest.raises(SettingError) as refusal:
        load_settings({"INSTANCE": str(tmp_path)}, {})

    assert str(refusal.value).startswith(f"JOINDIN_MAX_PENDING_EVENTS is wrong in {tmp_path / 'config.py'}: ")


def test_a_file_with_an_error_is_named(tmp_path):
    (tmp_path / "config.py").write_text("MODE = production")

    with pytest.raises(SettingError) as refusal:
        load_settings({"INSTANCE": str(tmp_path)}, {})

    assert str(refusal.value) == (
        f"{tmp_path / 'config.py'} cannot be read: NameError: name 'production' is not defined"
    )


def test_later_sources_override_earlier_ones(tmp_path):
    (tmp_path / "config.py").write_text("MAX_PENDING_EVENTS = 4\nMAX_BODY_BYTES = 4096\nMAX_JSON_BYTES = 2048")
    environment = {"JOINDIN_MAX_BODY_BYTES": "8192", "JOINDIN_MAX_JSON_BYTES": "4096"}

    settings = load_settings({"INSTANCE": str(tmp_path), "MAX_JSON_BYTES": 8192}, environment)

    names = ("TRUSTED_PROXIES", "MAX_PENDING_EVENTS", "MAX_BODY_BYTES", "MAX_JSON_BYTES")
    assert [settings[name] for name in names] == [0, 4, 8192, 8192]


PRODUCTION = {
    "JOINDIN_MODE": "production",
    "JOINDIN_SECRET_KEY": "set by the operator",
    "JOINDIN_WEBSITE_URL": "https://conf.example.org",
    "JOINDIN_MAIL_FROM": "hello@conf.example.org",
    "JOINDIN_MAIL_URL": "smtp://mail.example.org",
}


@pytest.mark.parametrize("mail_url", ["smtp://mail.example.org", "files"])
def test_production_starts_with_complete_settings(tmp_path, mail_url):
    settings = load_settings({"INSTANCE": str(tmp_path)}, PRODUCTION | {"JOINDIN_MAIL_URL": mail_url})

    assert settings["MAIL_URL"] == (None if mail_url == "files" else mail_url)
    assert (settings["PUBLIC_URL"], settings["MAIL_CONTACT"]) == (
        "https://conf.example.org",
        ("hello@conf.example.org",),
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", None),
        ("WEBSITE_URL", None),
        ("WEBSITE_URL", "http://localhost:8000"),
        ("WEBSITE_URL", "https://127.0.0.1"),
        ("WEBSITE_URL", "https://127.8.9.1:8000"),
        ("WEBSITE_URL", "http://[::1]:8000"),
        ("WEBSITE_URL", "http://0.0.0.0:8000"),
        ("WEBSITE_URL", "https://conf.localhost"),
        ("MAIL_FROM", None),
        ("MAIL_URL", None),
    ],
)
def test_production_refuses_insecure_defaults(tmp_path, variable, value):
    environment = PRODUCTION | {f"JOINDIN_{variable}": value}

    with pytest.raises(SettingError, match=f"^JOINDIN_{variable} is "):
        load_settings({"INSTANCE": str(tmp_path)}, {name: each for name, each in environment.items() if each})


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://localhost:8123"),
        ("::1", "http://localhost:8123"),
        ("0.0.0.0", "http://localhost:8123"),
        ("::", "http://localhost:8123"),
        ("192.0.2.7", "http://192.0.2.7:8123"),
        ("2001:db8::7", "http://[2001:db8::7]:8123"),
        ("conf.example.org", "http://conf.example.org:8123"),
    ],
)
def test_the_default_website_is_the_address_of_the_server(host, url):
    assert local_website_url(host, 8123) == url


def test_unknown_settings_are_found_in_variables_and_in_the_file(tmp_path):
    (tmp_path / "config.py").write_text("import os\nMODE = 'development'\nMAX_PENDIG_EVENTS = 4\nhelper = 1\n")
    environment = {"JOINDIN_WEBSITE_ULR": "x", "JOINDIN_MODE": "production", "JOINDIN_TEST_X": "1", "HOME": "/root"}

    assert find_unknown_settings(tmp_path, environment) == [
        "JOINDIN_WEBSITE_ULR is no setting and has no effect; is JOINDIN_WEBSITE_URL meant?",
        f"MAX_PENDIG_EVENTS in {tmp_path / 'config.py'} is no setting and has no effect; is JOINDIN_MAX_PENDING_EVENTS meant?",
    ]


def test_former_keys_follow_the_current_one(tmp_path):
    environment = {
        "JOINDIN_SECRET_KEY": "the current key of this server",
        "JOINDIN_SECRET_KEY_PREVIOUS": "the former key of this server, an older key of this server",
    }

    settings = load_settings({"INSTANCE": str(tmp_path)}, environment)

    former = ["the former key of this server", "an older key of this server"]
    assert settings["SECRET_KEYS"] == ("the current key of this server", *former)
    assert settings["SECRET_KEY_FALLBACKS"] == former
