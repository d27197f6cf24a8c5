"""The console with the application: Flask's group plus the commands of this package, each loaded when it is called."""

import sys
from importlib import import_module

import click
from flask.cli import AppGroup, FlaskGroup

from joindin import __version__, create_app
from joindin.cli import ABOUT, COMMANDS, HIDDEN_COMMANDS, MODULES
from joindin.config import SettingError


class LazyCommands(AppGroup):
    """A group that imports the module of a command of this package when the command is looked up."""

    def list_commands(self, ctx):
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx, name):
        return load_command(name) if name in COMMANDS or name in HIDDEN_COMMANDS else super().get_command(ctx, name)


class Console(LazyCommands, FlaskGroup):
    """The group behind ``joindin``."""


def load_command(name: str) -> click.Command:
    module = MODULES.get(name, name)
    return getattr(import_module(f"joindin.cli.{module}"), module)


cli = Console(create_app=create_app, help=ABOUT, add_version_option=False)
click.version_option(__version__, prog_name="joindin")(cli)


def run() -> None:
    try:
        cli.main(prog_name="joindin")
    except SettingError as error:
        click.echo(f"joindin: {error}", err=True)
        sys.exit(2)
