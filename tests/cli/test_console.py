"""``joindin`` itself: help everywhere, and settings that make no sense."""

import sys

import click
import pytest

from joindin.cli import COMMANDS, cli, main
from joindin.config import SETTINGS, SettingError, load_settings

NONSENSE = {
    "MODE": ["prod", "", "Production"],
    "INSTANCE": ["", "/dev/null"],
    "DATABASE_URL": ["mysql://host/name", "sqlite:file", "sqlite:///", "sqlite://", "sqlite:///:memory:", "nonsense"],
    "SECRET_KEY": ["short"],
    "WEBSITE_URL": ["ftp://web.example", "web.example", "http://", "http:///path", "http://a b", "http://web:port"],
    "MEDIA_DIR": ["/dev/null"],
    "MAIL_URL": ["http://mail.example", "smtp://", "smtp://mail.example:99999"],
    "MAIL_FROM": ["nobody", ""],
    "MAIL_CONTACT": ["nobody", "", ",", "ann@example.org, nobody"],
    "MAIL_FORWARD_ALL_TO": ["nobody"],
    "QUEUE_URL": ["amqp://host", "redis://", "sqlite:queue"],
    "ALLOW_AUTO_VERIFY_USERS": ["perhaps", ""],
    "ALLOW_AUTO_APPROVE_EVENTS": ["2"],
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
    "MAX_BODY_BYTES": ["0", "8M"],
    "MAX_IMAGE_BYTES": ["0"],
    "MAX_JSON_BYTES": ["0"],
    "FRAGMENT_CACHE_BYTES": ["-1", "lots"],
    "QUERY_CACHE_BYTES": ["-1", "lots"],
    "ANSWER_CACHE_BYTES": ["-1", "lots"],
    "REPLICA_URLS": ["mysql://host/name", "sqlite:///file", "postgresql://host/name", "nonsense"],
}
# Any text is a key, and any list of texts a list of keys.
ANYTHING_GOES = {"AKISMET_KEY", "EXPIRABLE_CLIENTS", "FORWARDING_CLIENTS", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"}

CASES = [(name, value) for name, values in NONSENSE.items() for value in values]


def all_commands(group, *path):
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from all_commands(command, *path, name)


OUR_COMMANDS = [
    found for found in all_commands(cli) if found[0][0] in {click_command.name for click_command in COMMANDS}
]


@pytest.mark.parametrize(("path", "command"), OUR_COMMANDS, ids=[" ".join(path) for path, _ in OUR_COMMANDS])
def test_every_command_and_option_has_help(run, path, command):
    reply = run(*path, "--help")

    without_help = [each.name for each in command.params if isinstance(each, click.Option) and not each.help]
    assert (reply.exit_code, without_help) == (0, [])
    assert command.help.splitlines()[0].strip() in " ".join(reply.output.split())


def test_there_are_the_commands_that_the_manual_names():
    paths = {" ".join(path) for path, _ in OUR_COMMANDS}

    assert {
        "setup", "serve", "demo", "jobs run", "counters check", "apps create",
        "users create", "users promote", "users demote", "users trust",
    } <= paths  # fmt: skip


def test_flasks_own_commands_work(run):
    reply = run("routes")

    assert reply.exit_code == 0
    assert "/v2.1/events/<positive:event_id>" in reply.output


def test_the_version_is_ours(run):
    reply = run("--version")

    assert (reply.exit_code, reply.output) == (0, "joindin, version 0.1.0\n")


def test_every_setting_that_is_checked_is_tested_here():
    assert NONSENSE.keys() | ANYTHING_GOES == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s.default is not None], ids=lambda s: s.name)
def test_a_setting_takes_its_own_default(setting):
    assert setting.check(setting.default) == setting.default


@pytest.mark.parametrize(("name", "value"), CASES)
def test_nonsense_is_refused_with_the_name_of_the_variable(monkeypatch, capsys, tmp_path, name, value):
    monkeypatch.setenv("JOINDIN_INSTANCE", str(tmp_path))
    monkeypatch.setenv(f"JOINDIN_{name}", value)
    monkeypatch.setattr(sys, "argv", ["joindin", "routes"])

    with pytest.raises(SystemExit) as end:
        main()

    said = capsys.readouterr()
    assert (end.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith(f"joindin: JOINDIN_{name} is wrong: ")


@pytest.mark.parametrize(("name", "value"), CASES)
def test_nonsense_is_refused_also_where_code_says_it(tmp_path, name, value):
    with pytest.raises(SettingError, match=f"^JOINDIN_{name} is wrong: "):
        load_settings({"INSTANCE": str(tmp_path), name: value}, {})


@pytest.mark.parametrize("code", ["MAX_PENDING_EVENTS = 'many'", "MAX_PENDING_EVENTS = 0", "MAX_PENDING_EVENTS = None"])
def test_nonsense_is_refused_also_from_the_instances_file(tmp_path, code):
    (tmp_path / "config.py").write_text(code)

    with pytest.raises(SettingError) as refusal:
        load_settings({"INSTANCE": str(tmp_path)}, {})

    assert str(refusal.value).startswith(f"JOINDIN_MAX_PENDING_EVENTS is wrong in {tmp_path / 'config.py'}: ")


def test_a_file_that_is_no_python_is_named(tmp_path):
    (tmp_path / "config.py").write_text("MODE = production")

    with pytest.raises(SettingError) as refusal:
        load_settings({"INSTANCE": str(tmp_path)}, {})

    assert str(refusal.value) == (
        f"{tmp_path / 'config.py'} cannot be read: NameError: name 'production' is not defined"
    )


def test_later_sources_win(tmp_path):
    (tmp_path / "config.py").write_text("MAX_PENDING_EVENTS = 4\nMAX_BODY_BYTES = 4096\nMAX_JSON_BYTES = 2048")
    environment = {"JOINDIN_MAX_BODY_BYTES": "8192", "JOINDIN_MAX_JSON_BYTES": "4096"}

    settings = load_settings({"INSTANCE": str(tmp_path), "MAX_JSON_BYTES": 8192}, environment)

    names = ("TRUSTED_PROXIES", "MAX_PENDING_EVENTS", "MAX_BODY_BYTES", "MAX_JSON_BYTES")
    assert [settings[name] for name in names] == [0, 4, 8192, 8192]


def test_help_can_be_read_when_a_setting_is_wrong(instance):
    reply = instance.run("--help", JOINDIN_MODE="prod")

    listed = [line.split()[0] for line in reply.stdout.partition("Commands:\n")[2].splitlines()]
    assert (reply.returncode, reply.stderr) == (0, "joindin: JOINDIN_MODE is wrong: one of development, production\n")
    assert {command.name for command in COMMANDS} <= set(listed)


@pytest.mark.parametrize("command", ["setup", "serve", "demo", "db current", "routes", "users promote ada"])
def test_a_wrong_setting_stops_every_command_with_one_line(instance, command):
    reply = instance.run(*command.split(), JOINDIN_MODE="prod")

    complaint = "joindin: JOINDIN_MODE is wrong: one of development, production\n"
    assert (reply.returncode, reply.stdout, reply.stderr) == (2, "", complaint)
    assert not instance.folder.exists()
