"""``joindin import joindin``: import of a Joind.in database."""

import sys
import time
from contextlib import closing
from pathlib import Path

import click

from joindin.cli.import_output import exclusive_import_lock, print_import_summary
from joindin.cli.preconditions import with_database
from joindin.extensions import db, media_storage
from joindin.imports.joindin.images import ImageFolder
from joindin.imports.joindin.open_source import open_source
from joindin.imports.joindin.run import count_source_rows, import_database
from joindin.imports.report import Report
from joindin.utils.datetimes import utc_now


@click.command("joindin")
@click.argument("source")
@click.option(
    "--images",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the event images of Joind.in (inc/img/event_icons), to copy and serve.",
)
@click.option(
    "--overwrite", is_flag=True, help="Overwrite rows that were changed or deleted here with the imported ones."
)
@click.option("--progress/--no-progress", default=None, help="Show a progress bar; default on a terminal only.")
@with_database
def import_joindin(source, images, overwrite, progress):
    """Import a Joind.in database with all its ids.

    SOURCE is a MySQL or MariaDB database, mysql://user:password@host:port/database, or a JSON file
    with an array of rows for each table.

    The first import requires an installation without content. Repeat the command to continue an
    interrupted import, or to add rows that are new in the source. Rows that were changed or deleted
    here are kept, unless --overwrite is given.

    Each row that was skipped or repaired is named on standard error.
    """
    started_at = time.monotonic()
    report = Report(on_issue=lambda issue: click.echo(str(issue), err=True))
    show_progress = sys.stderr.isatty() if progress is None else progress
    folder = ImageFolder(images, media_storage()) if images else None
    with exclusive_import_lock(), closing(open_source(source)) as tables:
        steps = import_database(db.session, tables, now=utc_now(), report=report, overwrite=overwrite, images=folder)
        with click.progressbar(
            length=count_source_rows(tables), label="Importing", file=sys.stderr, hidden=not show_progress
        ) as bar:
            for row_count in steps:
                db.session.commit()
                bar.update(row_count)
    print_import_summary(report, time.monotonic() - started_at)
