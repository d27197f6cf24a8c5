"""Limit of simultaneous expensive work in a process.

A caller that finds the limit reached waits a short time. Callers beyond the waiting ones are refused at once, so that expensive requests never
occupy all threads of the server.
"""

import threading

from joindin.errors import Overloaded


class ConcurrencyLimit:
    """A context manager that admits ``max_running`` threads at a time.

    :raises Overloaded: on entry, if ``max_waiting`` threads are waiting or the wait takes longer than ``max_wait_s``.
    """

    def __init__(self, name: str, *, max_running: int, max_waiting: int, max_wait_s: float):
        self._name, self.max_wait_s = name, max_wait_s
        self._running = threading.BoundedSemaphore(max_running)
        self._admitted = threading.BoundedSemaphore(max_running + max_waiting)

    def __enter__(self) -> None:
        if not self._admitted.acquire(blocking=False):
            raise self._overloaded()
        if not self._running.acquire(timeout=self.max_wait_s):
            self._admitted.release()
            raise self._overloaded()

    def __exit__(self, *_) -> None:
        self._running.release()
        self._admitted.release()

    def _overloaded(self):
        return Overloaded(f"The server is busy with other {self._name}. Try again in a few seconds")
