"""``joindin backup``: an archive of the database and the images, made while the server runs, or the check of one."""

import signal
import sys
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from joindin.backups.archive import verify_archive
from joindin.backups.creation import new_archive_file, staging_folder, write_archive
from joindin.backups.manifest import DATABASE_TITLES, Manifest
from joindin.backups.sqlite import sqlite_snapshot
from joindin.cli.backup_output import Progress, human_size, report_backup_errors
from joindin.cli.preconditions import check_not_newer, report_database_errors
from joindin.db.dialects import dialect_of
from joindin.db.schema_revisions import applied_revisions
from joindin.extensions import db, media_storage

STANDARD_OUTPUT = "-"
MAX_LISTED = 5


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--with-key", is_flag=True, help="Include the secret key. Keep the archive as safe as the key then.")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@click.option("--verify", is_flag=True, help="Check the archive FILE without restoring it.")
@with_appcontext
def backup(file: Path, with_key: bool, force: bool, verify: bool) -> None:
    """Write the database and the images to the archive FILE, or to standard output if it is `-`.

    The server keeps serving. `joindin restore FILE` restores the archive.
    """
    if verify and (with_key or force):
        raise click.UsageError("--verify only reads FILE")
    with ending_on_termination(), report_backup_errors(), report_database_errors():
        if verify:
            _verify(file)
        else:
            _create(file, has_key=with_key, overwrites=force)


@contextmanager
def ending_on_termination():
    """Let SIGTERM raise an exception inside the block, so that temporary files are deleted."""
    former = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _verify(file):
    if str(file) == STANDARD_OUTPUT:
        raise click.UsageError("--verify needs the name of a file")
    with file.open("rb") as opened:
        manifest = verify_archive(opened)
    click.echo(f"The archive is complete: {describe(manifest)}.")
    _warn_of_missing_images(manifest)


def _create(file, *, has_key, overwrites):
    is_stream = str(file) == STANDARD_OUTPUT
    if is_stream and sys.stdout.isatty():
        raise click.UsageError("The archive is binary: redirect standard output")
    revisions = applied_revisions(db.engine)
    if not revisions:
        raise click.ClickException("The database has not been set up: there is nothing to back up")
    check_not_newer(revisions)
    secret_key = current_app.config["SECRET_KEY"]
    if has_key and not secret_key:
        raise click.ClickException("There is no secret key yet: run `joindin setup`, or leave out --with-key")
    output = nullcontext(sys.stdout.buffer) if is_stream else new_archive_file(file, overwrites=overwrites)
    with Progress() as progress, output as opened:
        # Beside the archive, where there is room for it.
        folder = Path(current_app.config["INSTANCE"]) if is_stream else file.parent
        manifest = write_archive(
            opened,
            db.engine.dialect.name,
            partial(_take_snapshot, folder, progress.report),
            media_storage(),
            secret_key=secret_key,
            has_key=has_key,
            report=progress.report,
        )
    click.echo(f"Written: {describe(manifest)}.", err=True)
    _warn_of_missing_images(manifest)
    if manifest.has_key:
        click.echo(
            "Warning: the archive contains the secret key. Its reader can decrypt second factors and mails, and sign in as any"
            " user. Store it encrypted, or apart from other copies.",
            err=True,
        )
    else:
        click.echo(
            "The secret key is not included: keep a copy of it elsewhere. Without it, authenticator apps stop working.",
            err=True,
        )


def describe(manifest: Manifest) -> str:
    rows, images = sum(manifest.rows.values()), manifest.media_names
    size = sum(member.size for member in manifest.members.values())
    return (
        f"{DATABASE_TITLES[manifest.database]} {manifest.database_version} of {manifest.created}, revision"
        f" {', '.join(manifest.revision)}, {rows} rows in {len(manifest.rows)} tables, {len(images)} images,"
        f" {human_size(size)}, {'with' if manifest.has_key else 'without'} the secret key"
    )


@contextmanager
def _take_snapshot(parent, report):
    if dialect_of(db.engine).is_server:
        # The driver is installed on PostgreSQL only.
        from joindin.backups.postgresql import postgresql_snapshot

        take = partial(postgresql_snapshot, db.engine)
    else:
        take = partial(sqlite_snapshot, Path(db.engine.url.database))
    with staging_folder(parent) as folder, take(folder, report) as snapshot:
        yield snapshot


def _warn_of_missing_images(manifest):
    if missing := manifest.missing_images:
        listed = ", ".join(missing[:MAX_LISTED]) + (", ..." if len(missing) > MAX_LISTED else "")
        click.echo(
            f"Warning: the database names {len(missing)} images that the media storage lacks: {listed}", err=True
        )
