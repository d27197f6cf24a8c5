"""Connections of slow and of too many clients, closed from outside of the HTTP server.

Granian waits for a request body as long as the client likes. Once a second :class:`SlowClientGuard` looks at the sockets of its
process, and closes

- those of a client with an overdue body to which nothing was sent since the body began;
- those whose client receives a response too slowly, which is kept in memory meanwhile;
- the longest unused ones of an address that holds more than its share of the worker's connections.

It works on duplicates of the descriptors, so a descriptor that is closed or used again meanwhile does no harm. Only sockets
are duplicated: closing any descriptor of a SQLite file drops all locks that the process has on it, and other writers would
break the database (https://sqlite.org/howtocorrupt.html, 2.2). The guard needs Linux, which tells the times of the last data of
a connection; elsewhere it does nothing.
"""

import fcntl
import math
import os
import socket
import stat
import struct
import sys
import termios
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from time import monotonic

from joindin.server.request_bodies import BodyRead

# Connections of a worker, and the share of one address (an IPv6 network of 64 bits counts as one).
MAX_CONNECTIONS = 512
MAX_PER_ADDRESS = MAX_CONNECTIONS // 2

# Milliseconds without sent data after which a connection above the share is unused.
UNUSED_AFTER_MS = 2000

# A response may take the grace period, and longer as long as it is received at this rate.
RESPONSE_GRACE_S = 10
MIN_RECEIVED_BYTES_PER_S = 4096

# The interim response 100 is sent shortly after a body began.
INTERIM_RESPONSE_MS = 1000

# struct tcp_info: milliseconds since data was sent, after 44 bytes; acknowledged bytes, after 120.
TCP_INFO = struct.Struct("44xI72xQ")
DESCRIPTORS = "/proc/self/fd"


@dataclass(frozen=True)
class ClientConnection:
    """A connection that the worker accepted. ``ms_since_sent`` counts from its beginning if nothing was sent."""

    socket: socket.socket
    address: str
    port: int
    ms_since_sent: int
    acknowledged_bytes: int
    has_unacknowledged: bool

    @property
    def client(self) -> tuple[str, int]:
        return self.address, self.port


class SlowClientGuard:
    """``overdue_reads`` returns the bodies that are overdue. ``listening_port`` tells the connections of clients from others.

    It is None for a Unix socket, whose connections are left alone: its clients are proxies of this machine, which buffer requests.
    ``max_per_address`` is None behind a proxy, whose address all clients share.
    """

    def __init__(
        self,
        overdue_reads: Callable[[], list[BodyRead]],
        listening_port: int | None,
        max_per_address: int | None = MAX_PER_ADDRESS,
    ):
        self._overdue_reads = overdue_reads
        self._listening_port = listening_port
        self._max_per_address = max_per_address
        # Clients that matched an overdue body in the last round: a request that is merely being answered does so once.
        self._suspects: set[tuple[str, int]] = set()
        # Time and acknowledged bytes since when a client has not received everything that was sent to it.
        self._receiving: dict[tuple[str, int], tuple[float, int]] = {}

    @property
    def _sees_connections(self):
        return sys.platform == "linux" and self._listening_port is not None

    def has_connections(self) -> bool:
        """Return whether a client is connected; True where connections cannot be seen."""
        if not self._sees_connections:
            return True
        with _connections(self._listening_port) as connections:
            return bool(connections)

    def close_slow_connections(self) -> None:
        """Do one round."""
        if not self._sees_connections:
            return
        with _connections(self._listening_port) as connections:
            self._close_overdue(connections, self._overdue_reads())
            self._close_slow_receivers(connections)
            if self._max_per_address is not None:
                _close_unused(connections, self._max_per_address)

    def _close_overdue(self, connections, reads):
        # By address, the age of the youngest overdue body.
        ages_ms = {}
        for read in reads:
            age_ms = read.age_s * 1000 - INTERIM_RESPONSE_MS
            ages_ms[read.address] = min(age_ms, ages_ms.get(read.address, age_ms))
        matching = [each for each in connections if each.ms_since_sent >= ages_ms.get(each.address, math.inf)]
        for each in matching:
            if each.client in self._suspects:
                _close(each)
        self._suspects = {each.client for each in matching}

    def _close_slow_receivers(self, connections):
        now, receiving = monotonic(), {}
        for each in connections:
            if not each.has_unacknowledged:
                continue
            since, acknowledged = receiving[each.client] = self._receiving.get(
                each.client, (now, each.acknowledged_bytes)
            )
            expected = (now - since - RESPONSE_GRACE_S) * MIN_RECEIVED_BYTES_PER_S
            if each.acknowledged_bytes - acknowledged < expected:
                _close(each)
        self._receiving = receiving


def _close_unused(connections: Iterable[ClientConnection], max_per_address: int) -> None:
    by_address = defaultdict(list)
    for each in connections:
        by_address[_network(each.address)].append(each)
    for held in by_address.values():
        excess = len(held) - max_per_address
        longest_unused = sorted(held, key=lambda each: each.ms_since_sent, reverse=True)[: max(excess, 0)]
        for each in longest_unused:
            if each.ms_since_sent > UNUSED_AFTER_MS:
                _close(each)


def _close(connection):
    with suppress(OSError):
        connection.socket.shutdown(socket.SHUT_RDWR)


def _network(address):
    parsed = ip_address(address)
    if parsed.version == 4 or parsed.ipv4_mapped:
        return address
    return str(ip_network((parsed.packed, 64), strict=False))


@contextmanager
def _connections(listening_port: int) -> Iterator[list[ClientConnection]]:
    """Yield the accepted connections of this process, and close the duplicates of their descriptors afterwards."""
    found = {}
    try:
        for name in os.listdir(DESCRIPTORS):
            if (connection := _inspect(int(name), listening_port)) is not None:
                # The descriptor of the listing itself is in the list, and used again by the first duplicate.
                if (earlier := found.get(connection.client)) is not None:
                    earlier.socket.close()
                found[connection.client] = connection
        yield list(found.values())
    finally:
        for each in found.values():
            each.socket.close()


def _inspect(descriptor, listening_port):
    """Return the connection behind a descriptor; None for everything else."""
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return None
        copy = os.dup(descriptor)
    except OSError:
        return None
    try:
        duplicate = socket.socket(fileno=copy)
    except OSError:
        # A file that took the descriptor after the check. It stays open: closing it could drop SQLite's locks.
        return None
    try:
        if duplicate.family in (socket.AF_INET, socket.AF_INET6) and duplicate.getsockname()[1] == listening_port:
            address, port = duplicate.getpeername()[:2]
            sent_ms, acknowledged = TCP_INFO.unpack(
                duplicate.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO.size)
            )
            unacknowledged = int.from_bytes(fcntl.ioctl(duplicate, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
            return ClientConnection(duplicate, address, port, sent_ms, acknowledged, unacknowledged > 0)
    except OSError:
        pass
    duplicate.close()
    return None
