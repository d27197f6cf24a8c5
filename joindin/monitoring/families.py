"""Names, types, help texts and labels of all metrics.

The dashboard and the alerts in ``docs/monitoring/`` name nothing else.
"""

from dataclasses import dataclass

# The name of a sample and the values of its labels, in the order of its family.
SampleKey = tuple[str, tuple[str, ...]]

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"


@dataclass(frozen=True)
class Family:
    """A metric. ``labels`` is the order of label values in snapshots. The name of a counter ends in ``_total``."""

    name: str
    type: str
    help: str
    labels: tuple[str, ...] = ()


REQUESTS = Family(
    "joindin_http_requests_total", COUNTER, "Requests by surface, route, method and class of the status.",
    ("surface", "route", "method", "status"),
)  # fmt: skip
REQUEST_DURATION = Family(
    "joindin_http_request_duration_seconds",
    HISTOGRAM,
    "Time from the request to the end of its response.",
    ("surface",),
)
CACHE_REQUESTS = Family(
    "joindin_cache_requests_total", COUNTER, "Lookups in the caches of responses and of rendered fragments.",
    ("cache", "result"),
)  # fmt: skip
CACHE_BYTES = Family("joindin_cache_bytes", GAUGE, "Memory of a cache.", ("cache", "process"))
POOL_CONNECTIONS = Family(
    "joindin_database_pool_connections", GAUGE, "Open database connections of a process by pool and state.",
    ("pool", "state", "process"),
)  # fmt: skip
POOL_WAITS = Family(
    "joindin_database_pool_waits_total",
    COUNTER,
    "Requests for a connection while all of the pool were in use.",
    ("pool",),
)
POOL_TIMEOUTS = Family(
    "joindin_database_pool_timeouts_total", COUNTER, "Requests for a connection that got none in time.", ("pool",)
)
DATABASE_UP = Family("joindin_database_up", GAUGE, "1 if the database answers, else 0.")
REPLICA_LAG = Family(
    "joindin_database_replica_lag_seconds", GAUGE, "Delay of a read replica, by its position in JOINDIN_REPLICA_URLS.",
    ("replica",),
)  # fmt: skip
REPLICA_UP = Family(
    "joindin_database_replica_up", GAUGE, "1 if the read replica answers and replicates, else 0.", ("replica",)
)
MAILS = Family("joindin_mails", GAUGE, "Unsent mails: waiting for an attempt, or failed for good.", ("state",))
OLDEST_MAIL_AGE = Family(
    "joindin_mail_oldest_due_age_seconds", GAUGE, "Time since the oldest due mail should have been sent; 0 without one."
)
JOB_HEARTBEAT_AGE = Family("joindin_job_worker_heartbeat_age_seconds", GAUGE, "Time since the job worker has reported.")
JOB_QUEUE_LENGTH = Family("joindin_job_queue_length", GAUGE, "Jobs in the queue that wait for the job worker.")
JOB_RUNS = Family("joindin_job_runs_total", COUNTER, "Jobs that have ended, by name and result.", ("job", "result"))
DISK_FREE = Family("joindin_disk_free_bytes", GAUGE, "Free space at a folder of the installation.", ("folder",))
PROCESS_MEMORY = Family("joindin_process_resident_memory_bytes", GAUGE, "Resident memory of a process.", ("process",))
PROCESS_CPU = Family(
    "joindin_process_cpu_seconds_total", COUNTER, "CPU time of a process and its predecessors.", ("process",)
)
PROCESS_START = Family(
    "joindin_process_start_time_seconds", GAUGE, "Start of a process, in seconds since 1970.", ("process",)
)
BUILD_INFO = Family(
    "joindin_build_info", GAUGE, "Always 1; the labels name the version.", ("version", "python_version")
)

FAMILIES = (
    REQUESTS,
    REQUEST_DURATION,
    CACHE_REQUESTS,
    CACHE_BYTES,
    POOL_CONNECTIONS,
    POOL_WAITS,
    POOL_TIMEOUTS,
    DATABASE_UP,
    REPLICA_LAG,
    REPLICA_UP,
    MAILS,
    OLDEST_MAIL_AGE,
    JOB_HEARTBEAT_AGE,
    JOB_QUEUE_LENGTH,
    JOB_RUNS,
    DISK_FREE,
    PROCESS_MEMORY,
    PROCESS_CPU,
    PROCESS_START,
    BUILD_INFO,
)

COUNTER_SAMPLES = {family.name for family in FAMILIES if family.type == COUNTER} | {
    f"{REQUEST_DURATION.name}_bucket",
    f"{REQUEST_DURATION.name}_sum",
}


def sample_key(family: Family, *label_values: str) -> SampleKey:
    """Return the key of a counter or gauge."""
    return family.name, label_values


def duration_bucket_key(surface: str, bound_s: float) -> SampleKey:
    return f"{REQUEST_DURATION.name}_bucket", (surface, str(bound_s))


def duration_sum_key(surface: str) -> SampleKey:
    return f"{REQUEST_DURATION.name}_sum", (surface,)
