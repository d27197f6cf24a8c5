"""Preconditions of commands: an application, a reachable database with the current schema, and exit codes of errors."""

from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from joindin import migrations_folder
from joindin.config import SECRET_FILE, find_unknown_settings
from joindin.db.schema_revisions import applied_revisions, known_revisions, newest_revisions
from joindin.errors import DomainError, InvalidInput
from joindin.extensions import db
from joindin.utils.media.storage import StorageUnavailable


def with_database(command):
    """Run the command in an application context on a database with the current schema; map domain errors to exit codes.

    Used below the options, instead of Flask's ``with_appcontext``.
    """

    @with_appcontext
    @wraps(command)
    def run(*args, **kwargs):
        with report_database_errors():
            check_schema()
            try:
                with report_storage_errors():
                    return command(*args, **kwargs)
            except InvalidInput as error:
                raise click.UsageError(str(error)) from None
            except DomainError as refused:
                raise click.ClickException(str(refused)) from None

    return run


def report_unknown_settings() -> None:
    """Print a warning for each variable and each name in ``config.py`` that no setting has."""
    for sentence in find_unknown_settings(Path(current_app.config["INSTANCE"])):
        click.echo(f"Warning: {sentence}", err=True)


@contextmanager
def report_database_errors():
    """Report a failed connection in one line instead of a traceback."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(f"The database does not answer: {reason}") from None


@contextmanager
def report_storage_errors():
    """Report a storage of images that does not answer, with the reason, in one line."""
    try:
        yield
    except StorageUnavailable as error:
        raise click.ClickException(f"The storage of images is not available: {error.__cause__ or error}") from None


def check_schema() -> None:
    """Refuse a database that was not set up, or was set up by another version."""
    applied, newest = applied_revisions(db.engine), newest_revisions(migrations_folder())
    if applied == newest:
        return
    if not applied:
        raise click.ClickException("The database has not been set up. Run `joindin setup` first")
    check_not_newer(applied)
    raise click.ClickException("The database is older than this joindin. Run `joindin setup` first")


def check_secret() -> None:
    """Refuse to serve without a secret: forms could not be protected."""
    if current_app.config["SECRET_KEY"] is None:
        file = Path(current_app.config["INSTANCE"]) / SECRET_FILE
        raise click.ClickException(f"The secret {file} is missing. Run `joindin setup`, or set JOINDIN_SECRET_KEY")


def check_not_newer(applied: set[str]) -> None:
    """Refuse a database with migrations that this version does not have."""
    if unknown := applied - known_revisions(migrations_folder()):
        raise click.ClickException(f"The database was set up by a newer joindin (revision {', '.join(unknown)})")
