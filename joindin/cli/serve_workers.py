"""``joindin serve-workers``: an application as a child process of ``joindin serve``."""

import gc
import multiprocessing
import os
import resource
import shutil
import socket
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
from flask import current_app

from joindin.cli.preconditions import check_secret, report_unknown_settings, with_database
from joindin.config import local_website_url
from joindin.extensions import db
from joindin.http.application import limit_statements
from joindin.http.form_bodies import max_body_bytes
from joindin.monitoring.process_report import is_running
from joindin.seeds.demo import describe_demo_accounts, is_demo_loaded
from joindin.server.jobs_process import JobsProcess
from joindin.server.listeners import start_listening
from joindin.server.main_process import READY
from joindin.server.output import echo
from joindin.server.process_tree import end_with_parent
from joindin.server.slow_clients import MAX_CONNECTIONS
from joindin.server.supervisor import Supervisor
from joindin.server.worker import WorkerLimits, run_worker

# Requests that a worker runs at once. Some of them wait for the disk or the database server; more only wait for the interpreter
# lock.
REQUEST_SLOTS = {"sqlite": 2, "postgresql": 3}

# Files and connections of a worker that are not connections of clients.
OTHER_DESCRIPTORS = 512

# In the folder for temporary files, followed by the id of the process.
METRICS_FOLDER_PREFIX = "joindin-metrics-"


@click.command(hidden=True)
@click.option("--host")
@click.option("--port", type=int)
@click.option("--jobs/--no-jobs", default=True)
@click.option("--listeners", required=True, help="Descriptors of the listening sockets, one for each worker.")
@click.option("--ready", type=int, required=True, help="Descriptor that is written to when the workers serve.")
@click.option("--parent", type=int, required=True, help="Process id of the main process.")
@click.option("--replacement", is_flag=True, help="Print no greeting.")
@with_database
def serve_workers(
    host: str | None, port: int | None, jobs: bool, listeners: str, ready: int, parent: int, replacement: bool
) -> None:
    """Run the workers of ``joindin serve`` on its sockets. Host and port are those of its options."""
    end_with_parent(parent)
    report_unknown_settings()
    check_secret()
    sockets = [socket.socket(fileno=int(descriptor)) for descriptor in listeners.split(",")]
    app = current_app._get_current_object()
    if port is None and sockets[0].family != socket.AF_UNIX:
        host, port = sockets[0].getsockname()[:2]
    if port is not None:
        _set_default_website(host, port)
    greeting = "" if replacement else _greeting(sockets[0], host, port)
    # The workers are forks and must not share database connections.
    db.session.remove()
    db.engine.dispose()
    limits = WorkerLimits(
        REQUEST_SLOTS[db.engine.dialect.name], max_body_bytes(app.config), app.config["TRUSTED_PROXIES"] > 0
    )
    limit_statements(app)
    with _metrics_folder() as folder:
        run_server(
            sockets,
            app,
            limits,
            _jobs_process(folder) if jobs else None,
            on_started=lambda: echo(greeting, nl=not replacement),
            on_serving=partial(os.write, ready, READY),
            on_worker_started=partial(_report_metrics, app, folder),
        )


def run_server(
    listeners: list[socket.socket],
    app: Callable,
    limits: WorkerLimits,
    jobs: JobsProcess | None = None,
    on_started: Callable[[], object] = lambda: None,
    on_serving: Callable[[], object] = lambda: None,
    on_worker_started: Callable[[], None] = lambda: None,
) -> None:
    """Serve a WSGI application with one worker for each listening socket, until a signal to stop or to retire.

    ``on_worker_started`` is called in each worker, also in one that replaces another.
    """
    _raise_descriptor_limit()
    # Frozen objects stay in pages that the workers share, because the collector never writes to them.
    gc.collect()
    gc.freeze()
    start_listening(listeners)
    run = partial(run_worker, app=app, limits=limits, on_started=on_worker_started)
    Supervisor(listeners, run, jobs).run(on_started, on_serving)


@contextmanager
def _metrics_folder():
    """Yield a new folder that only this user can read, for the metrics of all processes; None if there can be none.

    Folders of applications that were killed are removed.
    """
    for former in Path(tempfile.gettempdir()).glob(f"{METRICS_FOLDER_PREFIX}*"):
        process_id = former.name.removeprefix(METRICS_FOLDER_PREFIX).partition("-")[0]
        if process_id.isdecimal() and not is_running(int(process_id)):
            shutil.rmtree(former, ignore_errors=True)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{METRICS_FOLDER_PREFIX}{os.getpid()}-"))
    except OSError as error:
        echo(f"Warning: each process has metrics of its own, because there is no folder: {error}", err=True)
        yield None
        return
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _jobs_process(metrics_folder):
    return JobsProcess() if metrics_folder is None else JobsProcess("--metrics-folder", str(metrics_folder))


def _report_metrics(app, folder):
    if folder is not None:
        app.extensions["monitoring"].report.start(folder, multiprocessing.current_process().name)


def _raise_descriptor_limit():
    """Allow as many open files as a worker may have connections, if the system permits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + OTHER_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )


def _set_default_website(host, port):
    """Let the default address of the web site follow the options; the job worker inherits it."""
    config = current_app.config
    if not config["HAS_WEBSITE_URL"]:
        is_public_default = config["PUBLIC_URL"] == config["WEBSITE_URL"]
        config["WEBSITE_URL"] = os.environ["JOINDIN_WEBSITE_URL"] = local_website_url(host, port)
        if is_public_default:
            config["PUBLIC_URL"] = config["WEBSITE_URL"]


def _greeting(listener, host, port):
    if port is None:
        lines = [f"joindin listens on the Unix socket {listener.getsockname()}"]
    else:
        base = local_website_url(host, port)
        lines = [f"joindin listens on {base}/", f"API documentation: {base}/docs"]
    if is_demo_loaded(db.session):
        lines += ["", describe_demo_accounts()]
    return "\n".join([*lines, "", f"Mode: {current_app.config['MODE']}. Stop with Ctrl-C."])
