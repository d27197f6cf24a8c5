"""``joindin import joindin``: import of a Joind.in database."""

import sqlite3
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import click
from flask import current_app

from joindin.cli.preconditions import with_database
from joindin.extensions import db
from joindin.imports.joindin.images import ImageFolder
from joindin.imports.joindin.open_source import open_source
from joindin.imports.joindin.report import OUTCOMES, Report
from joindin.imports.joindin.run import count_source_rows, import_database
from joindin.utils.datetimes import utc_now

LOCK_FILE = "import.lock"
MIN_COLUMN_WIDTH = 11


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
    folder = ImageFolder(images, current_app.config["MEDIA_DIR"]) if images else None
    with _exclusive_lock(), closing(open_source(source)) as tables:
        steps = import_database(db.session, tables, now=utc_now(), report=report, overwrite=overwrite, images=folder)
        with click.progressbar(
            length=count_source_rows(tables), label="Importing", file=sys.stderr, hidden=not show_progress
        ) as bar:
            for row_count in steps:
                db.session.commit()
                bar.update(row_count)
    _print_summary(report, time.monotonic() - started_at)


@contextmanager
def _exclusive_lock():
    """Refuse to run beside another import. The lock is SQLite's, which is available on every system."""
    try:
        lock = sqlite3.connect(Path(current_app.config["INSTANCE"], LOCK_FILE), timeout=0, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        raise click.ClickException(f"Another import is running, or the folder is read-only: {error}") from None
    with closing(lock):
        yield


def _print_summary(report, seconds):
    tables = list(report.read)
    width = max(map(len, [*tables, "total"]))
    names = [name for name in OUTCOMES if any(report.outcomes.get(table, {}).get(name) for table in tables)]
    click.echo(_table_line("", ["read", *names], width))
    for table in tables:
        outcomes = report.outcomes.get(table, {})
        click.echo(_table_line(table, [report.read[table], *(outcomes.get(name, 0) for name in names)], width))
    totals = [sum(report.outcomes.get(table, {}).get(name, 0) for table in tables) for name in names]
    click.echo(_table_line("total", [report.read.total(), *totals], width))
    for reason, number in sorted(report.excluded.items()):
        click.echo(f"excluded {reason}: {number}")
    for outcome, number in sorted(report.images.items()):
        click.echo(f"images {outcome}: {number}")
    click.echo(f"{seconds:.1f} s, {report.read.total() / max(seconds, 0.001):.0f} rows a second")


def _table_line(name, cells, width):
    return f"{name:<{width}}" + "".join(f"{cell:>{max(MIN_COLUMN_WIDTH, len(str(cell)) + 2)}}" for cell in cells)
