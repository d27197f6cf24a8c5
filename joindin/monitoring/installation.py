"""Checks of an installation: settings, files, database, secret key, storage of images, job worker.

They run in order and each yields at least one result. A check that raises has failed; the others still run. Those that need the
database are left out while it does not answer. Nothing is written.
"""

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from joindin.config import SECRET_FILE, find_unknown_settings
from joindin.db.dialects import dialect_of
from joindin.monitoring import readiness
from joindin.monitoring.check_results import FAILED, OK, WARNING, CheckResult
from joindin.monitoring.insecure_settings import find_insecure_settings
from joindin.monitoring.stored_secrets import count_decryptable
from joindin.operations.counter_repair import verify_counters, verify_read_models
from joindin.utils.media.local_folder import LocalFolder
from joindin.utils.media.storage import MediaStorage, StorageUnavailable
from joindin.utils.private_files import list_sqlite_files

# Permissions of others, and of group and others.
ACCESS_OF_OTHERS = 0o007
ACCESS_OF_GROUP_AND_OTHERS = 0o077
WRITE_OF_GROUP_AND_OTHERS = 0o022

MAX_CLOCK_DIFFERENCE = dt.timedelta(seconds=5)

# No image is in this folder.
ABSENT_FOLDER = "absent"

# Yields status and message.
Findings = Iterator[tuple[str, str]]


