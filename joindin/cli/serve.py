"""``joindin serve``: the main process of the server. It starts ``joindin serve-workers``, which loads the application."""

import os
import socket
import sys
from pathlib import Path

import click

from joindin.server.listeners import open_listeners, open_unix_listeners, share_listeners, take_systemd_listeners
from joindin.server.main_process import MainProcess
from joindin.server.output import echo


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option(
    "--unix-socket",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Unix socket to listen on, instead of host and port. Owner and group may connect.",
)
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 256), help="Number of server processes."
)
@click.option("--jobs/--no-jobs", default=True, help="Start the job worker too, or leave it to `joindin jobs run`.")
def serve(host: str, port: int, unix_socket: Path | None, workers: int, jobs: bool) -> None:
    """Start the server.

    On Ctrl-C or SIGTERM it finishes running requests and stops. On SIGHUP or SIGUSR2 it loads code and settings again, without a
    lost request. With a terminal SIGHUP stops it, because it is also sent when the terminal is closed.

    Sockets of systemd (socket activation) replace the options for the address.
    """
    command = ["serve-workers", "--jobs" if jobs else "--no-jobs"]
    if systemd_listeners := take_systemd_listeners():
        if len(systemd_listeners) > workers:
            raise click.UsageError(f"systemd opened {len(systemd_listeners)} sockets for {workers} workers")
        listeners = share_listeners(systemd_listeners, workers)
    elif unix_socket is not None:
        listeners = _open(f"the Unix socket {unix_socket}", lambda: open_unix_listeners(unix_socket, workers))
    else:
        listeners = _open(f"{host}, port {port}", lambda: open_listeners(host, port, workers))
        command += ["--host", host, "--port", str(port)]
    exit_code = MainProcess(listeners, command, removes_socket=not systemd_listeners).run()
    if exit_code == 0:
        echo("Stopped.")
    sys.exit(exit_code)


def _open(address, open_sockets):
    try:
        return open_sockets()
    except (socket.gaierror, UnicodeError):
        raise click.BadParameter(f"Unknown host {address.split(',')[0]!r}", param_hint="--host") from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise click.ClickException(f"Cannot listen on {address}: {reason}") from None
