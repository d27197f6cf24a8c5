"""Jobs during an outage: a line without traceback, and the next run repeats the work."""

import errno
import logging
import sqlite3
import sys

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from joindin.db.outages import CauseLog
from joindin.errors import ServiceUnavailable
from joindin.jobs.outages import QueueOutageFilter, job_context

pytestmark = pytest.mark.runs_once("the database of the outage is not the one of the run")

ERRORS = [
    OperationalError("SELECT 1", {}, sqlite3.OperationalError("away")),
    ServiceUnavailable(),
    OSError(errno.ENOSPC, "No space left on device"),
]


def record_of(error, name="huey.consumer.Worker"):
    try:
        raise error
    except type(error):
        return logging.LogRecord(name, logging.ERROR, __file__, 1, "Error reading from queue", (), sys.exc_info())


def read_missing_database(tmp_path):
    with create_engine(f"sqlite:///{tmp_path / 'gone' / 'file.sqlite'}").connect() as connection:
        connection.execute(text("SELECT 1"))


def test_a_job_without_database_logs_one_line_for_many_runs(app, tmp_path, caplog):
    outages = CauseLog("Jobs cannot be done")

    for _ in range(3):
        with job_context(app, outages):
            read_missing_database(tmp_path)

    assert [(each.getMessage(), each.exc_info) for each in caplog.records] == [
        ("Jobs cannot be done: OperationalError: unable to open database file", None)
    ]


@pytest.mark.parametrize("error", ERRORS[1:])
def test_an_outage_ends_the_job_only(app, error, caplog):
    with job_context(app, CauseLog("Jobs cannot be done")):
        raise error

    assert [each.exc_info for each in caplog.records] == [None]


@pytest.mark.parametrize("error", [ValueError("x"), OSError(errno.EACCES, "x"), ZeroDivisionError()])
def test_another_error_is_raised(app, error):
    with pytest.raises(type(error)), job_context(app, CauseLog("Jobs cannot be done")):
        raise error


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), ConnectionRefusedError()])
def test_a_queue_that_cannot_be_polled_has_one_line(error, caplog):
    queue_filter = QueueOutageFilter()

    passed = [queue_filter.filter(record_of(error)) for _ in range(5)]

    assert passed == [False] * 5
    assert [each.getMessage().partition(":")[0] for each in caplog.records] == ["The job queue is not available"]


def test_other_lines_pass():
    records = [record_of(ValueError()), record_of(ConnectionRefusedError(), "joindin.jobs.mail_delivery")]

    assert [QueueOutageFilter().filter(each) for each in records] == [True, True]
