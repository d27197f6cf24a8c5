"""``joindin`` itself: help, version, and invalid settings."""

import subprocess
import sys

import click
import pytest

from joindin.cli import COMMANDS, FLASK_COMMANDS, main
from joindin.cli.console import load_command

pytestmark = pytest.mark.runs_once("commands, settings and help texts do not depend on the database")

HEAVY_MODULES = ("flask", "sqlalchemy", "authlib", "PIL", "granian")
MODE_IS_WRONG = "joindin: JOINDIN_MODE is wrong: one of development, production\n"


def all_commands(group, *path):
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from all_commands(command, *path, name)


def listed_commands(output):
    return [line.split()[0] for line in output.partition("Commands:\n")[2].splitlines()]


OUR_COMMANDS = [
    found
    for name in COMMANDS
    for command in [load_command(name)]
    for found in [((name,), command), *(all_commands(command, name) if isinstance(command, click.Group) else ())]
]


@pytest.fixture
def run_main(monkeypatch, capfd):
    """Runs ``joindin`` in this process as the console script does; returns exit code, output and errors."""

    def running(*arguments, **variables):
        monkeypatch.setattr(sys, "argv", ["joindin", *arguments])
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code, *capfd.readouterr()

    return running


@pytest.mark.parametrize(("path", "command"), OUR_COMMANDS, ids=[" ".join(path) for path, _ in OUR_COMMANDS])
def test_every_command_and_option_has_help(run, path, command):
    reply = run(*path, "--help")

    without_help = [each.name for each in command.params if isinstance(each, click.Option) and not each.help]
    assert (reply.exit_code, without_help) == (0, [])
    assert command.help.splitlines()[0].strip() in " ".join(reply.output.split())


def test_the_overview_describes_each_command_as_the_command_does():
    assert {name: load_command(name).help.splitlines()[0].strip() for name in COMMANDS} == COMMANDS


def test_the_overview_lists_the_commands_that_exist(run):
    reply = run("--help")

    assert listed_commands(reply.output) == sorted(COMMANDS | FLASK_COMMANDS)


def test_the_commands_of_the_manual_exist():
    paths = {" ".join(path) for path, _ in OUR_COMMANDS}

    assert {
        "setup", "serve", "demo", "jobs run", "counters check", "apps create", "import conferences", "import joindin",
        "users create", "users promote", "users demote", "users trust",
    } <= paths  # fmt: skip


def test_flasks_own_commands_work(run):
    reply = run("routes")

    assert reply.exit_code == 0
    assert "/v2.1/events/<positive:event_id>" in reply.output


def test_the_version_is_printed_without_loading_the_application():
    code = "import sys; from joindin.cli import main; sys.argv = ['joindin', '--version']; main()"
    reply = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)

    loaded = {line.rpartition("|")[2].strip() for line in reply.stderr.splitlines()}
    assert reply.stdout == "joindin, version 0.1.0\n"
    assert [name for name in HEAVY_MODULES if name in loaded] == []


def test_the_console_has_the_same_version(run):
    reply = run("--version")

    assert (reply.exit_code, reply.output) == (0, "joindin, version 0.1.0\n")


def test_help_is_available_with_a_wrong_setting(run_main):
    code, output, errors = run_main("--help", JOINDIN_MODE="prod")

    assert (code, errors, listed_commands(output)) == (0, "", sorted(COMMANDS | FLASK_COMMANDS))


@pytest.mark.parametrize("command", ["setup", "serve", "demo", "db current", "routes", "users promote ada"])
def test_a_wrong_setting_stops_every_command_with_one_line(run_main, tmp_path, command):
    folder = tmp_path / "instance"

    reply = run_main(*command.split(), JOINDIN_MODE="prod", JOINDIN_INSTANCE=str(folder))

    assert reply == (2, "", MODE_IS_WRONG)
    assert not folder.exists()


def test_a_wrong_setting_stops_the_process_with_one_line(instance):
    reply = instance.run("setup", JOINDIN_MODE="prod")

    assert (reply.returncode, reply.stdout, reply.stderr) == (2, "", MODE_IS_WRONG)
    assert not instance.folder.exists()
