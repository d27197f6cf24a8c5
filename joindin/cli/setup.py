"""``joindin setup``: creation or migration of an installation."""

import sqlite3
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import func, select

from joindin import migrations_folder
from joindin.cli.preconditions import check_not_newer, report_database_errors, report_unknown_settings
from joindin.config import SECRET_FILE, create_secret_file
from joindin.db.dialects import dialect_of
from joindin.db.schema_revisions import applied_revisions, newest_revisions
from joindin.extensions import db
from joindin.operations.accounts.second_factors import reencrypt_authenticators
from joindin.operations.agenda.site_settings import store_identity_url
from joindin.operations.agenda.smtp_settings import reencrypt_smtp_password
from joindin.operations.crew.notifications.accounts import reencrypt_guest_links
from joindin.operations.outbox import reencrypt_unsent_mails
from joindin.seeds.base_data import seed_reference_data
from joindin.utils.datetimes import utc_now
from joindin.utils.private_files import list_sqlite_files, make_private

# Seconds that a setup waits for another one: migrations of large tables take minutes.
LOCK_TIMEOUT_S = 3600
# The advisory lock of a setup on PostgreSQL.
DATABASE_LOCK_ID = 725484


@click.command()
@click.option(
    "--new-secret",
    is_flag=True,
    help="Create a secret although the database exists. Authenticator apps set up before stop working.",
)
@with_appcontext
def setup(new_secret: bool):
    """Create the instance folder, migrate the database and add reference data.

    The command can be repeated, and can run several times at once.
    """
    report_unknown_settings()
    instance = Path(current_app.config["INSTANCE"])
    _create_folder(instance)
    with _exclusive_lock(instance), report_database_errors(), _exclusive_database():
        _create_secret(instance, is_forced=new_secret)
        _migrate()
        _add_reference_data()
        _store_identity()
        _reencrypt_secrets()
        _make_files_private(instance)
    click.echo("Ready. `joindin serve` starts the server, `joindin demo` loads demo data.")


def _create_folder(instance):
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"The folder {instance} cannot be created: {error.strerror}") from None


@contextmanager
def _exclusive_lock(instance):
    """Wait until no other setup runs on this folder. The lock is SQLite's, which is available on every system."""
    lock = None
    try:
        lock = sqlite3.connect(instance / "setup.lock", timeout=LOCK_TIMEOUT_S, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        raise click.ClickException(f"The folder {instance} cannot be written to: {error}") from None
    try:
        yield
    finally:
        lock.close()


@contextmanager
def _exclusive_database():
    """Wait until no other machine sets up this database: its migration locks tables that the rest of a setup reads."""
    if not dialect_of(db.engine).is_server:
        yield
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(select(func.pg_advisory_lock(DATABASE_LOCK_ID)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(DATABASE_LOCK_ID)))


def _create_secret(instance, *, is_forced):
    if current_app.config["SECRET_KEY"] is not None or (instance / SECRET_FILE).exists():
        return
    if applied_revisions(db.engine) and not is_forced:
        raise click.ClickException(
            f"The secret {instance / SECRET_FILE} is missing, and the database exists. Restore the file from a backup. "
            "Without it, authenticator apps stop working and mailed links become invalid: accept that with --new-secret"
        )
    if create_secret_file(instance):
        click.echo(f"Created the secret: {instance / SECRET_FILE}")


def _migrate():
    before = applied_revisions(db.engine)
    check_not_newer(before)
    upgrade()
    db.engine.dispose()
    after = ", ".join(sorted(newest_revisions(migrations_folder())))
    if not before:
        click.echo(f"Created the tables (revision {after}).")
    elif before != newest_revisions(migrations_folder()):
        click.echo(f"Migrated the database from revision {', '.join(sorted(before))} to {after}.")
    else:
        click.echo(f"The database is up to date (revision {after}).")


def _reencrypt_secrets():
    """Encrypt stored secrets with the current key, so that former keys can be removed from the settings."""
    secret_keys = current_app.config["SECRET_KEYS"]
    if not secret_keys:
        # Created just now: no secret was stored before.
        return
    unreadable = reencrypt_authenticators(db.session, secret_keys)
    reencrypt_unsent_mails(db.session)
    reencrypt_guest_links(db.session)
    reencrypt_smtp_password(db.session, secret_keys)
    db.session.commit()
    if unreadable:
        click.echo(
            f"Warning: {unreadable} authenticator apps were set up under another secret key and do not work. Restore the "
            "key, add it to JOINDIN_SECRET_KEY_PREVIOUS, or run `joindin users reset-factors` for their owners.",
            err=True,
        )


def _make_files_private(instance):
    """Restrict the files that earlier releases created for all users of the machine to read."""
    files = list_sqlite_files([current_app.config["DATABASE_URL"], current_app.config["QUEUE_URL"]])
    make_private([*files, instance / SECRET_FILE, instance / "config.py", instance / "setup.lock"])


def _store_identity():
    """Keep the first public address, so that identifiers stay when the address of the site changes."""
    if current_app.config["HAS_WEBSITE_URL"]:
        store_identity_url(db.session, current_app.config["WEBSITE_URL"], now=utc_now())
        db.session.commit()


def _add_reference_data():
    seed_reference_data(db.session)
    db.session.commit()
    click.echo("All languages and talk types are present.")
