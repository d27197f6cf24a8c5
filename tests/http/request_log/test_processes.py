"""The request log of running servers: no line is lost or torn when they stop, and a reader cannot stop them."""

import json
import os
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live_server import live_server
from tests.services import TIMEOUT_S
from tests.test_wsgi import gunicorn

REQUESTS = 300
WORKERS = 2


def serve(settings, workers, stdout):
    return live_server(settings, workers, stdout=stdout, LOG_FORMAT="json", SECRET_KEY=settings["SECRET_KEY"])


def get_identifier(url):
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as reply:
        reply.read()
        return reply.headers["X-Request-Id"]


def get_many(port):
    paths = ["/v2.1/events", "/docs", "/static/api.css", "/v2.1/events?filter=all"]
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda n: get_identifier(f"http://127.0.0.1:{port}{paths[n % 4]}"), range(REQUESTS)))


@pytest.mark.slow("starts a server")
def test_every_request_of_a_server_that_stops_has_its_line(app, session, settings, tmp_path):
    session.commit()
    with open(tmp_path / "log", "wb") as log, serve(settings, WORKERS, log) as server:
        identifiers = get_many(server.port)

    lines = [json.loads(each) for each in (tmp_path / "log").read_text().splitlines() if each.startswith("{")]
    assert sorted(each["request_id"] for each in lines) == sorted(identifiers)
    assert len(set(identifiers)) == REQUESTS
    assert {(each["status"], each["surface"]) for each in lines} == {(200, "v2_1"), (200, "docs"), (200, "media")}


@pytest.mark.slow("starts a server")
@pytest.mark.runs_once("the log does not depend on the database")
def test_reader_of_the_log_that_stops_reading_does_not_stop_the_server(app, session, settings):
    session.commit()
    ours, theirs = os.pipe()
    try:
        with open(theirs, "wb") as stdout, serve(settings, WORKERS, stdout) as server:
            # More lines than a pipe holds.
            identifiers = [each for _ in range(3) for each in get_many(server.port)]
    finally:
        os.close(ours)

    assert len(set(identifiers)) == 3 * REQUESTS
    assert server.process.returncode == 0


@pytest.mark.slow("starts another WSGI server")
@pytest.mark.runs_once("the server does not depend on the database")
def test_gunicorn_writes_the_same_lines(app, session, settings, tmp_path):
    session.commit()
    with open(tmp_path / "log", "wb") as log, gunicorn(settings, stdout=log, LOG_FORMAT="json") as base:
        identifiers = [get_identifier(f"{base}/v2.1/events") for _ in range(3)]

    lines = [json.loads(each) for each in (tmp_path / "log").read_text().splitlines()]
    assert [each["request_id"] for each in lines] == identifiers
