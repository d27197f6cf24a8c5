"""Clients of a server under attack: slow ones, which never finish a request, and visitors, whose waiting times count."""

import http.client
import socket
import threading
import time
from contextlib import ExitStack, contextmanager, suppress

HOST = "127.0.0.1"
TIMEOUT_S = 30
HEAD = b"Host: localhost\r\nContent-Type: application/json\r\n"

UNFINISHED = {
    "nothing": b"",
    "request line": b"GET /v2.1/events HTT",
    "headers": b"GET /v2.1/events HTTP/1.1\r\n" + HEAD + b"X-Slow: ",
    "headers of a body": b"POST /v2.1/token HTTP/1.1\r\n" + HEAD + b"Content-Length: 100000\r\n",
    "body": b"POST /v2.1/token HTTP/1.1\r\n" + HEAD + b"Content-Length: 100000\r\n\r\n{",
    "body of a page": b"POST /accounts/login/ HTTP/1.1\r\n" + HEAD + b"Content-Length: 100000\r\n\r\na=",
    "body of a read": b"GET /v2.1/events HTTP/1.1\r\n" + HEAD + b"Content-Length: 100000\r\n\r\n{",
    "large body": b"POST /v2.1/token HTTP/1.1\r\n" + HEAD + b"Content-Length: 8000000\r\n\r\n{",
    "chunks": b"POST /v2.1/token HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
    "expected body": b"POST /v2.1/token HTTP/1.1\r\n"
    + HEAD
    + b"Expect: 100-continue\r\nContent-Length: 100000\r\n\r\n",
}


class SlowClients:
    """Open connections with an unfinished request. ``trickle`` sends one more byte on each."""

    def __init__(self, connections):
        self._connections = connections

    def trickle(self) -> None:
        for connection in self._connections:
            with suppress(OSError):
                connection.send(b"x")

    def send(self, data: bytes) -> None:
        for connection in self._connections:
            with suppress(OSError):
                connection.send(data)

    def count_open(self) -> int:
        return sum(map(_is_open, self._connections))


@contextmanager
def slow_clients(port: int, unfinished: str, count: int):
    with ExitStack() as opened:
        connections = [opened.enter_context(socket.create_connection((HOST, port), TIMEOUT_S)) for _ in range(count)]
        for connection in connections:
            connection.sendall(UNFINISHED[unfinished])
            connection.setblocking(False)
        yield SlowClients(connections)


class Visitors:
    """Threads that send requests one after the other, each on a new connection, and measure them."""

    def __init__(self, port: int, paths):
        self._port = port
        self._is_over = threading.Event()
        self.durations_s, self.statuses = [], []
        self._threads = [threading.Thread(target=self._visit, args=[*path]) for path in paths]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join(TIMEOUT_S)

    def percentile_s(self, share: float) -> float:
        return sorted(self.durations_s)[int(len(self.durations_s) * share)]

    def _visit(self, method, path, body=None):
        while not self._is_over.is_set():
            started_at = time.monotonic()
            self.statuses.append(status_of(self._port, method, path, body))
            self.durations_s.append(time.monotonic() - started_at)
            time.sleep(0.01)


def status_of(port: int, method: str, path: str, body: bytes | None = None, headers=None) -> int:
    """Return the status of a request on a connection of its own."""
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        reply = connection.getresponse()
        reply.read()
        return reply.status
    finally:
        connection.close()


def _is_open(connection):
    """Return whether the server has neither answered nor closed the connection."""
    try:
        interim = connection.recv(65536)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return interim.startswith(b"HTTP/1.1 100 ")
