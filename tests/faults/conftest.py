"""A server for attacks."""

import pytest

from tests.faults.clients import status_of
from tests.live_server import live_server

WORKERS = 2


@pytest.fixture(scope="module")
def server(app, settings):
    with live_server(settings, WORKERS) as started:
        for _ in range(10):
            assert status_of(started.port, "GET", "/v2.1/events") == 200
        yield started


@pytest.fixture
def workers(server):
    return server.workers()
