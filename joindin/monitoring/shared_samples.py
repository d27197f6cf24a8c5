"""Samples of what all processes share: database, replicas, outbox, job worker and disk.

They are read when ``/metrics`` is, by the process that answers, at most once every ``MAX_AGE_S``.
"""

import datetime as dt
import platform
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from joindin.jobs.heartbeat import heartbeat_age_s
from joindin.models import Mail
from joindin.monitoring import families
from joindin.monitoring.cached_result import CachedResult
from joindin.monitoring.families import SampleKey, sample_key
from joindin.monitoring.readiness import free_space_bytes
from joindin.performance.replicas import Replicas

MAX_AGE_S = 1
# Without an answer in this time the database counts as away.
TIMEOUT_S = 3

_IS_UNSENT = Mail.sent_at.is_(None)
_COUNT_MAILS = select(
    func.count().filter(Mail.due_at.is_not(None)), func.count().filter(Mail.due_at.is_(None)), func.min(Mail.due_at)
).where(_IS_UNSENT)


class SharedSamples:
    def __init__(
        self,
        engine: Engine,
        replicas: Replicas | None,
        queue_url: str,
        folders: Mapping[str, Path],
        version: str,
        now: Callable[[], dt.datetime],
    ):
        self._engine = engine
        self._replicas = replicas
        self._queue_url = queue_url
        self._folders = folders
        self._build = sample_key(families.BUILD_INFO, version, platform.python_version())
        self._now = now
        self._database = CachedResult(self._read_database, max_age_s=MAX_AGE_S, timeout_s=TIMEOUT_S)
        self._services = CachedResult(self._read_services, max_age_s=MAX_AGE_S, timeout_s=TIMEOUT_S)

    def read(self) -> dict[SampleKey, float]:
        """Return the samples. Those of a service that does not answer are missing, except that it is not up."""
        database = self._database.get()
        if database is None:
            database = {sample_key(families.DATABASE_UP): 0}
        return {self._build: 1, **database, **(self._services.get() or {})}

    def _read_database(self):
        now = self._now()
        try:
            with Session(self._engine) as session:
                waiting, failed, oldest_due_at = session.execute(_COUNT_MAILS).one()
        except SQLAlchemyError:
            return {sample_key(families.DATABASE_UP): 0}
        age = (now - oldest_due_at).total_seconds() if oldest_due_at is not None else 0
        return {
            sample_key(families.DATABASE_UP): 1,
            sample_key(families.MAILS, "waiting"): waiting,
            sample_key(families.MAILS, "failed"): failed,
            sample_key(families.OLDEST_MAIL_AGE): max(0, age),
        }

    def _read_services(self):
        samples = {}
        for number, lag_s in enumerate(self._replicas.read_lags_s() if self._replicas else [], 1):
            samples[sample_key(families.REPLICA_UP, str(number))] = lag_s is not None
            if lag_s is not None:
                samples[sample_key(families.REPLICA_LAG, str(number))] = lag_s
        for name, folder in self._folders.items():
            try:
                samples[sample_key(families.DISK_FREE, name)] = free_space_bytes(folder)
            except OSError:
                continue
        try:
            age_s = heartbeat_age_s(self._queue_url)
        except Exception:
            # Errors of the file system, or of the Redis library, which is loaded on use.
            age_s = None
        if age_s is not None:
            samples[sample_key(families.JOB_HEARTBEAT_AGE)] = age_s
        return samples
