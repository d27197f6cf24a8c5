"""Reload and stop of a server under load: no request is lost, and code and settings are loaded again."""

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
import urllib.request
from contextlib import contextmanager

import pytest

from tests.faults import IS_LONG
from tests.live_server import live_server
from tests.services import TIMEOUT_S, free_port, wait_for_port
from tests.subprocess_cli import command_environment

pytestmark = pytest.mark.runs_once("processes and sockets do not depend on the database")

RELOADS = 5 if IS_LONG else 1
KEPT_CONNECTIONS = NEW_CONNECTIONS = 8
PATHS = ("/v2.1/events", "/docs/openapi.json", "/v2.1/languages")

# A connection that was unused for longer may be closed by the server at any time.
MAX_UNUSED_S = 4

# Of a size that the server accepts, and that takes long to send in pieces.
BODY = b" " * 8_000_000
PIECE_BYTES, PIECE_INTERVAL_S = 20_000, 0.5


@pytest.fixture
def instance(tmp_path):
    """A folder for the settings of a server."""
    set_site_name(tmp_path, "First")
    return tmp_path


@pytest.fixture
def server(app, settings, instance):
    with start_server(settings, instance) as started:
        yield started


@contextmanager
def start_server(settings, instance):
    log = instance / "log"
    with live_server(settings, 2, log=log, INSTANCE=instance, SECRET_KEY=settings["SECRET_KEY"]) as started:
        started.workers()
        yield started


def set_site_name(instance, name):
    (instance / "config.py").write_text(f"SITE_NAME = {name!r}\n")


def site_name(port):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
        page = reply.read().decode()
    return next((name for name in ("First", "Second", "Third") if f"<h1>{name}</h1>" in page), None)


def process_ids(server):
    return {each.pid for each in (*server.applications(), *server.children("serve-workers"))}


def reload_server(server):
    """Reload, and wait until only the new application runs."""
    former = process_ids(server)
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: (current := process_ids(server)) and not current & former and len(server.applications()) == 1)
    server.workers()


def wait_until(condition):
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Load:
    """Clients that send requests all the time. ``failures`` contains what did not get a complete response."""

    def __init__(self, port):
        self._port = port
        self._is_over = threading.Event()
        self.answered, self.failures = 0, []
        kinds = [True] * KEPT_CONNECTIONS + [False] * NEW_CONNECTIONS
        self._threads = [threading.Thread(target=self._send_requests, args=[kept]) for kept in kinds]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _send_requests(self, is_kept):
        connection, used_at = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S), time.monotonic()
        for number in iter(int, None):
            if self._is_over.wait(0.05):
                break
            if not is_kept or time.monotonic() - used_at > MAX_UNUSED_S:
                connection.close()
            try:
                connection.request("GET", PATHS[number % len(PATHS)])
                reply = connection.getresponse()
                reply.read()
                if reply.status == 200:
                    self.answered += 1
                else:
                    self.failures.append(reply.status)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
            used_at = time.monotonic()
        connection.close()


class Upload:
    """A request with a long body, of which the first half is sent at once. The server ends it if no more arrives for 10 s."""

    def __init__(self, port):
        self._sent, self._sent_at = len(BODY) // 2, time.monotonic()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        self._connection.putrequest("POST", "/v2.1/events")
        self._connection.putheader("Content-Type", "application/json")
        self._connection.putheader("Content-Length", str(len(BODY)))
        self._connection.endheaders(BODY[: self._sent])

    def go_on_until(self, condition):
        """Send a piece of the rest from time to time, until the condition holds."""
        wait_until(lambda: self._send_piece() or condition())

    def _send_piece(self):
        if time.monotonic() - self._sent_at > PIECE_INTERVAL_S:
            self._connection.send(BODY[self._sent : self._sent + PIECE_BYTES])
            self._sent, self._sent_at = self._sent + PIECE_BYTES, time.monotonic()

    def finish(self):
        self._connection.send(BODY[self._sent :])
        with self._connection.getresponse() as reply:
            reply.read()
            return reply.status, reply.getheader("Connection")


