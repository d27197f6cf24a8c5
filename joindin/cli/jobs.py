"""``joindin jobs``: the worker process for jobs after the response."""

import logging
import signal
import sys
import threading
from pathlib import Path
from time import sleep

import click
from flask import current_app
from flask.cli import AppGroup

from joindin.cli.preconditions import report_database_errors
from joindin.db.outages import CauseLog
from joindin.extensions import db
from joindin.jobs.heartbeat import HEARTBEAT_INTERVAL_S, record_heartbeat
from joindin.jobs.mail_delivery import deliver_due_mail
from joindin.jobs.outages import MSG_QUEUE_OUTAGE, QueueOutageFilter, is_queue_outage
from joindin.jobs.queue import get_queue
from joindin.monitoring.jobs import FAILURE, SUCCESS, JobSource
from joindin.server.process_tree import end_with_parent

# Seconds for the running job when the process is stopped.
SHUTDOWN_TIMEOUT_S = 30

# Seconds between two attempts to open the queue.
RETRY_DELAY_S = 1

log = logging.getLogger(__name__)

jobs = AppGroup("jobs", help="Work that is done after the response, such as sending mail.")


@jobs.command("run")
@click.option("--once", is_flag=True, help="Deliver due mail once and exit; exit code 1 if a delivery failed.")
@click.option("--parent", type=int, hidden=True, help="Process id of the server that started the worker.")
@click.option(
    "--metrics-folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    hidden=True,
    help="Folder of the metrics of the server.",
)
def run(once: bool, parent: int | None, metrics_folder: Path | None) -> None:
    """Deliver mail until stopped by Ctrl-C or SIGTERM."""
    if parent is not None:
        end_with_parent(parent)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # huey logs a line for every poll of the outbox.
    logging.getLogger("huey").setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(QueueOutageFilter())
    if once:
        _run_once()
    else:
        _run_until_stopped(current_app._get_current_object(), metrics_folder)


def _run_once():
    with report_database_errors():
        done = deliver_due_mail(db.session, current_app.config)
    click.echo(f"{done.sent} sent, {done.failed} failed")
    if done.failed:
        sys.exit(1)


def _run_until_stopped(app, metrics_folder):
    stopped = threading.Event()
    queue = _open_queue(app)
    if metrics_folder is not None:
        _report_metrics(app, queue, metrics_folder)
    consumer = queue.create_consumer(
        workers=1, max_delay=1.0, scheduler_interval=10, shutdown_timeout=SHUTDOWN_TIMEOUT_S
    )
    consumer.start()
    # After start(), which sets handlers of its own. With those, one of the two signals would interrupt
    # a delivery, and the mail would be sent twice.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    click.echo("Working. Stop with Ctrl-C.")
    _record_heartbeat(app)
    while not stopped.wait(HEARTBEAT_INTERVAL_S):
        consumer.check_worker_health()
        _record_heartbeat(app)
    consumer.stop(graceful=True)


def _open_queue(app):
    """Return the queue, as soon as it can be opened: its file may be on a disk that is full."""
    outages = CauseLog(MSG_QUEUE_OUTAGE)
    while True:
        try:
            return get_queue(app)
        except Exception as error:
            if not is_queue_outage(error):
                raise
            outages.report(error)
        sleep(RETRY_DELAY_S)


def _record_heartbeat(app):
    try:
        record_heartbeat(app.config["QUEUE_URL"])
    except Exception as error:
        # Of the file system, or of the Redis library. The jobs go on.
        log.warning("The heartbeat of the job worker could not be recorded: %s", error)


def _report_metrics(app, queue, folder):
    # Imported here because huey imports redis, which takes a quarter of a second.
    from huey.signals import SIGNAL_COMPLETE, SIGNAL_ERROR

    source = JobSource(queue)
    queue.signal(SIGNAL_COMPLETE)(lambda _signal, task, *_: source.observe(task.name, SUCCESS))
    queue.signal(SIGNAL_ERROR)(lambda _signal, task, *_: source.observe(task.name, FAILURE))
    report = app.extensions["monitoring"].report
    report.add_source(source)
    report.start(folder, "jobs")
