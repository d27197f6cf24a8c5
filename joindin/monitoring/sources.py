"""Samples of this process: its caches, its connections to the database, its memory and its time."""

import os
import time
from collections.abc import Mapping

from sqlalchemy.engine import Engine

from joindin.monitoring import families
from joindin.monitoring.families import SampleKey, sample_key
from joindin.performance.caching.lru import ByteLRU
from joindin.performance.sql.connections import ConnectionPool

# Names of the pools in the label ``pool``.
SESSION_POOL, FAST_POOL = "session", "fast"


class CacheSource:
    """Hits and misses of the fragment cache, and the memory of all caches. The response cache is counted by request."""

    def __init__(self, caches: Mapping[str, ByteLRU], counted: str):
        self._caches = caches
        self._counted = counted

    def __call__(self, process: str) -> dict[SampleKey, float]:
        counted = self._caches[self._counted]
        return {
            sample_key(families.CACHE_REQUESTS, self._counted, "hit"): counted.hits,
            sample_key(families.CACHE_REQUESTS, self._counted, "miss"): counted.misses,
            **{
                sample_key(families.CACHE_BYTES, name, process): cache.used_bytes
                for name, cache in self._caches.items()
            },
        }


class PoolSource:
    """Connections of the pool of sessions, and of that of the fast path if there is one."""

    def __init__(self, engine: Engine, fast_pool: ConnectionPool | None):
        self._engine = engine
        self._fast_pool = fast_pool

    def __call__(self, process: str) -> dict[SampleKey, float]:
        # The engine has another pool after each fork.
        pool = self._engine.pool
        in_use = pool.checkedout()
        samples = _pool_samples(SESSION_POOL, process, in_use, in_use + pool.checkedin())
        samples[sample_key(families.POOL_TIMEOUTS, SESSION_POOL)] = pool.timeouts
        if (fast := self._fast_pool) is not None:
            samples |= _pool_samples(FAST_POOL, process, fast.in_use, fast.size)
            samples[sample_key(families.POOL_WAITS, FAST_POOL)] = fast.waits
            samples[sample_key(families.POOL_TIMEOUTS, FAST_POOL)] = fast.timeouts
        return samples


def _pool_samples(pool, process, in_use, size):
    return {
        sample_key(families.POOL_CONNECTIONS, pool, "in_use", process): in_use,
        sample_key(families.POOL_CONNECTIONS, pool, "idle", process): max(0, size - in_use),
    }


class ProcessSource:
    """Memory, CPU time and start of the process. Memory is known on Linux only."""

    def __init__(self):
        self._process_id = self._started_at = None

    def __call__(self, process: str) -> dict[SampleKey, float]:
        if self._process_id != os.getpid():
            # The first call in this process. Its parent has used this object before.
            self._process_id, self._started_at = os.getpid(), time.time()
        samples = {
            sample_key(families.PROCESS_CPU, process): time.process_time(),
            sample_key(families.PROCESS_START, process): self._started_at,
        }
        if (memory_bytes := resident_memory_bytes()) is not None:
            samples[sample_key(families.PROCESS_MEMORY, process)] = memory_bytes
        return samples


def resident_memory_bytes() -> int | None:
    """Return the resident memory of this process, or None where the system does not tell it (proc_pid_statm(5))."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except FileNotFoundError:
        return None
