"""The end of a worker whose application was replaced, without a lost request.

A keep-alive connection may carry the next request at any time, and a server that closes it at that moment loses the request. A
retiring worker therefore closes connections with a response only, by ``Connection: close``. Idle ones end after the timeout for
the headers of the next request.
"""

import os
import signal
import socket
from collections.abc import Callable
from time import monotonic, sleep

# Granian's timeout for the request line with all headers, and for the next request of an idle connection.
HEADERS_TIMEOUT_MS = 10_000

# Connections that are still open then have a running request.
RETIREMENT_TIMEOUT_S = HEADERS_TIMEOUT_MS / 1000 + 1

# Running requests and jobs are killed after this time at shutdown.
SHUTDOWN_TIMEOUT_S = 30

POLL_INTERVAL_S = 0.1


def retire(listener: int, family: socket.AddressFamily, has_connections: Callable[[], bool]) -> None:
    """Accept no more connections on the descriptor ``listener``, and stop this worker once none is open."""
    # The event loop of Granian keeps the number of the descriptor. A socket that does not listen takes its place; the listening
    # one stays open in other processes.
    with socket.socket(family, socket.SOCK_STREAM) as deaf:
        os.dup2(deaf.fileno(), listener, inheritable=False)
    deadline = monotonic() + RETIREMENT_TIMEOUT_S
    while has_connections() and monotonic() < deadline:
        sleep(POLL_INTERVAL_S)
    os.kill(os.getpid(), signal.SIGTERM)
