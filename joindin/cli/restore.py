"""``joindin restore``: the database, the images and the secret key of an archive, in an empty instance or with ``--force``.

Everything is verified before anything is changed. Images are written first, then the database is replaced, and the secret key last:
an interrupted restoration leaves the former database, and is repeated.
"""

import os
import secrets
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError

from joindin import create_app, migrations_folder
from joindin.backups import sqlite
from joindin.backups.archive import verify_archive
from joindin.backups.creation import GENERATED_FOLDERS, staging_folder
from joindin.backups.errors import BackupError, NotEmpty
from joindin.backups.manifest import Manifest
from joindin.backups.restoring import (
    check_compatible,
    check_row_counts,
    extract_database,
    extract_key,
    restore_images,
)
from joindin.backups.snapshot_rows import read_rows
from joindin.cli.backup import describe, ending_on_termination
from joindin.cli.backup_output import Progress, report_backup_errors
from joindin.cli.preconditions import report_database_errors
from joindin.config import SECRET_FILE
from joindin.db.dialects import dialect_of
from joindin.db.schema_revisions import known_revisions, newest_revisions
from joindin.extensions import db, media_storage
from joindin.models import Event, User
from joindin.operations.counter_repair import verify_counters, verify_read_models
from joindin.operations.outbox import abandon_queued_mails
from joindin.utils.private_files import PRIVATE_MODE

MSG_HELD = "restored from a backup; may have been sent since"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--with-key", is_flag=True, help="Restore the secret key of the archive too.")
@click.option("--force", is_flag=True, help="Replace the data of this instance.")
@with_appcontext
def restore(file: Path, with_key: bool, force: bool) -> None:
    """Restore the archive FILE of `joindin backup`, and migrate its database.

    Stop the server and the job worker first. Mails that waited when the backup was made are not sent by themselves.
    """
    with (
        ending_on_termination(),
        report_backup_errors(),
        report_database_errors(),
        file.open("rb") as archive,
        Progress() as progress,
    ):
        progress.report("Verifying the archive")
        manifest = verify_archive(archive)
        try:
            key = _check(archive, manifest, has_key=with_key, is_forced=force)
            restore_images(archive, manifest, media_storage(), progress.report)
            restore_database = _restore_postgresql if dialect_of(db.engine).is_server else _restore_sqlite
            held = restore_database(archive, manifest, key, progress.report)
            _store_key(key)
        finally:
            _disconnect()
    _report(manifest, key, held)


