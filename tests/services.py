"""Services and ports of the machine that tests run on."""

import os
import socket
import time

import pytest

TIMEOUT_S = 120


def skip_or_fail(reason: str) -> None:
    """Skip the test because a service is missing; fail it where services are required, as in CI."""
    if os.environ.get("JOINDIN_TEST_REQUIRE_SERVICES"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """Return a TCP port of the loopback interface that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, timeout_s: float = TIMEOUT_S) -> None:
    """Wait until something accepts connections on a port of the loopback interface."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, f"nothing listens on port {port}"
            time.sleep(0.1)
