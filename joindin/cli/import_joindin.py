"""``joindin import joindin``: a running Joind.in moves in with its data."""

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

LOCK_FILE = "moving_in.lock"


@click.command("joindin")
@click.argument("source")
@click.option(
    "--images",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the original's images of events (inc/img/event_icons), to be shown from here.",
)
@click.option("--overwrite", is_flag=True, help="Set rows that were changed or deleted here back to the original's.")
@click.option("--progress/--no-progress", default=None, help="Show how far it is; by default on a terminal only.")
@with_database
def import_joindin(source, images, overwrite, progress):
    """Move a Joind.in installation in, with its data and all its ids.

    SOURCE is a MySQL or MariaDB database, mysql://user:password@host:port/database, or a JSON file
    with an array of rows for each table.

    The first import wants an installation without content. Repeat the command after whatever
    broke it off, and it goes on; repeat it later, and it adds what is new in the original. What was
    changed or deleted here meanwhile stays as it is, unless --overwrite is given.

    Each row that had to be skipped or mended is named on standard error.
    """
    began = time.monotonic()
    report = Report(on_issue=lambda trouble: click.echo(str(trouble), err=True))
    is_shown = sys.stderr.isatty() if progress is None else progress
    folder = ImageFolder(images, current_app.config["MEDIA_DIR"]) if images else None
    with _alone(), closing(open_source(source)) as tables, _progress(count_source_rows(tables), is_shown) as bar:
        moving = import_database(db.session, tables, now=utc_now(), report=report, overwrite=overwrite, images=folder)
        for rows in moving:
            db.session.commit()
            bar.update(rows)
    _summarise(report, time.monotonic() - began)


@contextmanager
def _alone():
    """Refuse to run beside another of these; the lock is SQLite's, which every system has."""
    try:
        lock = sqlite3.connect(Path(current_app.config["INSTANCE"], LOCK_FILE), timeout=0, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as wrong:
        raise click.ClickException(f"Another import is at work here, or the folder is read-only: {wrong}") from None
    with closing(lock):
        yield


def _progress(length, is_shown):
    return click.progressbar(length=length, label="Moving in", file=sys.stderr, hidden=not is_shown)


def _summarise(report, seconds):
    tables = list(report.read)
    wide = max(map(len, [*tables, "together"]))
    shown = [name for name in OUTCOMES if any(report.outcomes.get(table, {}).get(name) for table in tables)]
    click.echo(_line("", ["read", *shown], wide))
    for table in tables:
        outcomes = report.outcomes.get(table, {})
        click.echo(_line(table, [report.read[table], *(outcomes.get(name, 0) for name in shown)], wide))
    totals = [sum(report.outcomes.get(table, {}).get(name, 0) for table in tables) for name in shown]
    click.echo(_line("together", [report.read.total(), *totals], wide))
    for reason, number in sorted(report.excluded.items()):
        click.echo(f"left out of {reason}: {number}")
    for outcome, number in sorted(report.images.items()):
        click.echo(f"images {outcome}: {number}")
    click.echo(f"{seconds:.1f} s, {report.read.total() / max(seconds, 0.001):.0f} rows a second")


def _line(name, cells, wide):
    return f"{name:<{wide}}" + "".join(f"{cell:>{max(11, len(str(cell)) + 2)}}" for cell in cells)
