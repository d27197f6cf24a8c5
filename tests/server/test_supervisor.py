"""The processes of a server: killed, hanging and starting workers, and the end of all processes with it."""

import os
import signal
import socket
import time
import urllib.request

import psutil
import pytest

from tests.live_server import live_server

pytestmark = pytest.mark.runs_once("processes and ports do not depend on the database")

# All children end within this time after the main process, also on a busy machine.
END_S = 20
TIMEOUT_S = 30


@pytest.fixture
def server(app, settings):
    with live_server(settings, 2) as started:
        fetch(started.port)
        started.workers()
        yield started


def fetch(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/docs/openapi.json", timeout=TIMEOUT_S) as reply:
        return reply.status


def wait_until(condition, timeout_s):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.slow("kills workers for some seconds")
def test_no_connection_is_refused_while_workers_are_killed(server):
    failures = []

    def is_answered():
        try:
            return fetch(server.port) == 200
        except OSError as error:
            failures.append(getattr(error, "reason", error))

    for _ in range(4):
        for worker in server.children("serve-workers"):
            worker.kill()
        for _ in range(3):
            wait_until(is_answered, TIMEOUT_S)

    # Connections of a worker that was killed are cut.
    assert [each for each in failures if isinstance(each, ConnectionRefusedError)] == []
    assert (server.process.poll(), len(failures) <= 20) == (None, True)
    wait_until(lambda: len(server.children("serve-workers")) == 2, TIMEOUT_S)
    assert fetch(server.port) == 200


@pytest.mark.slow("waits until a heartbeat is missing")
def test_a_worker_that_does_not_answer_is_replaced(server):
    hanging = server.workers()[0]
    hanging.suspend()

    wait_until(lambda: not hanging.is_running() or hanging.status() == psutil.STATUS_ZOMBIE, 15)

    assert hanging.pid not in {worker.pid for worker in server.workers()}
    assert [fetch(server.port) for _ in range(10)] == [200] * 10


@pytest.mark.slow("starts a server")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGQUIT, signal.SIGSEGV])
def test_all_children_end_with_the_main_process(app, settings, number):
    with live_server(settings, 2, "--jobs") as server:
        fetch(server.port)
        children = [*server.applications(), *server.workers(), *server.children("jobs")]
        assert len(children) == 4

        os.kill(server.process.pid, number)
        server.process.wait(END_S)
        _, alive = psutil.wait_procs(children, timeout=END_S)

    assert alive == []
    with socket.create_server(("127.0.0.1", server.port)):
        pass


@pytest.mark.slow("starts a server")
def test_a_stopped_worker_ends_with_the_main_process(server):
    worker = server.workers()[0]
    worker.suspend()

    server.process.kill()

    assert psutil.wait_procs([worker], timeout=END_S)[1] == []


@pytest.mark.slow("starts a server")
def test_workers_share_the_connections(server):
    with socket.socket() as probe:
        # Another server with the same option would silently get a part of them.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            probe.bind(("127.0.0.1", server.port))
    for _ in range(40):
        fetch(server.port)

    assert all(sum(worker.cpu_times()[:2]) > 0 for worker in server.workers())
