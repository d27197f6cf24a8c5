"""Lock and report that the imports of databases share."""

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import click
from flask import current_app

from joindin.imports.report import OUTCOMES, Report

LOCK_FILE = "import.lock"
MIN_COLUMN_WIDTH = 11


@contextmanager
def exclusive_import_lock():
    """Refuse to run beside another import. The lock is SQLite's, which is available on every system."""
    try:
        lock = sqlite3.connect(Path(current_app.config["INSTANCE"], LOCK_FILE), timeout=0, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        raise click.ClickException(f"Another import is running, or the folder is read-only: {error}") from None
    with closing(lock):
        yield


def print_import_summary(report: Report, seconds: float) -> None:
    """Print the outcomes by table, the reasons of rows that were left out, and the images."""
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
