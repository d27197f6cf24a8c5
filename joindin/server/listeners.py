"""Listening sockets. The main process opens them, or systemd does, and keeps them open while applications are replaced.

They accept connections from :func:`start_listening` on, which an application calls once it is loaded.

On Linux each worker has a TCP socket of its own, on the same port: Linux distributes new connections over them. Those of a worker
that has ended wait in the queue of its socket for its successor. Elsewhere, on a Unix socket and on sockets of systemd the workers
share one socket.
"""

import os
import socket
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# Connections that wait to be accepted, for each socket.
BACKLOG = 1024

# Read and write for owner and group: the proxy belongs to the group.
UNIX_SOCKET_UMASK = 0o117

# Of systemd's sd_listen_fds(3).
FIRST_SYSTEMD_DESCRIPTOR = 3


def open_listeners(host: str, port: int, count: int) -> list[socket.socket]:
    """Return ``count`` bound sockets.

    :raises socket.gaierror: if the host is unknown.
    :raises OSError: if the port is in use or may not be used.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    # Another server that distributes connections itself must not get a share of them.
    probe = _bind(family, address, shared_port=False)
    if sys.platform != "linux":
        return share_listeners([probe], count)
    probe.close()
    return [_bind(family, address, shared_port=True) for _ in range(count)]


def open_unix_listeners(path: Path, count: int) -> list[socket.socket]:
    """Return ``count`` descriptors of one Unix socket at ``path``. A socket that no process listens on is replaced.

    :raises OSError: if another process listens there, another file is there, or the path may not be used.
    """
    _remove_stale_socket(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous_umask = os.umask(UNIX_SOCKET_UMASK)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(previous_umask)
    return share_listeners([listener], count)


def start_listening(listeners: Iterable[socket.socket]) -> None:
    """Let the system accept connections. Repeating it changes nothing."""
    for listener in listeners:
        listener.listen(BACKLOG)


def remove_unix_socket(listener: socket.socket) -> None:
    """Remove the file of a Unix socket; does nothing for other sockets, and if the file is gone."""
    if listener.family == socket.AF_UNIX:
        with suppress(OSError):
            os.unlink(listener.getsockname())


def take_systemd_listeners() -> list[socket.socket]:
    """Return the sockets that systemd opened for this process, none without socket activation (sd_listen_fds(3)).

    Their variables are removed from the environment, because child processes must not take the sockets again.
    """
    process_id, count = os.environ.pop("LISTEN_PID", ""), os.environ.pop("LISTEN_FDS", "0")
    os.environ.pop("LISTEN_FDNAMES", None)
    if process_id != str(os.getpid()):
        return []
    return [socket.socket(fileno=FIRST_SYSTEMD_DESCRIPTOR + number) for number in range(int(count))]


def share_listeners(listeners: list[socket.socket], count: int) -> list[socket.socket]:
    """Return ``count`` sockets, the given ones first, then duplicates of them in turn."""
    duplicates = [listeners[number % len(listeners)].dup() for number in range(len(listeners), count)]
    return [*listeners, *duplicates]


def _bind(family, address, *, shared_port):
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared_port:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Accepted connections inherit it: small responses are not delayed.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def _remove_stale_socket(path):
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if is_socket:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
