"""``joindin serve``: the server and the process that works after the answer, as one."""

import gc
import multiprocessing
import os
import socket
import subprocess
import sys
import threading

import click
from flask import current_app
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from joindin import create_app
from joindin.cli.preconditions import with_database
from joindin.extensions import db
from joindin.seeds.demo import describe_demo_accounts, is_demo_loaded

# So many threads keep a worker busy while some wait: for the disk, or for a database that is another process. More only
# queue up for the interpreter.
THREADS = {"sqlite": 2, "postgresql": 3}
BACKLOG = 1024

# Seconds for work at hand to end when asked to stop, and before jobs that died are started again.
SHUTDOWN_TIMEOUT_S = 30
RESTART_DELAY_S = 2


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen at.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 256), help="Processes that answer.")
@click.option("--jobs/--no-jobs", default=True, help="Also send mail and the like, or leave it to `joindin jobs run`.")
@with_database
def serve(host: str, port: int, workers: int, jobs: bool) -> None:
    """Start the server. It stops on Ctrl-C or SIGTERM, when it has answered what it was asked."""
    address = _free_address(host, port)
    server = make_server(address, port, workers, THREADS[db.engine.dialect.name])
    greeting = _greeting(host, port)
    server.on_startup(lambda: click.echo(greeting))
    if jobs:
        keeper = JobsSupervisor()
        server.on_startup(keeper.start)
        server.on_shutdown(keeper.stop)
    # The workers are forks: they must not find connections of ours.
    db.session.remove()
    db.engine.dispose()
    server.serve(target_loader=_loader(current_app._get_current_object()), wrap_loader=False)
    click.echo("Stopped.")


def make_server(address: str, port: int, workers: int, threads: int) -> Granian:
    return Granian(
        "joindin",
        address,
        port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backlog=BACKLOG,
        http=HTTPModes.auto,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=SHUTDOWN_TIMEOUT_S,
        log_level=LogLevels.warning,
    )


def _loader(app):
    """What gives a worker its application.

    Forks take ours as it stands, which takes them no time and shares its memory. Elsewhere each makes its own.
    """
    if multiprocessing.get_start_method() != "fork":
        return create_app
    # What the collector never visits again stays shared.
    gc.collect()
    gc.freeze()
    return lambda: app


class JobsSupervisor:
    """Runs ``joindin jobs run`` beside the server, again and again until told to stop."""

    def __init__(self):
        self._told = threading.Event()
        self._jobs = None

    def start(self) -> None:
        self._start_jobs()
        threading.Thread(target=self._keep, daemon=True).start()

    def stop(self) -> None:
        self._told.set()
        self._jobs.terminate()
        try:
            self._jobs.wait(SHUTDOWN_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._jobs.kill()
            self._jobs.wait()

    def _keep(self):
        while not self._told.is_set():
            code = self._jobs.wait()
            if self._told.wait(RESTART_DELAY_S):
                return
            click.echo(f"The jobs ended with exit code {code} and are started again.", err=True)
            self._start_jobs()

    def _start_jobs(self):
        # In a process group of its own: Ctrl-C is for the server, which then stops the jobs in order.
        # They tell what they do on their standard error; a second greeting would only confuse.
        self._jobs = subprocess.Popen(
            [sys.executable, "-m", "joindin", "jobs", "run"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            process_group=0,
        )


def _free_address(host, port):
    """The numeric address of ``host``, once it is known that nobody listens there."""
    try:
        family, *_, name = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError):
        raise click.BadParameter(f"There is no address {host!r}", param_hint="--host") from None
    try:
        socket.create_server(name[:2], family=family).close()
    except OSError as wrong:
        raise click.ClickException(f"Cannot listen at {host}, port {port}: {os.strerror(wrong.errno)}") from None
    return name[0]


def _greeting(host, port):
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{shown}:{port}"
    lines = [f"joindin listens at {base}/", f"API documentation: {base}/docs"]
    if is_demo_loaded(db.session):
        lines += ["", describe_demo_accounts()]
    return "\n".join([*lines, "", f"Mode: {current_app.config['MODE']}. Stop with Ctrl-C."])
