"""Lines for the terminal or the log of the system, which a server prints also after their reader has gone."""

import os
import sys

import click


def echo(message: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a message. Once the reader of the stream has gone, the null device takes its place."""
    try:
        click.echo(message, err=err, nl=nl)
    except BrokenPipeError:
        # The rest of the buffer is flushed at the end of the process.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, (sys.stderr if err else sys.stdout).fileno())
        os.close(null)
