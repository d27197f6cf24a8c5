"""``joindin jobs``: the process that works after the answer."""

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

# Seconds between two looks whether the threads still live, and for the work at hand when asked to stop.
HEALTH_INTERVAL = 10
SHUTDOWN_TIMEOUT_S = 30

jobs = AppGroup("jobs", help="Work that is done after the answer, such as sending mail.")


@jobs.command("run")
@click.option("--once", is_flag=True, help="Deliver what is due and exit; exit code 1 if something failed.")
def run(once: bool) -> None:
    """Deliver mail as it comes, until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # One line for each look into the outbox is too much for a log that is kept.
    logging.getLogger("huey").setLevel(logging.WARNING)
    if once:
        _run_once()
    else:
        _run_until_told(current_app._get_current_object())


def _run_once():
    done = deliver_due_mail(db.session, current_app.config)
    click.echo(f"{done.sent} sent, {done.failed} failed")
    if done.failed:
        sys.exit(1)


def _run_until_told(app):
    told = threading.Event()
    consumer = get_queue(app).create_consumer(
        workers=1, max_delay=1.0, scheduler_interval=10, shutdown_timeout=SHUTDOWN_TIMEOUT_S
    )
    consumer.start()
    # After start(), which sets handlers of its own: with those, one of the two signals would cut
    # off a mail in the middle, and it would go out twice.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    click.echo("Working. Stop with Ctrl-C.")
    while not told.wait(HEALTH_INTERVAL):
        consumer.check_worker_health()
    consumer.stop(graceful=True)