def is_refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.slow("loads the application several times, under load")
def test_reload_under_load_loses_no_request(server, instance):
    main_process_id = server.process.pid
    with Load(server.port) as load:
        for number in range(RELOADS):
            set_site_name(instance, ("Second", "Third")[number % 2])
            answered_before = load.answered
            reload_server(server)
            wait_until(lambda: load.answered > answered_before)  # noqa: B023 - called at once

    assert load.failures == []
    assert site_name(server.port) == ("Second", "Third")[(RELOADS - 1) % 2]
    assert (server.process.poll(), server.process.pid) == (None, main_process_id)


@pytest.mark.slow("loads the application twice")
def test_running_request_is_finished_by_the_former_application(server):
    upload = Upload(server.port)

    server.process.send_signal(signal.SIGUSR2)
    upload.go_on_until(lambda: len(server.applications()) == 2)
    former, new = sorted(server.applications(), key=lambda each: each.create_time())
    upload.go_on_until(lambda: len(new.children()) == 2)
    # Retired ones have closed their listening sockets.
    upload.go_on_until(lambda: not [each for each in former.net_connections("tcp") if each.status == "LISTEN"])
    status, connection = upload.finish()

    assert (status, connection) == (401, "close")
    wait_until(lambda: server.applications() == [new])


@pytest.mark.slow("starts an application that fails")
def test_application_that_fails_to_start_leaves_the_running_one(server, instance):
    former = process_ids(server)
    (instance / "config.py").write_text("SESSION_DAYS = 'many'\n")

    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "The new application ended with exit code" in (instance / "log").read_text())

    assert "JOINDIN_SESSION_DAYS" in (instance / "log").read_text()
    assert (process_ids(server), site_name(server.port)) == (former, "First")
    set_site_name(instance, "Second")
    reload_server(server)
    assert site_name(server.port) == "Second"


@pytest.mark.slow("starts a server twice")
def test_stop_finishes_running_requests_and_frees_the_port(settings, app, instance):
    with start_server(settings, instance) as server:
        upload = Upload(server.port)
        server.process.send_signal(signal.SIGTERM)
        upload.go_on_until(lambda: is_refused(server.port))

        assert upload.finish()[0] == 401
        assert server.process.wait(TIMEOUT_S) == 0
    with live_server(settings, 1, port=server.port):
        assert site_name(server.port) is None


@pytest.mark.slow("starts an application twice")
def test_application_that_was_killed_is_started_again_and_reported_to_systemd(settings, app, tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifications:
        notifications.settimeout(TIMEOUT_S)
        notifications.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with live_server(settings, 2, log=tmp_path / "log") as server:
            reported = [notifications.recv(1000)]
            former = process_ids(server)
            server.applications()[0].kill()
            reported.append(notifications.recv(1000))
            current = process_ids(server)
        reported.append(notifications.recv(1000))

    assert (len(current), current & former) == (3, set())
    assert reported == [b"READY=1\nSTATUS=Serving."] * 2 + [b"STOPPING=1"]
    assert "The application ended with exit code -9 and is restarted." in (tmp_path / "log").read_text()


@pytest.mark.slow("starts a server")
def test_server_ends_with_its_terminal(settings, app, instance):
    controller, terminal = os.openpty()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "joindin", "serve", "--no-jobs", "--workers", "1", "--port", str(port)],
        env=command_environment(settings, INSTANCE=instance, SECRET_KEY=settings["SECRET_KEY"]),
        stdin=terminal,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(terminal)
    try:
        wait_for_port(port)
        # The terminal is closed, and Linux sends SIGHUP to its session.
        os.close(controller)

        assert process.wait(TIMEOUT_S) == 0
        assert is_refused(port)
    finally:
        process.kill()
        process.wait()
