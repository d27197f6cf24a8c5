"""Clients that send requests slowly, or none: other visitors do not notice them, and their connections are closed."""

import contextlib
import re
import socket
import time

import pytest

from joindin.server.request_bodies import BODY_GRACE_S
from joindin.server.slow_clients import RESPONSE_GRACE_S
from tests.faults import IS_LONG
from tests.faults.clients import HOST, UNFINISHED, Visitors, slow_clients

pytestmark = [
    pytest.mark.runs_once("connections do not depend on the database"),
    pytest.mark.slow("attacks a server for some seconds"),
]

SLOW_CLIENTS = 200
SECONDS = 10 if IS_LONG else 1.5
# Other tests run beside the short form: there, visitors are served before the first slow client is disconnected.
MAX_P99_S = 0.1 if IS_LONG else BODY_GRACE_S
CLOSED_AFTER_S = BODY_GRACE_S + 5
PIPELINED = 20

VISITS = [
    ("GET", "/v2.1/events"),
    ("GET", "/docs"),
    ("POST", "/v2.1/token", b"{}"),
]


@pytest.mark.parametrize("unfinished", UNFINISHED)
def test_visitors_do_not_notice_slow_clients(server, unfinished):
    with slow_clients(server.port, unfinished, SLOW_CLIENTS) as attackers:
        with Visitors(server.port, VISITS) as visitors:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                attackers.trickle()
                time.sleep(0.5)
        held_s = time.monotonic() - end + SECONDS

        assert set(visitors.statuses) == {200, 400}
        assert visitors.percentile_s(0.99) < MAX_P99_S
        assert held_s < CLOSED_AFTER_S


@pytest.mark.skipif(not IS_LONG, reason="waits for timeouts: make faults")
@pytest.mark.parametrize("unfinished", UNFINISHED)
def test_slow_clients_are_disconnected(server, unfinished):
    with slow_clients(server.port, unfinished, SLOW_CLIENTS) as attackers:
        still_open, started_at = SLOW_CLIENTS, time.monotonic()
        while still_open and time.monotonic() - started_at < CLOSED_AFTER_S:
            attackers.trickle()
            time.sleep(1)
            still_open = attackers.count_open()

        assert still_open == 0


@pytest.mark.skipif(not IS_LONG, reason="waits for timeouts: make faults")
def test_more_idle_connections_than_the_server_accepts_are_closed(server):
    with slow_clients(server.port, "nothing", 1500):
        time.sleep(3)
        with Visitors(server.port, VISITS) as visitors:
            time.sleep(SECONDS)

    assert set(visitors.statuses) == {200, 400}
    assert visitors.percentile_s(0.99) < MAX_P99_S


def test_a_client_that_sends_its_body_at_an_acceptable_rate_is_served(server):
    with slow_clients(server.port, "body", 1) as (client):
        end = time.monotonic() + 1
        while time.monotonic() < end:
            client.trickle()
            time.sleep(0.1)

        assert client.count_open() == 1


@pytest.mark.skipif(not IS_LONG, reason="waits for timeouts: make faults")
def test_clients_that_do_not_read_their_response_are_disconnected(server):
    request = b"GET /docs/openapi.json HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n"
    with contextlib.ExitStack() as opened:
        clients = [opened.enter_context(socket.socket()) for _ in range(50)]
        for client in clients:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect((HOST, server.port))
            # More responses than the kernel keeps for a client.
            client.sendall(request * PIPELINED)
        with Visitors(server.port, VISITS) as visitors:
            time.sleep(RESPONSE_GRACE_S + 4)
        received = [read_to_end(client) for client in clients]

    assert visitors.percentile_s(0.99) < MAX_P99_S
    assert max(map(len, received)) < PIPELINED * int(re.search(rb"content-length: (\d+)", received[0])[1])


def read_to_end(client):
    client.settimeout(5)
    received = b""
    with contextlib.suppress(OSError):
        while chunk := client.recv(1_000_000):
            received += chunk
    return received
