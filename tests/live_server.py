"""``joindin serve`` with several workers on the tests' database."""

import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path

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
        while len(found := self.children("serve-workers")) < self._workers:
            assert time.monotonic() < deadline, f"{len(found)} workers run"
            time.sleep(0.01)
        return found

    def children(self, command: str) -> list[psutil.Process]:
        """Return the processes of a command that run now, of all applications: ``serve-workers`` or ``jobs``."""
        return [child for application in self.applications() for child in _children(application, command)]

    def applications(self) -> list[psutil.Process]:
        """Return the parents of the workers: one, or two during a reload."""
        return _children(psutil.Process(self.process.pid), "serve-workers")


def _children(process, argument):
    try:
        children = process.children()
        return [each for each in children if each.status() != psutil.STATUS_ZOMBIE and argument in each.cmdline()]
    except psutil.NoSuchProcess:
        return []


@contextmanager
def live_server(
    settings,
    workers: int,
    *options: str,
    port: int | None = None,
    log: Path | None = None,
    stdout=subprocess.DEVNULL,
    **more_settings,
):
    """Yield a started server without a controlling terminal, and stop it in the end.

    Standard error is appended to the file ``log`` if there is one.
    """
    port = port or free_port()
    arguments = ["--workers", str(workers), "--port", str(port), *(options or ["--no-jobs"])]
    with log.open("a") if log else nullcontext() as log_file:
        process = subprocess.Popen(
            [sys.executable, "-m", "joindin", "serve", *arguments],
            env=command_environment(settings, **more_settings),
            stdout=stdout,
            stderr=log_file,
            start_new_session=True,
        )
    try:
        wait_for_port(port)
        yield LiveServer(process, port, workers)
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)
