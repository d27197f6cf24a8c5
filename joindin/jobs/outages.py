"""Outages during periodic jobs: a line at the beginning and once a minute, instead of a traceback for each run."""

import logging
import sqlite3
from contextlib import contextmanager

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from joindin.db.outages import CauseLog, is_disk_full, is_outage
from joindin.errors import ServiceUnavailable
from joindin.extensions import db

QUEUE_LOGGER = "huey"
MSG_QUEUE_OUTAGE = "The job queue is not available"


@contextmanager
def job_context(app: Flask, outages: CauseLog):
    """Enter the application context of a job. An outage ends the job, and the next run repeats its work."""
    with app.app_context():
        try:
            yield
        except (SQLAlchemyError, ServiceUnavailable, OSError) as error:
            if not (isinstance(error, ServiceUnavailable) or is_outage(error) or is_disk_full(error)):
                raise
            outages.report(error.__cause__ if isinstance(error, ServiceUnavailable) and error.__cause__ else error)
            db.session.remove()
        else:
            outages.summarise()


class QueueOutageFilter(logging.Filter):
    """Replaces the tracebacks of a queue that cannot be read by the lines of ``CauseLog``. The worker polls it every second."""

    def __init__(self):
        super().__init__()
        self._outages = CauseLog(MSG_QUEUE_OUTAGE)

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not record.name.startswith(QUEUE_LOGGER) or not is_queue_outage(error):
            return True
        self._outages.report(error)
        return False


def is_queue_outage(error: BaseException | None) -> bool:
    """Return whether an error of the queue means that its file or its Redis server was not available."""
    return isinstance(error, (sqlite3.OperationalError, OSError)) or type(error).__module__.startswith("redis.")
