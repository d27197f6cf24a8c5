"""A server as it runs in life: workers of their own on the tests' database."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil

from tests.subprocess_cli import command_environment

TIMEOUT_S = 120


class LiveServer:
    def __init__(self, process: subprocess.Popen, port: int):
        self.port = port
        self._process = process

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self._process.pid).children()


@contextmanager
def live_server(settings, workers: int):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "joindin", "serve", "--no-jobs", "--workers", str(workers), "--port", str(port)],
        env=command_environment(settings),
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield LiveServer(process, port)
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)


def _wait_for(port):
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.1)
