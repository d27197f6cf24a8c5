"""``joindin serve``: the server, with the job worker as a child process."""

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
from joindin.cli.preconditions import report_unknown_settings, with_database
from joindin.config import local_website_url
from joindin.extensions import db
from joindin.seeds.demo import describe_demo_accounts, is_demo_loaded

# Threads of a worker. Some of them wait for the disk or the database server; more threads only wait for the interpreter lock.
THREADS = {"sqlite": 2, "postgresql": 3}
BACKLOG = 1024

# Seconds until running requests and jobs are killed at shutdown, and until a dead job worker is restarted.
SHUTDOWN_TIMEOUT_S = 30
RESTART_DELAY_S = 2


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 256), help="Number of server processes."
)
@click.option("--jobs/--no-jobs", default=True, help="Start the job worker too, or leave it to `joindin jobs run`.")
@with_database
def serve(host: str, port: int, workers: int, jobs: bool) -> None:
    """Start the server. On Ctrl-C or SIGTERM it finishes running requests and stops."""
    report_unknown_settings()
    address = _free_address(host, port)
    server = make_server(address, port, workers, THREADS[db.engine.dialect.name])
    _set_default_website(host, port)
    greeting = _greeting(host, port)
    server.on_startup(lambda: click.echo(greeting))
    if jobs:
        supervisor = JobsSupervisor()
        server.on_startup(supervisor.start)
        server.on_shutdown(supervisor.stop)
    # The workers are forks and must not share database connections.
    db.session.remove()
    db.engine.dispose()
    server.serve(target_loader=_app_loader(current_app._get_current_object()), wrap_loader=False)
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


def _app_loader(app):
    """Return the function that gives a worker its application.

    Forked workers use this process's application, which starts at once and shares memory. Without fork each worker creates one.
    """
    if multiprocessing.get_start_method() != "fork":
        return create_app
    # Frozen objects stay in shared pages, because the collector never writes to them.
    gc.collect()
    gc.freeze()
    return lambda: app


class JobsSupervisor:
    """Runs ``joindin jobs run`` as a child process and restarts it until stopped."""

    def __init__(self):
        self._stopped = threading.Event()
        self._jobs = None

    def start(self) -> None:
        self._start_jobs()
        threading.Thread(target=self._restart_until_stopped, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._jobs.terminate()
        try:
            self._jobs.wait(SHUTDOWN_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._jobs.kill()
            self._jobs.wait()

    def _restart_until_stopped(self):
        while not self._stopped.is_set():
            code = self._jobs.wait()
            if self._stopped.wait(RESTART_DELAY_S):
                return
            click.echo(f"The job worker ended with exit code {code} and is restarted.", err=True)
            self._start_jobs()

    def _start_jobs(self):
        # A process group of its own: Ctrl-C reaches the server only, which then stops the worker in order.
        # The worker logs to standard error; its greeting on standard output is dropped.
        self._jobs = subprocess.Popen(
            [sys.executable, "-m", "joindin", "jobs", "run"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            process_group=0,
        )


def _free_address(host, port):
    """Return the numeric address of the host. Fails if the port is in use."""
    try:
        family, *_, name = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError):
        raise click.BadParameter(f"Unknown host {host!r}", param_hint="--host") from None
    try:
        socket.create_server(name[:2], family=family).close()
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {host}, port {port}: {os.strerror(error.errno)}") from None
    return name[0]


def _set_default_website(host, port):
    """Let the default address of the web site follow the options; the job worker inherits it."""
    config = current_app.config
    if not config["HAS_WEBSITE_URL"]:
        is_public_default = config["PUBLIC_URL"] == config["WEBSITE_URL"]
        config["WEBSITE_URL"] = os.environ["JOINDIN_WEBSITE_URL"] = local_website_url(host, port)
        if is_public_default:
            config["PUBLIC_URL"] = config["WEBSITE_URL"]


def _greeting(host, port):
    base = local_website_url(host, port)
    lines = [f"joindin listens on {base}/", f"API documentation: {base}/docs"]
    if is_demo_loaded(db.session):
        lines += ["", describe_demo_accounts()]
    return "\n".join([*lines, "", f"Mode: {current_app.config['MODE']}. Stop with Ctrl-C."])
