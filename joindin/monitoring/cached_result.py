"""Result of an expensive function that many callers ask for, computed in a thread of its own."""

import logging
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import Generic, TypeVar

Result = TypeVar("Result")

log = logging.getLogger(__name__)


class CachedResult(Generic[Result]):
    """Calls ``compute`` at most once at a time, and again ``max_age_s`` after its last result at the earliest.

    A caller waits for ``timeout_s`` and then gets None. While a call takes longer, other callers get None at once: a database
    that does not answer costs one thread and not one for each probe. The result of a call that raises is None.
    """

    def __init__(self, compute: Callable[[], Result], *, max_age_s: float, timeout_s: float):
        self._compute = compute
        self._max_age_s = max_age_s
        self._timeout_s = timeout_s
        self._changed = Condition()
        self._result: Result | None = None
        self._computed_at: float | None = None
        # Start of the call in progress.
        self._started_at: float | None = None

    def get(self) -> Result | None:
        with self._changed:
            if self._is_fresh():
                return self._result
            if self._started_at is None:
                Thread(target=self._run, name="cached result", daemon=True).start()
                self._started_at = monotonic()
            requested_at = self._started_at
            remaining_s = self._started_at + self._timeout_s - monotonic()
            done = self._changed.wait_for(lambda: self._started_at != requested_at, max(0, remaining_s))
            return self._result if done else None

    def invalidate(self) -> None:
        """Drop the last result, so that the next call computes another one."""
        with self._changed:
            self._computed_at = None

    def _is_fresh(self):
        return self._computed_at is not None and monotonic() - self._computed_at < self._max_age_s

    def _run(self):
        try:
            result = self._compute()
        except Exception:
            log.exception("A result for the monitoring could not be computed")
            result = None
        with self._changed:
            self._result, self._computed_at, self._started_at = result, monotonic(), None
            self._changed.notify_all()
