"""``joindin jobs``: the worker process for jobs after the response."""

import logging
import signal
import sys
import threading

import click
from flask import current_app
from flask.cli import AppGroup

from joindin.extensions import db
from joindin.jobs.mail_delivery import deliver_due_mail
from joindin.jobs.queue import get_queue
from joindin.server.process_tree import end_with_parent

# Seconds between two checks of the worker threads, and for the running job when the process is stopped.
HEALTH_INTERVAL_S = 10
SHUTDOWN_TIMEOUT_S = 30

jobs = AppGroup("jobs", help="Work that is done after the response, such as sending mail.")


@jobs.command("run")
@click.option("--once", is_flag=True, help="Deliver due mail once and exit; exit code 1 if a delivery failed.")
@click.option("--parent", type=int, hidden=True, help="Process id of the server that started the worker.")
def run(once: bool, parent: int | None) -> None:
    """Deliver mail until stopped by Ctrl-C or SIGTERM."""
    if parent is not None:
        end_with_parent(parent)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # huey logs a line for every poll of the outbox.
    logging.getLogger("huey").setLevel(logging.WARNING)
    if once:
        _run_once()
    else:
        _run_until_stopped(current_app._get_current_object())


def _run_once():
    done = deliver_due_mail(db.session, current_app.config)
    click.echo(f"{done.sent} sent, {done.failed} failed")
    if done.failed:
        sys.exit(1)


def _run_until_stopped(app):
    stopped = threading.Event()
    consumer = get_queue(app).create_consumer(
        workers=1, max_delay=1.0, scheduler_interval=10, shutdown_timeout=SHUTDOWN_TIMEOUT_S
    )
    consumer.start()
    # After start(), which sets handlers of its own. With those, one of the two signals would interrupt
    # a delivery, and the mail would be sent twice.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    click.echo("Working. Stop with Ctrl-C.")
    while not stopped.wait(HEALTH_INTERVAL_S):
        consumer.check_worker_health()
    consumer.stop(graceful=True)
