"""The console script ``joindin``: one file a command or group of commands.

Commands read what was asked, call operations and commit, as resources do. They end with 0 if it
was done, 1 if it could not be done, 2 if it was asked wrongly or a setting makes no sense, and
then say why in one line.
"""

import sys

import click
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo

from joindin import __version__, create_app
from joindin.cli.apps import apps
from joindin.cli.counters import counters
from joindin.cli.demo import demo
from joindin.cli.imports import imports
from joindin.cli.jobs import jobs
from joindin.cli.serve import serve
from joindin.cli.setup import setup
from joindin.cli.users import users
from joindin.config import SettingError

COMMANDS = (setup, serve, demo, users, apps, imports, jobs, counters)


class Console(FlaskGroup):
    """Flask's group, whose help can be read also when the application cannot start."""

    def list_commands(self, ctx):
        try:
            ctx.ensure_object(ScriptInfo).load_app()
        except SettingError as wrong:
            _complain(wrong)
            return click.Group.list_commands(self, ctx)
        return super().list_commands(ctx)


cli = Console(
    create_app=create_app,
    help="joindin: the conference-community server.",
    add_version_option=False,
)
click.version_option(__version__, prog_name="joindin")(cli)
for command in COMMANDS:
    cli.add_command(command)


def init_app(app: Flask) -> None:
    """Give the commands to Flask's own script too: ``flask --app joindin setup``."""
    for command in COMMANDS:
        app.cli.add_command(command)


def main() -> None:
    try:
        cli.main(prog_name="joindin")
    except SettingError as wrong:
        _complain(wrong)
        sys.exit(2)


def _complain(wrong):
    click.echo(f"joindin: {wrong}", err=True)
