"""A worker process: Granian on a listening socket of the main process, with the guard of slow clients."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import sleep

from granian._futures import _new_cbscheduler
from granian._granian import WSGIWorker
from granian._signals import set_sync_signals
from granian.constants import HTTPModes
from granian.http import HTTP1Settings
from granian.log import LogLevels, configure_logging
from granian.net import SocketHolder

from joindin.server.listeners import BACKLOG
from joindin.server.memory import return_large_blocks
from joindin.server.process_tree import end_with_parent
from joindin.server.request_bodies import BodyReader
from joindin.server.request_handler import RequestHandler
from joindin.server.retirement import HEADERS_TIMEOUT_MS, retire
from joindin.server.signals import RETIRE_SIGNAL
from joindin.server.slow_clients import MAX_CONNECTIONS, MAX_PER_ADDRESS, SlowClientGuard

MAX_HEADERS_BYTES = 128 * 1024

# Granian's defaults.
RUNTIME_THREADS = 1
RUNTIME_BLOCKING_THREADS = 512
THREAD_IDLE_TIMEOUT_S = 30

HEARTBEAT_INTERVAL_S = 1

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerLimits:
    """``slots`` requests run at once. ``is_behind_proxy`` means that all clients have the address of a proxy."""

    slots: int
    max_body_bytes: int
    is_behind_proxy: bool = False


def run_worker(
    listener: socket.socket,
    parent_id: int,
    heart: int,
    *,
    app: Callable,
    limits: WorkerLimits,
    on_started: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish running requests. After ``RETIRE_SIGNAL``, serve until no connection is open.

    A byte is written to ``heart`` while requests make progress. ``on_started`` is called in the worker's process, before it
    accepts requests.
    """
    end_with_parent(parent_id)
    on_started()
    return_large_blocks()
    bodies = BodyReader(limits.max_body_bytes)
    handler = RequestHandler(app, limits.slots, bodies)
    max_per_address = None if limits.is_behind_proxy else MAX_PER_ADDRESS
    port = None if listener.family == socket.AF_UNIX else listener.getsockname()[1]
    guard = SlowClientGuard(bodies.overdue_reads, port, max_per_address)
    _retire_on_signal(listener, handler, guard)
    threading.Thread(target=_look_after, args=[handler, guard, heart], daemon=True).start()
    _serve(listener, handler)


def _retire_on_signal(listener, handler, guard):
    descriptor, family = listener.fileno(), listener.family

    def start_retirement(*_):
        handler.closes_connections = True
        threading.Thread(target=retire, args=[descriptor, family, guard.has_connections], daemon=True).start()

    signal.signal(RETIRE_SIGNAL, start_retirement)


def _serve(listener, handler):
    """Run Granian's WSGI worker in this process.

    Its public API has no way to use a listening socket of ours, and to start a worker again without end.
    """
    configure_logging(LogLevels.warning, None, True)
    stop_signal, stopped = set_sync_signals(), threading.Event()
    stop_signal.add_cb(stopped.set)
    is_unix = listener.family == socket.AF_UNIX
    without_tls = (False, None, None, None, "tls1.3", None, [], False)
    worker = WSGIWorker(
        1,
        (None, SocketHolder(listener.detach(), is_unix, BACKLOG)),
        None,
        RUNTIME_THREADS,
        RUNTIME_BLOCKING_THREADS,
        MAX_CONNECTIONS,
        THREAD_IDLE_TIMEOUT_S,
        MAX_CONNECTIONS,
        # HTTP/2 without TLS is spoken by no browser, and allows many requests on one connection.
        HTTPModes.http1,
        HTTP1Settings(header_read_timeout=HEADERS_TIMEOUT_MS, max_buffer_size=MAX_HEADERS_BYTES),
        None,
        None,
        *without_tls,
        (None, None),
    )
    loop = asyncio.new_event_loop()
    serve = worker.serve_mtr_uds if is_unix else worker.serve_mtr
    serve(_new_cbscheduler(loop, handler, impl_asyncio=True), loop, stop_signal)
    stopped.wait()


def _look_after(handler, guard, heart):
    while True:
        if not handler.is_stuck():
            os.write(heart, b".")
        try:
            guard.close_slow_connections()
        except Exception:
            log.exception("The connections of slow clients could not be closed")
        sleep(HEARTBEAT_INTERVAL_S)
