"""``joindin serve`` with several workers on the tests' database."""

import subprocess
import sys
import time
from contextlib import contextmanager

import psutil

from tests.services import TIMEOUT_S, free_port, wait_for_port
from tests.subprocess_cli import command_environment


class LiveServer:
    def __init__(self, process: subprocess.Popen, port: int, workers: int):
        self.port = port
        self.process = process
        self._workers = workers

    def workers(self) -> list[psutil.Process]:
        """Return the running workers, once there are as many as there should be."""
        deadline = time.monotonic() + TIMEOUT_S
        while len(found := self.children("serve")) < self._workers:
            assert time.monotonic() < deadline, f"{len(found)} workers run"
            time.sleep(0.01)
        return found

    def children(self, command: str) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children()
        return [each for each in children if each.status() != psutil.STATUS_ZOMBIE and command in each.cmdline()]


@contextmanager
def live_server(settings, workers: int, *options: str, **more_settings):
    """Yield a started server, and stop it in the end."""
    port = free_port()
    arguments = ["--workers", str(workers), "--port", str(port), *(options or ["--no-jobs"])]
    process = subprocess.Popen(
        [sys.executable, "-m", "joindin", "serve", *arguments],
        env=command_environment(settings, **more_settings),
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port)
        yield LiveServer(process, port, workers)
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)
