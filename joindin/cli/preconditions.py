"""Preconditions of commands: an application, a reachable database with the current schema, and exit codes of errors."""

from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from joindin import migrations_folder
from joindin.config import find_unknown_settings
from joindin.db.dialects import dialect_of
from joindin.errors import DomainError, InvalidInput
from joindin.extensions import db


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


def check_schema() -> None:
    """Refuse a database that was not set up, or was set up by another version."""
    applied, newest = applied_revisions(), newest_revisions()
    if applied == newest:
        return
    if not applied:
        raise click.ClickException("The database has not been set up. Run `joindin setup` first")
    check_not_newer(applied)
    raise click.ClickException("The database is older than this joindin. Run `joindin setup` first")


def check_not_newer(applied: set[str]) -> None:
    """Refuse a database with migrations that this version does not have."""
    if unknown := applied - {script.revision for script in _scripts().walk_revisions()}:
        raise click.ClickException(f"The database was set up by a newer joindin (revision {', '.join(unknown)})")


def applied_revisions() -> set[str]:
    """Return the migrations of the database; none if SQLite has no file yet. Does not create the file."""
    if not dialect_of(db.engine).is_server and not Path(db.engine.url.database).exists():
        return set()
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads())


def newest_revisions() -> set[str]:
    return set(_scripts().get_heads())


def _scripts():
    return ScriptDirectory(str(migrations_folder()))
