"""Requests of a worker: WSGI environments and responses between Granian and the application.

Granian calls :class:`RequestHandler` on a thread of its pool, which has one for each connection. Only a few of them, the *slots*,
take requests: more would only wait for the interpreter lock. The others are parked, in the call of a request that they have
answered. A thread that waits for a request body sends a parked one back to work in its place, so a slow client never occupies a
slot.

A long response is sent part by part, so that memory holds one part of it. The thread waits for its client meanwhile, and a parked
one works in its place. Only a few threads do so; more long responses are joined in memory before they are sent.
"""

import sys
from collections.abc import Callable
from contextlib import contextmanager, suppress
from itertools import chain
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, get_ident
from time import monotonic

from joindin.server.request_bodies import BodyReader, has_body

# The application is stuck if requests that run for longer than this occupy all slots.
STUCK_AFTER_S = 60

# Shorter responses are joined: Granian sends them without a thread.
MAX_JOINED_BYTES = 4_000_000
# Long responses that a worker sends part by part at the same time.
MAX_STREAMS = 8

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
        self._environ = ENVIRON | {"joindin.released_slot": self._released_slot}
        # Set by a worker that retires: each response is the last one of its connection.
        self.closes_connections = False
        self._slots = slots
        self._bodies = bodies
        # Start of each running request, by thread.
        self._running: dict[int, float] = {}
        self._parked: SimpleQueue[SimpleQueue] = SimpleQueue()
        # Many bodies may be complete at the same time.
        self._slots_after_body = SimpleQueue()
        for _ in range(slots):
            self._slots_after_body.put(None)
        self._streams = BoundedSemaphore(MAX_STREAMS)

    def __call__(self, protocol, scope: dict) -> None:
        if has_body(scope):
            self._read_and_run(protocol, scope)
        else:
            self._run(protocol, self._environ | scope, may_stream=True)
        # The last of the slots are never parked, because they find too few others running.
        if len(self._running) >= self._slots:
            self._park()

    def is_stuck(self) -> bool:
        """Return whether every slot is occupied by a request that runs for too long."""
        latest = monotonic() - STUCK_AFTER_S
        return sum(started_at < latest for started_at in self._running.copy().values()) >= self._slots

    def _read_and_run(self, protocol, scope):
        self._unpark()
        with self._bodies.read(self._environ | scope) as environ:
            if environ is None:
                # The connection has ended; Granian still needs a response.
                protocol.response_bytes(400, [], b"")
                return
            self._slots_after_body.get()
            try:
                self._run(protocol, environ)
            finally:
                self._slots_after_body.put(None)

    def _run(self, protocol, environ, *, may_stream=False):
        response = []

        def start_response(status, headers, exc_info=None):
            if self.closes_connections:
                headers = [*headers, ("connection", "close")]
            response[:] = int(status.split(" ", 1)[0]), headers

        thread_id = get_ident()
        self._running[thread_id] = monotonic()
        try:
            chunks = self._app(environ, start_response)
            try:
                parts, rest = _read_beginning(chunks)
                if rest is not None and may_stream and self._streams.acquire(blocking=False):
                    self._stream(protocol, response, parts, rest)
                else:
                    # Granian would let a client that reads slowly block the thread of an iterable.
                    protocol.response_bytes(*response, b"".join(chain(parts, rest or ())))
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()
        finally:
            self._running.pop(thread_id, None)

    @contextmanager
    def _released_slot(self):
        """Give the slot of this request to another while this one waits for another server. Applications call it."""
        started_at = self._running.pop(get_ident(), None)
        if started_at is not None:
            self._unpark()
        try:
            yield
        finally:
            if started_at is not None:
                self._running[get_ident()] = monotonic()

    def _stream(self, protocol, response, parts, rest):
        """Send the parts as the client takes them; another thread has the slot meanwhile."""
        try:
            del self._running[get_ident()]
            self._unpark()
            protocol.response_iter(*response, _Parts(chain(parts, rest)))
        finally:
            self._streams.release()

    def _park(self):
        end = SimpleQueue()
        self._parked.put(end)
        end.get()

    def _unpark(self):
        # Without a parked thread Granian starts one, as long as requests wait.
        with suppress(Empty):
            self._parked.get_nowait().put(None)


class _Parts:
    """An iterator as Granian reads it. It is closed by the thread that sends it."""

    def __init__(self, parts):
        self._parts = parts

    def __next__(self):
        return next(self._parts)

    def close(self):
        pass


def _read_beginning(chunks):
    """Return the parts up to ``MAX_JOINED_BYTES``, and an iterator of those that follow if there are more."""
    if isinstance(chunks, list):
        return chunks, None
    parts, size, rest = [], 0, iter(chunks)
    for part in rest:
        parts.append(part)
        size += len(part)
        if size > MAX_JOINED_BYTES:
            return parts, rest
    return parts, None
