"""The console script ``joindin``."""

import sys

import click
from flask import Flask
from flask.cli import FlaskGroup

from joindin import create_app
from joindin.config import SettingError


def mount(app: Flask) -> None:
    pass


cli = FlaskGroup(create_app=create_app, help="joindin: the conference-community server.")


def main() -> None:
    try:
        create_app  # noqa: B018
        cli.main()
    except SettingError as wrong:
        click.echo(f"joindin: {wrong}", err=True)
        sys.exit(2)
