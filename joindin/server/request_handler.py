"""Requests of a worker: WSGI environments and responses between Granian and the application.

Granian calls :class:`RequestHandler` on a thread of its pool, which has one for each connection. Only a few of them, the *slots*,
take requests: more would only wait for the interpreter lock. The others are parked, in the call of a request that they have
answered. A thread that waits for a request body sends a parked one back to work in its place, so a slow client never occupies a
slot.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import get_ident
from time import monotonic

from joindin.server.request_bodies import BodyReader, has_body

# The application is stuck if requests that run for longer than this occupy all slots.
STUCK_AFTER_S = 60

ENVIRON = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class RequestHandler:
    """``handler(protocol, scope)`` answers a request through Granian's protocol object."""

    def __init__(self, app: Callable, slots: int, bodies: BodyReader):
        self._app = app
        self._slots = slots
        self._bodies = bodies
        # Start of each running request, by thread.
        self._running: dict[int, float] = {}
        self._parked: SimpleQueue[SimpleQueue] = SimpleQueue()
        # Many bodies may be complete at the same time.
        self._slots_after_body = SimpleQueue()
        for _ in range(slots):
            self._slots_after_body.put(None)

    def __call__(self, protocol, scope: dict) -> None:
        if has_body(scope):
            self._read_and_run(protocol, scope)
        else:
            self._run(protocol, ENVIRON | scope)
        # The last of the slots are never parked, because they find too few others running.
        if len(self._running) >= self._slots:
            self._park()

    def is_stuck(self) -> bool:
        """Return whether every slot is occupied by a request that runs for too long."""
        latest = monotonic() - STUCK_AFTER_S
        return sum(started_at < latest for started_at in self._running.copy().values()) >= self._slots

    def _read_and_run(self, protocol, scope):
        self._unpark()
        with self._bodies.read(ENVIRON | scope) as environ:
            if environ is None:
                # The connection has ended; Granian still needs a response.
                protocol.response_bytes(400, [], b"")
                return
            self._slots_after_body.get()
            try:
                self._run(protocol, environ)
            finally:
                self._slots_after_body.put(None)

    def _run(self, protocol, environ):
        response = []

        def start_response(status, headers, exc_info=None):
            response[:] = int(status.split(" ", 1)[0]), headers

        thread_id = get_ident()
        self._running[thread_id] = monotonic()
        try:
            chunks = self._app(environ, start_response)
            # Granian would let a client that reads slowly block the thread of an iterable.
            protocol.response_bytes(*response, b"".join(chunks))
            if hasattr(chunks, "close"):
                chunks.close()
        finally:
            del self._running[thread_id]

    def _park(self):
        end = SimpleQueue()
        self._parked.put(end)
        end.get()

    def _unpark(self):
        # Without a parked thread Granian starts one, as long as requests wait.
        with suppress(Empty):
            self._parked.get_nowait().put(None)
