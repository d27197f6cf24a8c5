"""Samples of the job worker: jobs that have ended, and the length of the queue."""

from collections import Counter
from threading import Lock

from joindin.db.outages import CauseLog
from joindin.monitoring import families
from joindin.monitoring.families import SampleKey, sample_key

SUCCESS, FAILURE = "success", "failure"


class JobSource:
    def __init__(self, queue):
        self._queue = queue
        self._runs = Counter()
        self._lock = Lock()
        self._failures = CauseLog("The length of the job queue is unknown")

    def observe(self, job: str, result: str) -> None:
        """Count a job that has ended. ``result`` is ``success`` or ``failure``."""
        with self._lock:
            self._runs[sample_key(families.JOB_RUNS, job, result)] += 1

    def __call__(self, _process: str) -> dict[SampleKey, float]:
        with self._lock:
            samples = dict(self._runs)
        try:
            samples[sample_key(families.JOB_QUEUE_LENGTH)] = self._queue.pending_count()
        except Exception as error:
            # Of SQLite or of the Redis library.
            self._failures.report(error)
        return samples
