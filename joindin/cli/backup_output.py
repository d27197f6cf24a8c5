"""Progress and errors of ``joindin backup`` and ``joindin restore``."""

import sqlite3
import sys
from contextlib import contextmanager

import click

from joindin.cli.preconditions import report_storage_errors
from joindin.errors import DomainError

UNITS = ("bytes", "KiB", "MiB", "GiB")


class Progress:
    """One line on standard error that is rewritten on a terminal. Elsewhere each stage is one line."""

    def __init__(self):
        self._is_terminal = sys.stderr.isatty()
        self._stage = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._is_terminal and self._stage:
            click.echo("\r\x1b[K", nl=False, err=True)

    def report(self, text: str) -> None:
        """Show a text of the form ``stage: number of total``."""
        stage = text.partition(":")[0]
        if self._is_terminal:
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)
        elif stage != self._stage:
            click.echo(stage, err=True)
        self._stage = stage


@contextmanager
def report_backup_errors():
    """Report errors of archives, files and the media storage in one line."""
    try:
        with report_storage_errors():
            yield
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    except sqlite3.Error as error:
        raise click.ClickException(f"The database cannot be read or written: {error}") from None
    except BrokenPipeError:
        raise click.ClickException("The reader of standard output has closed it") from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'The file'}: {error.strerror or error}") from None


def human_size(size: float) -> str:
    for unit in UNITS:
        if size < 1024 or unit == UNITS[-1]:
            return f"{size:.0f} {unit}" if unit == UNITS[0] else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError
