"""Listening sockets. The main process opens one for each worker, on the same port, and keeps them open.

Linux distributes new connections over them. Those of a worker that has ended wait in the queue of its socket for its successor.
Elsewhere the workers share one socket.
"""

import socket
import sys

# Connections that wait to be accepted, for each socket.
BACKLOG = 1024


def open_listeners(host: str, port: int, count: int) -> list[socket.socket]:
    """Return ``count`` listening sockets.

    :raises socket.gaierror: if the host is unknown.
    :raises OSError: if the port is in use or may not be used.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    # Another server that distributes connections itself must not get a share of them.
    probe = _listen(family, address, shared_port=False)
    if sys.platform != "linux":
        return [probe, *(probe.dup() for _ in range(count - 1))]
    probe.close()
    return [_listen(family, address, shared_port=True) for _ in range(count)]


def _listen(family, address, *, shared_port):
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared_port:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Accepted connections inherit it: small responses are not delayed.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
