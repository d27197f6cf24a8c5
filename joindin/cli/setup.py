"""``joindin setup``: from nothing, or from an older version, to ready."""

import sqlite3
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from joindin.cli.preconditions import applied_revisions, check_not_newer, newest_revisions, report_database_errors
from joindin.config import SECRET_FILE, create_secret_file
from joindin.extensions import db
from joindin.seeds.base_data import seed_reference_data

# How long one setup waits for another, in seconds: migrations of big tables take their time.
LOCK_TIMEOUT_S = 3600


@click.command()
@with_appcontext
def setup():
    """Make the instance folder, bring the database up to date and add base data.

    Safe to repeat, and safe while another does the same.
    """
    instance = Path(current_app.config["INSTANCE"])
    _make_folder(instance)
    with _alone(instance), report_database_errors():
        _make_secret(instance)
        _migrate()
        _add_base_data()
    click.echo("Ready. `joindin serve` starts the server, `joindin demo` gives it something to show.")


def _make_folder(instance):
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise click.ClickException(f"The folder {instance} cannot be made: {wrong.strerror}") from None


@contextmanager
def _alone(instance):
    """Wait until no other setup is at work here; the lock is SQLite's, which every system has."""
    lock = None
    try:
        lock = sqlite3.connect(instance / "setup.lock", timeout=LOCK_TIMEOUT_S, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as wrong:
        raise click.ClickException(f"The folder {instance} cannot be written to: {wrong}") from None
    try:
        yield
    finally:
        lock.close()


def _make_secret(instance):
    if current_app.config["SECRET_KEY"] is None and create_secret_file(instance):
        click.echo(f"Made a secret: {instance / SECRET_FILE}")


def _migrate():
    before = applied_revisions()
    check_not_newer(before)
    upgrade()
    db.engine.dispose()
    after = ", ".join(sorted(newest_revisions()))
    if not before:
        click.echo(f"Made the tables (revision {after}).")
    elif before != newest_revisions():
        click.echo(f"Migrated the database from revision {', '.join(sorted(before))} to {after}.")
    else:
        click.echo(f"The database is up to date (revision {after}).")


def _add_base_data():
    seed_reference_data(db.session)
    db.session.commit()
    click.echo("All languages and talk types are there.")
