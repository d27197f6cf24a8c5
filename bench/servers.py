"""Servers to measure: started, waited for, stopped."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def granian(target: str, workers: int, first_path: str, **environment: str):
    """``target`` under granian with two blocking threads a worker; yields its base address."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "2", "--http", "1", "--no-log", "--factory", target,
    ]  # fmt: skip
    if "()" not in target and not target.endswith(":create_app"):
        command.remove("--factory")
    server = subprocess.Popen(command, env=os.environ | environment)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(base + first_path)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(address: str, patience: float = 20) -> bytes:
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
