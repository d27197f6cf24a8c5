"""``joindin import gancio``: import of a Gancio server, from its database or its API."""

import sqlite3
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from joindin.cli.import_output import exclusive_import_lock, print_import_summary
from joindin.cli.preconditions import with_database
from joindin.db.dialects import dialect_of
from joindin.db.engines import engine_options
from joindin.extensions import db, media_storage
from joindin.imports.gancio.flyers import FlyerImport, UploadsFolder
from joindin.imports.gancio.http_source import HttpSource
from joindin.imports.gancio.open_source import open_source
from joindin.imports.gancio.run import count_source_rows, import_gancio
from joindin.imports.report import Report
from joindin.utils.datetimes import utc_now


@click.command("gancio")
@click.argument("source")
@click.option(
    "--uploads",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the images of Gancio (uploads), to copy and serve. A website serves its images itself.",
)
@click.option("--host", help="Host name of the server that the database belongs to, such as gancio.example.org.")
@click.option("--dry-run", is_flag=True, help="Write nothing, and print what would be done.")
@click.option("--progress/--no-progress", default=None, help="Show a progress bar; default on a terminal only.")
@with_database
def import_gancio_server(source, uploads, host, dry_run, progress):
    """Import a Gancio server with its users, events, places, collections, texts and settings.

    SOURCE is a SQLite file, a database like postgresql://user:password@host/database or
    mariadb://user:password@host/database, or the address of a running server, from which its public
    events are imported.

    Repeat the command to continue an interrupted import, or to follow changes in the source. Rows
    that were changed or deleted here are kept.

    Each row that was skipped or repaired is named on standard error.
    """
    started_at = time.monotonic()
    report = Report(on_issue=lambda issue: click.echo(str(issue), err=True))
    show_progress = sys.stderr.isatty() if progress is None else progress
    allow_private = current_app.config["ALLOW_PRIVATE_FETCHES"]
    with (
        exclusive_import_lock(),
        closing(open_source(source, host=host, allow_private=allow_private)) as opened,
        click.progressbar(
            length=count_source_rows(opened), label="Importing", file=sys.stderr, hidden=not show_progress
        ) as bar,
        _session(dry_run) as session,
    ):
        if dry_run and isinstance(opened, HttpSource):
            opened.prefetch()
        reader = opened if isinstance(opened, HttpSource) else UploadsFolder(uploads) if uploads else None
        flyers = FlyerImport(reader, media_storage()) if reader else None
        _run(
            import_gancio(session, opened, now=utc_now(), report=report, flyers=flyers, is_dry_run=dry_run),
            session,
            dry_run,
            bar,
        )
    if dry_run:
        click.echo("Dry run: nothing was written")
    print_import_summary(report, time.monotonic() - started_at)


def _run(steps, session, is_dry_run, bar):
    try:
        for row_count in steps:
            if not is_dry_run:
                session.commit()
            bar.update(row_count)
    except IntegrityError:
        raise click.ClickException("Rows that the import refers to have just been deleted. Run it again") from None
    finally:
        session.rollback()


@contextmanager
def _session(is_dry_run):
    """Yield the session of the import.

    A dry run on SQLite uses a copy of the database, because its transaction would keep all other writers waiting.
    """
    if not is_dry_run or dialect_of(db.engine).is_server:
        yield db.session
        return
    with tempfile.TemporaryDirectory(prefix="dry-run-", dir=current_app.config["INSTANCE"]) as folder:
        copy = Path(folder, "copy.sqlite")
        with closing(sqlite3.connect(db.engine.url.database)) as database, closing(sqlite3.connect(copy)) as target:
            database.backup(target)
        engine = create_engine(f"sqlite:///{copy}", **engine_options("sqlite://"))
        with Session(engine) as session:
            yield session
        engine.dispose()
