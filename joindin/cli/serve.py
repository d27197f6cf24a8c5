"""``joindin serve``: the server, with the job worker as a child process."""

import gc
import os
import resource
import socket
from collections.abc import Callable
from functools import partial

import click
from flask import current_app

from joindin.cli.preconditions import report_unknown_settings, with_database
from joindin.config import local_website_url
from joindin.extensions import db
from joindin.seeds.demo import describe_demo_accounts, is_demo_loaded
from joindin.server.jobs_process import JobsProcess
from joindin.server.listeners import open_listeners
from joindin.server.slow_clients import MAX_CONNECTIONS
from joindin.server.supervisor import Supervisor
from joindin.server.worker import WorkerLimits, run_worker

# Requests that a worker runs at once. Some of them wait for the disk or the database server; more only wait for the interpreter
# lock.
REQUEST_SLOTS = {"sqlite": 2, "postgresql": 3}

# Files and connections of a worker that are not connections of clients.
OTHER_DESCRIPTORS = 512


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
    listeners = _listen(host, port, workers)
    app = current_app._get_current_object()
    _set_default_website(host, port)
    greeting = _greeting(host, port)
    # The workers are forks and must not share database connections.
    db.session.remove()
    db.engine.dispose()
    limits = WorkerLimits(
        REQUEST_SLOTS[db.engine.dialect.name], app.config["MAX_BODY_BYTES"], app.config["TRUSTED_PROXIES"] > 0
    )
    run_server(listeners, app, limits, JobsProcess() if jobs else None, lambda: click.echo(greeting))
    click.echo("Stopped.")


def run_server(
    listeners: list[socket.socket],
    app: Callable,
    limits: WorkerLimits,
    jobs: JobsProcess | None = None,
    on_started: Callable[[], None] = lambda: None,
) -> None:
    """Serve a WSGI application with one worker for each listening socket, until a signal to stop."""
    _raise_descriptor_limit()
    # Frozen objects stay in pages that the workers share, because the collector never writes to them.
    gc.collect()
    gc.freeze()
    Supervisor(listeners, partial(run_worker, app=app, limits=limits), jobs).run(on_started)


def _listen(host, port, count):
    try:
        return open_listeners(host, port, count)
    except (socket.gaierror, UnicodeError):
        raise click.BadParameter(f"Unknown host {host!r}", param_hint="--host") from None
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {host}, port {port}: {os.strerror(error.errno)}") from None


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


def _greeting(host, port):
    base = local_website_url(host, port)
    lines = [f"joindin listens on {base}/", f"API documentation: {base}/docs"]
    if is_demo_loaded(db.session):
        lines += ["", describe_demo_accounts()]
    return "\n".join([*lines, "", f"Mode: {current_app.config['MODE']}. Stop with Ctrl-C."])