def _check(archive, manifest, *, has_key, is_forced):
    """Refuse an archive that does not fit this instance; return the key to restore, None to keep the instance's."""
    check_compatible(manifest, db.engine.dialect.name, known_revisions(migrations_folder()))
    key = None
    if has_key:
        if not manifest.has_key:
            raise BackupError("The archive has no secret key: it was made without --with-key")
        key = _key_to_restore(extract_key(archive, manifest), is_forced)
    if not is_forced:
        if not _is_database_empty():
            raise NotEmpty("The database is not empty. Replace its data with --force")
        if any(not file.name.startswith(GENERATED_FOLDERS) for file in media_storage().list()):
            raise NotEmpty("The media storage is not empty. Add the images of the archive to it with --force")
    # The connections of this process would count as users.
    _disconnect()
    if dialect_of(db.engine).is_server:
        from joindin.backups.postgresql import check_unused

        check_unused(db.engine)
    else:
        Path(db.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        sqlite.check_unused(Path(db.engine.url.database))
    return key


def _disconnect():
    db.session.remove()
    db.engine.dispose()


def _key_to_restore(key, is_forced):
    current, is_in_file = current_app.config["SECRET_KEY"], _key_file().exists()
    if current == key:
        return None
    if current and not is_in_file:
        raise BackupError(
            "JOINDIN_SECRET_KEY is set, and differs from the key of the archive. Set it to that key, which is the member"
            " secret-key of the archive, or restore without --with-key"
        )
    if current and not is_forced:
        raise NotEmpty(f"{_key_file()} has another key. Replace it with --force")
    return key


def _is_database_empty():
    """Whether there are no accounts and no events; `joindin setup` stores neither."""
    if not dialect_of(db.engine).is_server and not Path(db.engine.url.database).exists():
        return True
    try:
        tables = set(inspect(db.engine).get_table_names())
        return not any(
            model.__tablename__ in tables and db.session.scalar(select(model.id).limit(1)) is not None
            for model in (User, Event)
        )
    except DatabaseError:
        # Damaged, or with a schema that this version does not know.
        return False


def _restore_sqlite(archive, manifest, key, report):
    """Prepare the database beside the current one, and rename it when it is ready. Return the number of held mails."""
    database = Path(db.engine.url.database)
    with staging_folder(database.parent) as folder:
        restored = folder / "restored.sqlite"
        report("Unpacking the database")
        extract_database(archive, manifest, restored)
        report("Checking the database")
        sqlite.check_database(restored)
        settings = {"INSTANCE": current_app.config["INSTANCE"], "DATABASE_URL": f"sqlite:///{restored}"}
        if chosen := key or current_app.config["SECRET_KEY"]:
            settings["SECRET_KEY"] = chosen
        with create_app(settings).app_context():
            held = _prepare_database(manifest, report)
            _disconnect()
        with closing(sqlite3.connect(restored)) as connection:
            # Without a log, which would not be renamed.
            connection.execute("PRAGMA journal_mode = DELETE")
        kept = sqlite.replace_database(database, restored)
    if kept:
        click.echo(f"The former database is kept in {kept}. Delete it when you do not need it any more.", err=True)
    return held


def _restore_postgresql(archive, manifest, key, report):
    # The driver is installed on PostgreSQL only.
    from joindin.backups.postgresql import restore_dump

    instance = Path(current_app.config["INSTANCE"])
    instance.mkdir(parents=True, exist_ok=True)
    with staging_folder(instance) as folder:
        dump = folder / "restored.dump"
        report("Unpacking the database")
        extract_database(archive, manifest, dump)
        report("Restoring the database in one transaction")
        restore_dump(db.engine, dump, folder)
    try:
        return _prepare_database(manifest, report)
    except BaseException:
        click.echo(
            "The database of the archive is restored, and is incomplete or not migrated. Repeat this command with --force.",
            err=True,
        )
        raise


def _prepare_database(manifest, report):
    """Migrate the restored database, hold its mails and verify it. Return the number of held mails."""
    with db.engine.connect() as connection:
        check_row_counts(manifest, read_rows(lambda query: connection.execute(text(query)).all(), manifest.rows).counts)
    if set(manifest.revision) != newest_revisions(migrations_folder()):
        report(f"Migrating the database from revision {', '.join(manifest.revision)}")
    upgrade()
    held = abandon_queued_mails(db.session, MSG_HELD)
    db.session.commit()
    report("Verifying counters")
    drifted = 0
    for _, drifts in verify_counters(db.session, fix=False):
        db.session.commit()
        drifted += len(drifts)
    drifted += sum(verify_read_models(db.session, fix=False).values())
    db.session.commit()
    if drifted:
        click.echo(f"Warning: {drifted} counters have drifted. Run `joindin counters check --fix`.", err=True)
    return held


def _store_key(key):
    """Write the key under its name when it is complete; keep the former one beside it."""
    if key is None:
        return
    file = _key_file()
    part = file.with_name(f".{file.name}.{secrets.token_hex(8)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE), "w") as output:
        output.write(key)
        output.flush()
        os.fsync(output.fileno())
    with suppress(FileNotFoundError):
        file.replace(file.with_name(file.name + sqlite.KEPT_SUFFIX))
    part.replace(file)
    sqlite.sync_folder(file.parent)


def _key_file():
    return Path(current_app.config["INSTANCE"], SECRET_FILE)


def _report(manifest: Manifest, key: str | None, held: int) -> None:
    click.echo(f"Restored: {describe(manifest)}.")
    if missing := manifest.missing_images:
        click.echo(f"Warning: {len(missing)} images were missing when the backup was made.", err=True)
    if held:
        click.echo(
            f"{held} mails waited when the backup was made, and may have been sent since. `joindin mail list` lists them, and"
            " `joindin mail retry` sends them."
        )
    keys = (key,) if key else current_app.config["SECRET_KEYS"]
    if not keys:
        click.echo(
            "There is no secret key. Restore the file secret-key, or set JOINDIN_SECRET_KEY, before you start the server. With a"
            " new key (`joindin setup --new-secret`), authenticator apps and links in mails stop working.",
            err=True,
        )
    elif not manifest.has_key_of(keys):
        click.echo(
            "Warning: the secret key of this server is not the one of the backup. Authenticator apps, client secrets, tokens of"
            " federated sites, the password of the mail server and links in mails cannot be read. Set the former key, or add it to"
            " JOINDIN_SECRET_KEY_PREVIOUS.",
            err=True,
        )
    click.echo("Next: `joindin setup`, then `joindin serve`. Purge caches of images in front of the server.")
