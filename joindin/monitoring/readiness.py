"""Readiness of this process: whether it can answer requests and their mails are delivered.

No check writes to the database: a commit would outdate every cached response. Each returns a sentence for the operator, or None. The
sentences name addresses and folders, so that only the operator may read them.
"""

import datetime as dt
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from joindin.db.dialects import dialect_of
from joindin.db.schema_revisions import applied_revisions, newest_revisions
from joindin.jobs.heartbeat import HEARTBEAT_TIMEOUT_S, heartbeat_age_s
from joindin.monitoring.cached_result import CachedResult
from joindin.operations.outbox import MAX_DELAY, is_mail_delivered

# Results are used again for this time, so that probes cannot load the database.
MAX_AGE_S = 1
# The response is sent after this time, whether the checks have ended or not.
TIMEOUT_S = 2

# A folder with less free space is reported.
MIN_FREE_BYTES = 100 * 1024 * 1024

MSG_TIMEOUT = f"The checks take longer than {TIMEOUT_S} seconds: the database or another service does not answer"

MSG_NO_JOB_WORKER = "No job worker has run yet: start `joindin jobs run`"

Check = Callable[[], str | None]


class Readiness:
    """The results of all checks of a process, which are run in a thread of their own."""

    def __init__(self, checks: Sequence[Check]):
        self._checks = checks
        self._problems = CachedResult(self._run_checks, max_age_s=MAX_AGE_S, timeout_s=TIMEOUT_S)

    def problems(self) -> list[str]:
        """Return a sentence for each failed check, within ``TIMEOUT_S``."""
        problems = self._problems.get()
        return [MSG_TIMEOUT] if problems is None else problems

    def invalidate(self) -> None:
        """Run the checks again at the next call, also if the last results are recent."""
        self._problems.invalidate()

    def _run_checks(self):
        return [problem for check in self._checks if (problem := check()) is not None]


def readiness_checks(
    engine: Engine, migrations: Path, queue_url: str, folders: Sequence[Path], now: Callable[[], dt.datetime]
) -> list[Check]:
    return [
        lambda: check_database(engine, migrations, now()),
        lambda: check_job_worker(queue_url),
        *(lambda folder=folder: check_free_space(folder) for folder in folders),
    ]


def check_database(engine: Engine, migrations: Path, now: dt.datetime) -> str | None:
    """Check that the database is reachable, writable and current, and that no mail waits for a worker."""
    try:
        return check_migrations(engine, migrations) or check_writable(engine) or check_mail_delivery(engine, now)
    except SQLAlchemyError as error:
        return describe_unreachable(error)


def check_migrations(engine: Engine, migrations: Path) -> str | None:
    """:raises SQLAlchemyError: if the database does not answer."""
    applied = applied_revisions(engine)
    if not applied:
        return "The database has not been set up: run `joindin setup`"
    if applied != newest_revisions(migrations):
        return f"The database is at revision {', '.join(sorted(applied))}, not at that of this version: run `joindin setup`"
    return None


def check_writable(engine: Engine) -> str | None:
    """:raises SQLAlchemyError: if the database does not answer."""
    reason = find_write_obstacle(engine)
    return f"The database cannot be written to: {reason}" if reason is not None else None


def check_mail_delivery(engine: Engine, now: dt.datetime) -> str | None:
    """:raises SQLAlchemyError: if the database does not answer."""
    with Session(engine) as session:
        if is_mail_delivered(session, now):
            return None
    return f"A mail has been due for more than {MAX_DELAY.seconds // 60} minutes: no job worker delivers it"


def describe_unreachable(error: SQLAlchemyError) -> str:
    return f"The database does not answer: {first_line(error)}"


def find_write_obstacle(engine: Engine) -> str | None:
    """Return why the database cannot be written to; None if it can be. Nothing is written.

    A SQLite file that another process writes to right now is writable.
    """
    if dialect_of(engine).is_server:
        with engine.connect() as connection:
            is_read_only = connection.scalar(text("SELECT current_setting('transaction_read_only')")) == "on"
        return "the server allows reads only" if is_read_only else None
    uri = f"{Path(engine.url.database).absolute().as_uri()}?mode=rw"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.Error as error:
        return None if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY else str(error)
    return None


def check_job_worker(queue_url: str) -> str | None:
    try:
        age_s = heartbeat_age_s(queue_url)
    except Exception as error:
        # Errors of the file system, or of the Redis library, which is loaded on use.
        return f"The job queue does not answer: {first_line(error)}"
    if age_s is None:
        return MSG_NO_JOB_WORKER
    if age_s > HEARTBEAT_TIMEOUT_S:
        return f"The job worker has not reported for {age_s:.0f} seconds"
    return None


def check_free_space(folder: Path) -> str | None:
    try:
        free_bytes = free_space_bytes(folder)
    except OSError as error:
        return f"The folder {folder} cannot be read: {error.strerror}"
    if free_bytes < MIN_FREE_BYTES:
        return f"Only {free_bytes // 1024**2} MiB are free in {folder}"
    return None


def free_space_bytes(folder: Path) -> int:
    """Return the free space at a folder, which is created on first use and may be missing.

    :raises OSError: if its file system does not answer.
    """
    existing = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    return shutil.disk_usage(existing).free


def first_line(error: Exception) -> str:
    """Return the first line of the driver's message, which has no password."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
