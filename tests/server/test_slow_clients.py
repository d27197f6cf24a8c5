"""The guard of slow clients, on real connections to this process."""

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
from time import monotonic

import pytest

from joindin.server import slow_clients
from joindin.server.request_bodies import BODY_GRACE_S, MIN_BYTES_PER_S, BodyRead
from joindin.server.slow_clients import SlowClientGuard

pytestmark = [
    pytest.mark.runs_once("connections do not depend on the database"),
    pytest.mark.skipif(sys.platform != "linux", reason="the guard needs Linux"),
]


@pytest.fixture
def connect():
    """``connect(port)`` returns both ends of a new connection to the listener of that port."""
    with contextlib.ExitStack() as opened:

        def connecting(listener):
            client = opened.enter_context(socket.create_connection(listener.getsockname()))
            accepted = opened.enter_context(listener.accept()[0])
            client.settimeout(0.2)
            return client, accepted

        yield connecting


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def overdue_read(age_s=0.0, address="127.0.0.1"):
    return BodyRead(address, monotonic() - age_s)


def is_open(client):
    try:
        return client.recv(1) != b""
    except TimeoutError:
        return True


def port_of(listener):
    return listener.getsockname()[1]


@pytest.mark.parametrize(
    ("age_s", "received_bytes", "is_overdue"),
    [
        (BODY_GRACE_S - 1, 0, False),
        (BODY_GRACE_S + 1, 0, True),
        (BODY_GRACE_S + 1, 2 * MIN_BYTES_PER_S, False),
        (BODY_GRACE_S + 3, 2 * MIN_BYTES_PER_S, True),
        (130, 1 << 30, True),
    ],
)
def test_a_body_is_overdue_when_it_is_too_slow(age_s, received_bytes, is_overdue):
    assert BodyRead("127.0.0.1", monotonic() - age_s, received_bytes).is_overdue == is_overdue


def test_the_connection_of_an_overdue_body_is_closed_in_the_second_round(listener, connect):
    client, _ = connect(listener)
    guard = SlowClientGuard(lambda: [overdue_read()], port_of(listener))

    guard.close_slow_connections()
    after_one = is_open(client)
    guard.close_slow_connections()

    assert (after_one, is_open(client)) == (True, False)


def test_a_connection_that_was_answered_meanwhile_stays_open(listener, connect):
    client, accepted = connect(listener)
    guard = SlowClientGuard(lambda: [overdue_read(age_s=30)], port_of(listener))

    for _ in range(3):
        accepted.sendall(b"x")
        guard.close_slow_connections()

    assert client.recv(10) == b"xxx"
    assert is_open(client)


@pytest.mark.parametrize("reads", [[], [overdue_read(address="192.0.2.1")]], ids=["no body", "body of another address"])
def test_other_connections_stay_open(listener, connect, reads):
    client, _ = connect(listener)
    guard = SlowClientGuard(lambda: reads, port_of(listener))

    for _ in range(3):
        guard.close_slow_connections()

    assert is_open(client)


def test_connections_to_other_ports_stay_open(listener, connect):
    with socket.create_server(("127.0.0.1", 0)) as other:
        client, _ = connect(other)
        guard = SlowClientGuard(lambda: [overdue_read()], port_of(listener))

        for _ in range(3):
            guard.close_slow_connections()

        assert is_open(client)


def test_an_address_keeps_its_share_of_the_connections(listener, connect, monkeypatch):
    monkeypatch.setattr(slow_clients, "UNUSED_AFTER_MS", -1)
    clients = [connect(listener)[0] for _ in range(8)]
    guard = SlowClientGuard(list, port_of(listener), 3)

    guard.close_slow_connections()

    assert [is_open(client) for client in clients].count(True) == 3


def test_a_proxy_has_no_share(listener, connect, monkeypatch):
    monkeypatch.setattr(slow_clients, "UNUSED_AFTER_MS", -1)
    clients = [connect(listener)[0] for _ in range(8)]

    SlowClientGuard(list, port_of(listener), None).close_slow_connections()

    assert all(map(is_open, clients))


def test_connections_in_use_are_not_unused(listener, connect):
    clients = [connect(listener)[0] for _ in range(8)]
    guard = SlowClientGuard(list, port_of(listener), 3)

    guard.close_slow_connections()

    assert all(map(is_open, clients))


def fill(accepted):
    """Send until the client's buffer and that of the server are full."""
    accepted.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            accepted.send(b"x" * 1_000_000)


def test_a_client_that_does_not_read_its_response_is_disconnected(listener, connect, monkeypatch):
    _, accepted = connect(listener)
    reading, served = connect(listener)
    fill(accepted)
    served.sendall(b"x" * 1000)
    assert reading.recv(1000)
    # The kernel may delay an acknowledgement that travels alone.
    reading.sendall(b"x")
    assert served.recv(1)
    guard = SlowClientGuard(list, port_of(listener))

    guard.close_slow_connections()
    within_grace = is_alive(accepted)
    # The kernel may still move bytes of the buffers, less than is expected in this time.
    monkeypatch.setattr(slow_clients, "RESPONSE_GRACE_S", -1_000_000)
    guard.close_slow_connections()

    assert (within_grace, is_alive(accepted), is_alive(served)) == (True, False, True)


def test_a_client_that_reads_its_response_fast_enough_stays_connected(listener, connect, monkeypatch):
    monkeypatch.setattr(slow_clients, "RESPONSE_GRACE_S", -1)
    client, accepted = connect(listener)
    guard = SlowClientGuard(list, port_of(listener))
    fill(accepted)
    # The first round starts the measurement, without bytes.
    monkeypatch.setattr(slow_clients, "MIN_RECEIVED_BYTES_PER_S", 0)
    guard.close_slow_connections()
    monkeypatch.setattr(slow_clients, "MIN_RECEIVED_BYTES_PER_S", 4096)

    for _ in range(3):
        for _ in range(40):
            client.recv(100_000)
        fill(accepted)
        guard.close_slow_connections()

    assert is_alive(accepted)


def is_alive(accepted):
    """Return whether the server's end can still send; a full buffer counts as alive."""
    accepted.setblocking(False)
    try:
        accepted.send(b"x")
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True


def test_no_descriptor_is_left_open(listener, connect):
    connect(listener)
    guard = SlowClientGuard(lambda: [overdue_read()], port_of(listener))
    guard.close_slow_connections()
    before = open_descriptors()

    for _ in range(5):
        guard.close_slow_connections()

    assert open_descriptors() == before


def open_descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_a_round_keeps_the_locks_of_sqlite(tmp_path, listener):
    """Closing a duplicate of a database's descriptor would drop them, and another process could write meanwhile."""
    file = tmp_path / "locked.sqlite"
    write = (
        f"import sqlite3; sqlite3.connect({str(file)!r}, timeout=0, isolation_level=None).execute('BEGIN IMMEDIATE')"
    )
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")

        SlowClientGuard(list, port_of(listener)).close_slow_connections()

        other = subprocess.run([sys.executable, "-c", write], capture_output=True, text=True)
        connection.execute("COMMIT")

    assert "database is locked" in other.stderr
