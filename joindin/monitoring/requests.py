"""Counts and durations of the requests of this process.

:func:`observe_request` runs in every request, also in those that the response cache answers in 30 µs. It therefore only increments
numbers in memory, in one cell for each combination of labels. :meth:`RequestMetrics.samples` derives the metrics from the cells.

The number of cells is bounded: unknown methods, and every route beyond ``MAX_CELLS``, are counted as ``other``.
"""

from bisect import bisect_left
from collections import defaultdict
from math import inf
from threading import Lock

from joindin.monitoring.families import (
    CACHE_REQUESTS,
    REQUESTS,
    SampleKey,
    duration_bucket_key,
    duration_sum_key,
    sample_key,
)

# Upper bounds of the buckets of durations, in seconds. The first ones separate cached responses from rendered ones.
BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MAX_CELLS = 20_000
OTHER = "other"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

# States of the response cache for a request. Other states, such as None, mean that the cache was not consulted.
CACHE_HIT, CACHE_MISS = "hit", "miss"

# Position of the sum of durations in a cell, after the counts of all buckets and of longer durations.
_SUM = len(BUCKETS_S) + 1


class RequestMetrics:
    def __init__(self):
        # Counts for each bucket and the sum of durations, by (surface, method, route, status, cache state).
        self._cells: dict[tuple, list[float]] = {}
        self._lock = Lock()

    def observe(self, surface: str, method: str, route: str | None, status: int, seconds: float, cache_state) -> None:
        """Count a request. ``route`` is the template of its address; None counts as ``other``."""
        cell = self._cells.get((surface, method, route, status, cache_state))
        if cell is None:
            cell = self._create_cell(surface, method, route, status, cache_state)
        bucket = bisect_left(BUCKETS_S, seconds)
        with self._lock:
            cell[bucket] += 1
            cell[_SUM] += seconds

    def samples(self) -> dict[SampleKey, float]:
        """Return the value of each counter. Buckets become cumulative in ``exposition.py``."""
        with self._lock:
            cells = {key: cell.copy() for key, cell in self._cells.items()}
        samples = defaultdict(float)
        for (surface, method, route, status, cache_state), cell in cells.items():
            count = sum(cell[:_SUM])
            samples[sample_key(REQUESTS, surface, route, method, f"{status // 100}xx")] += count
            samples[duration_sum_key(surface)] += cell[_SUM]
            for bound, number in zip((*BUCKETS_S, inf), cell):
                samples[duration_bucket_key(surface, bound)] += number
            if cache_state in (CACHE_HIT, CACHE_MISS):
                samples[sample_key(CACHE_REQUESTS, "response", cache_state)] += count
        return dict(samples)

    def _create_cell(self, surface, method, route, status, cache_state):
        known_method = method if method in METHODS else OTHER
        with self._lock:
            known_route = OTHER if route is None or len(self._cells) >= MAX_CELLS else route
            return self._cells.setdefault(
                (surface, known_method, known_route, status, cache_state), [0] * len(BUCKETS_S) + [0, 0.0]
            )


request_metrics = RequestMetrics()

# Called at the end of every request; see :meth:`RequestMetrics.observe`.
observe_request = request_metrics.observe
