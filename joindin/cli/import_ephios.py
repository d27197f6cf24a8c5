"""``joindin import ephios``: import of an ephios database."""

import sys
import time
from pathlib import Path

import click

from joindin.cli.import_output import exclusive_import_lock, print_import_summary
from joindin.cli.preconditions import with_database
from joindin.extensions import db
from joindin.imports.ephios.dump import Dump
from joindin.imports.ephios.run import count_dump_rows, import_dump
from joindin.imports.report import Report
from joindin.utils.datetimes import utc_now


@click.command("ephios")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Report what would be imported, and store nothing.")
@click.option("--progress/--no-progress", default=None, help="Show a progress bar; default on a terminal only.")
@with_database
def import_ephios(file, dry_run, progress):
    """Import an ephios database from a file of Django's dumpdata.

    docs/importing-ephios.md tells how to make FILE. Ids are kept where they are free. Accounts with
    an e-mail address that an account here has are merged with it.

    Repeat the command to add rows that are new in the file. Rows that were changed or deleted here
    stay as they are. An interrupted import stores nothing.

    Each row that was skipped or repaired is named on standard error.
    """
    started_at = time.monotonic()
    report = Report(on_issue=lambda issue: click.echo(str(issue), err=True))
    show_progress = sys.stderr.isatty() if progress is None else progress
    with exclusive_import_lock():
        dump = Dump.read(file)
        steps = import_dump(db.session, dump, now=utc_now(), report=report)
        with click.progressbar(
            length=count_dump_rows(dump), label="Importing", file=sys.stderr, hidden=not show_progress
        ) as bar:
            for row_count in steps:
                bar.update(row_count)
        if dry_run:
            db.session.rollback()
        else:
            db.session.commit()
    print_import_summary(report, time.monotonic() - started_at)
    if dry_run:
        click.echo("Nothing was stored: this was a dry run")
