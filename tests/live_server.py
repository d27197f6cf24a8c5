"""``joindin serve`` with several workers on the tests' database."""

import subprocess
import sys
from contextlib import contextmanager

import psutil

from tests.services import TIMEOUT_S, free_port, wait_for_port
from tests.subprocess_cli import command_environment


class LiveServer:
    def __init__(self, process: subprocess.Popen, port: int):
        self.port = port
        self._process = process

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self._process.pid).children()


@contextmanager
def live_server(settings, workers: int):
    """Yield a started server, and stop it in the end."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "joindin", "serve", "--no-jobs", "--workers", str(workers), "--port", str(port)],
        env=command_environment(settings),
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port)
        yield LiveServer(process, port)
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)