class InstallationChecks:
    """``is_full`` adds checks that read all rows. ``settings`` are those of the application."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        engine: Engine,
        storage: MediaStorage,
        migrations: Path,
        now: Callable[[], dt.datetime],
        *,
        is_full: bool,
    ):
        self._settings = settings
        self._instance = Path(settings["INSTANCE"])
        self._engine = engine
        self._storage = storage
        self._migrations = migrations
        self._now = now
        self._is_full = is_full

    def run(self) -> Iterator[CheckResult]:
        yield from self._run("settings", self._check_settings)
        yield from self._run("files", self._check_files)
        yield from self._run("disk", self._check_disk)
        yield from self._run("images", self._check_storage)
        yield from self._run("job worker", self._check_job_worker)
        migrations = list(self._run("database", self._check_migrations))
        yield from migrations
        if any(each.status == FAILED for each in migrations):
            return
        for name, check in {
            "writing": self._check_writable,
            "clock": self._check_clock,
            "secret key": self._check_secret_key,
            "mails": self._check_mails,
            **({"counters": self._check_counters} if self._is_full else {}),
        }.items():
            yield from self._run(name, check)

    def _run(self, name, check: Callable[[], Findings]):
        try:
            for status, message in check():
                yield CheckResult(name, status, message)
        except SQLAlchemyError as error:
            yield CheckResult(name, FAILED, readiness.describe_unreachable(error))
        except Exception as error:
            # Of a driver, a library or the file system.
            yield CheckResult(name, FAILED, f"The check was not possible: {readiness.first_line(error)}")

    def _check_settings(self) -> Findings:
        problems = [*find_unknown_settings(self._instance), *find_insecure_settings(self._settings)]
        yield from ((WARNING, problem) for problem in problems)
        if not problems:
            yield OK, f"The settings are valid (mode {self._settings['MODE']})"

    def _check_files(self) -> Findings:
        if not self._instance.is_dir():
            yield FAILED, f"The folder {self._instance} is missing: run `joindin setup`"
            return
        exposed = list(_list_exposed(self._instance, self._private_files()))
        yield from exposed
        if not exposed:
            yield OK, f"No other user can read the files in {self._instance}"

    def _private_files(self):
        files = list_sqlite_files([self._settings["DATABASE_URL"], self._settings["QUEUE_URL"]])
        names = SECRET_FILE, "config.py", "setup.lock"
        return [*files, *(self._instance / name for name in names), Path(self._settings["MAIL_DIR"])]

    def _check_disk(self) -> Findings:
        folders = [self._instance, *([self._storage.folder] if isinstance(self._storage, LocalFolder) else [])]
        for folder in folders:
            problem = readiness.check_free_space(folder)
            if problem is not None:
                yield FAILED, f"{problem}: delete files or enlarge the disk"
            else:
                yield OK, f"{readiness.free_space_bytes(folder) // 1024**2} MiB are free in {folder}"

    def _check_storage(self) -> Findings:
        # An object storage answers 404 to a request for a file of a missing bucket, but not to a list.
        try:
            next(iter(self._storage.list(ABSENT_FOLDER)), None)
        except StorageUnavailable as error:
            yield (
                FAILED,
                f"{self._storage.url} is not available: {error.__cause__}: check JOINDIN_MEDIA_URL and its access",
            )
            return
        if isinstance(self._storage, LocalFolder) and not _is_writable(self._storage.folder):
            yield FAILED, f"The folder {self._storage.folder} cannot be written to: change its owner or its permissions"
        else:
            yield OK, f"{self._storage.url} is available"

    def _check_job_worker(self) -> Findings:
        problem = readiness.check_job_worker(self._settings["QUEUE_URL"])
        if problem is None:
            yield OK, "The job worker is running"
        elif problem == readiness.MSG_NO_JOB_WORKER:
            yield WARNING, "No job worker has run yet: start `joindin serve`, or `joindin jobs run`"
        else:
            yield FAILED, f"{problem}: start `joindin serve`, or `joindin jobs run`"

    def _check_migrations(self) -> Findings:
        problem = readiness.check_migrations(self._engine, self._migrations)
        yield (FAILED, problem) if problem is not None else (OK, "The database answers and has all migrations")

    def _check_writable(self) -> Findings:
        problem = readiness.check_writable(self._engine)
        yield (FAILED, problem) if problem is not None else (OK, "The database can be written to")

    def _check_clock(self) -> Findings:
        if not dialect_of(self._engine).is_server:
            yield OK, "The database has the clock of this machine"
            return
        with self._engine.connect() as connection:
            before = self._now()
            database_time = connection.scalar(select(func.clock_timestamp()))
            after = self._now()
        difference = max(before - database_time, database_time - after)
        if difference > MAX_CLOCK_DIFFERENCE:
            seconds = f"{difference.total_seconds():.0f} seconds"
            yield WARNING, f"The clock differs by {seconds} from that of the database server: synchronise both (NTP)"
        else:
            yield OK, "The clocks of this machine and of the database server agree"

    def _check_secret_key(self) -> Findings:
        if self._settings["SECRET_KEY"] is None:
            yield FAILED, "The secret key is missing: run `joindin setup`, or set JOINDIN_SECRET_KEY"
            return
        with Session(self._engine) as session:
            counts = count_decryptable(session, self._settings["SECRET_KEYS"])
        yield describe_decryptable(counts)

    def _check_mails(self) -> Findings:
        problem = readiness.check_mail_delivery(self._engine, self._now())
        yield (FAILED, problem) if problem is not None else (OK, "No mail is late")

    def _check_counters(self) -> Findings:
        with Session(self._engine) as session:
            wrong = sum(len(found) for _, found in verify_counters(session, fix=False))
            session.rollback()
            wrong += sum(verify_read_models(session, fix=False).values())
            session.rollback()
        if wrong:
            yield FAILED, f"{wrong} counters and rows of read models are wrong: run `joindin counters check --fix`"
        else:
            yield OK, "All counters and read models are right"


def describe_decryptable(counts: Mapping[str, tuple[int, int]]) -> tuple[str, str]:
    """Return status and message for the result of ``count_decryptable``."""
    if not counts:
        return OK, "The database has nothing encrypted"
    decryptable, total = (sum(each) for each in zip(*counts.values(), strict=True))
    if decryptable == total:
        return OK, "The secret key decrypts what the database has encrypted"
    kinds = ", ".join(f"{name} ({all_ - good} of {all_})" for name, (good, all_) in counts.items() if good < all_)
    remedy = "restore the former JOINDIN_SECRET_KEY, or add it to JOINDIN_SECRET_KEY_PREVIOUS"
    return FAILED if not decryptable else WARNING, f"The secret key does not decrypt: {kinds}; {remedy}"


def _list_exposed(instance: Path, files: Sequence[Path]) -> Findings:
    """Yield the files that other users can read, and the folder if they can replace files in it.

    A group may be that of the operators; therefore its access is a warning.
    """
    if instance.stat().st_mode & WRITE_OF_GROUP_AND_OTHERS:
        yield FAILED, f"Other users can write to {instance}: run `chmod go-w {instance}`"
    for file in files:
        mode = file.stat().st_mode if file.exists() else 0
        if mode & ACCESS_OF_GROUP_AND_OTHERS:
            status = FAILED if mode & ACCESS_OF_OTHERS else WARNING
            yield status, f"Other users have access to {file}: run `chmod go-rwx {file}`"


def _is_writable(folder):
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    return os.access(existing, os.W_OK | os.X_OK)
