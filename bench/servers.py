"""Start, memory use and stop of the measured servers. joindin and the baseline run with the same server settings."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).parent.parent
WORKERS = 2
START_TIMEOUT_S = 60
SECRET_KEY = "used in benchmarks only"


class Server:
    """A process that serves, or will serve, at ``base``."""

    def __init__(self, process: subprocess.Popen, port: int, first_path: str):
        self.base = f"http://127.0.0.1:{port}"
        self.ready_after = None
        self._process = process
        self._first_path = first_path
        self._began = time.monotonic()

    def wait(self) -> "Server":
        fetch(self.base + self._first_path, timeout_s=START_TIMEOUT_S)
        self.ready_after = time.monotonic() - self._began
        return self

    def memory(self) -> tuple[float, float]:
        """Return the workers' resident memory in MiB, shared pages counted once, and its anonymous part."""
        descendants = psutil.Process(self._process.pid).children(recursive=True)
        workers = [each for each in descendants if not each.children()]
        resident = sum(worker.memory_full_info().pss for worker in workers)
        return resident / 2**20, sum(_anonymous(worker.pid) for worker in workers) / 2**10


@contextmanager
def joindin_server(first_path: str, **environment: str):
    """Start ``joindin serve``."""
    arguments = ["joindin", "serve", "--no-jobs", "--workers", str(WORKERS), "--port"]
    with _started(arguments, first_path, {"JOINDIN_SECRET_KEY": SECRET_KEY} | environment) as server:
        yield server


@contextmanager
def baseline_server(bodies: Path):
    """Start the baseline application, whose routes return the files in ``bodies``."""
    with _started(["bench.baseline_app", str(WORKERS)], "/0", {"BENCH_BODIES": str(bodies)}) as server:
        yield server.wait()


@contextmanager
def _started(arguments, first_path, environment):
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments, str(port)],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    )
    try:
        yield Server(process, port, first_path)
    finally:
        process.terminate()
        process.wait(timeout=START_TIMEOUT_S)


class Fetched(NamedTuple):
    body: bytes
    etag: str | None
    encoding: str | None


def fetch(address: str, timeout_s: float = 0, headers: dict[str, str] | None = None) -> Fetched:
    """Return the response of a URL. Connections are retried until ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(address, headers=headers or {}), timeout=30) as response:
                return Fetched(response.read(), response.headers["ETag"], response.headers["Content-Encoding"])
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
        except urllib.error.URLError as refused:
            if time.monotonic() > deadline or not isinstance(refused.reason, ConnectionError):
                raise
        time.sleep(0.02)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _anonymous(pid):
    """Return the anonymous memory of a process in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
