"""Heartbeat of the job worker, next to its queue, for readiness checks in other processes.

The queue is a SQLite file or Redis, and so the heartbeat is a file beside it or a key. Neither needs the library of the queue, which
would take 48 MB in each server process. It is not in the database, because every commit empties the caches of responses.
"""

from pathlib import Path
from time import time

from joindin.utils.private_files import create_private_file

SQLITE_PREFIX = "sqlite:///"
REDIS_KEY = "joindin.heartbeat"
# A Redis that does not respond.
REDIS_TIMEOUT_S = 1

# Seconds between two heartbeats, and the age of the last one at which the worker counts as dead.
HEARTBEAT_INTERVAL_S = 10
HEARTBEAT_TIMEOUT_S = 60


def record_heartbeat(queue_url: str) -> None:
    """:raises OSError: if the file cannot be written.
    :raises redis.RedisError: if Redis does not answer."""
    if (file := _heartbeat_file(queue_url)) is not None:
        create_private_file(file)
        file.touch()
    else:
        with _redis(queue_url) as redis:
            redis.set(REDIS_KEY, time())


def heartbeat_age_s(queue_url: str) -> float | None:
    """Return the seconds since the last heartbeat; None if there was none.

    :raises OSError: if the file cannot be read.
    :raises redis.RedisError: if Redis does not answer.
    """
    if (file := _heartbeat_file(queue_url)) is not None:
        if not file.exists():
            return None
        return max(0.0, time() - file.stat().st_mtime)
    with _redis(queue_url) as redis:
        recorded_at = redis.get(REDIS_KEY)
    return None if recorded_at is None else max(0.0, time() - float(recorded_at))


def _heartbeat_file(queue_url):
    if not queue_url.startswith(SQLITE_PREFIX):
        return None
    queue = Path(queue_url.removeprefix(SQLITE_PREFIX).partition("?")[0])
    return queue.with_name(f"{queue.name}.heartbeat")


def _redis(url):
    # Imported here because it takes a quarter of a second.
    from redis import Redis

    return Redis.from_url(url, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S)
